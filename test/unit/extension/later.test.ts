import assert from 'node:assert/strict'
import { test, mock } from 'node:test'
import { grouped, once } from '../../../src/extension/runtime/later'

const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

test('what is said at once goes in one group, in order; what comes later in another', async () => {
  const groups: (readonly number[])[] = []
  const said = grouped<number>((group) => groups.push(group))
  said.add(1)
  said.add(2)
  assert.deepEqual(groups, [])
  await soon()
  said.add(3)
  await soon()
  assert.deepEqual(groups, [[1, 2], [3]])
  said.add(4)
  said.flush()
  assert.deepEqual(groups.at(-1), [4])
  await soon()
  assert.equal(groups.length, 3)
  said.close()
})

test('several calls draw once, and a later one again', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  let drawn = 0
  const draw = once(60, () => drawn++)
  draw()
  draw()
  assert.equal(drawn, 0)
  mock.timers.tick(60)
  assert.equal(drawn, 1)
  draw()
  mock.timers.tick(60)
  assert.equal(drawn, 2)
})
