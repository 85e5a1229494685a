import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NewestItems } from '../../../src/extension/kernel/newestItems'

interface Output {
  readonly name: string
  items: number
}

/** A window that takes changes when it is told to. */
function window() {
  const seen: string[] = []
  const open: { resolve: () => void; reject: (error: Error) => void }[] = []
  const newest = new NewestItems<Output>((output) => {
    seen.push(`${output.name}${output.items}`)
    return new Promise((resolve, reject) => open.push({ resolve, reject }))
  })
  const change = (output: Output, items: number) => {
    output.items = items
    newest.changed(output)
  }
  /** The window has taken the change that was sent first, or refused it. */
  const settle = async (how: 'take' | 'refuse' = 'take') => {
    const first = open.shift()!
    if (how === 'take') first.resolve()
    else first.reject(new Error('no such output'))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { newest, seen, change, settle, waiting: () => open.length }
}

test('a window that keeps up gets every change', async () => {
  const { seen, change, settle } = window()
  const output = { name: 'a', items: 0 }
  for (const items of [1, 2, 3]) {
    change(output, items)
    await settle()
  }
  assert.deepEqual(seen, ['a1', 'a2', 'a3'])
})

test('a slow window gets what an output holds when it is ready for it, and is never sent two changes of one output', async () => {
  const { seen, change, settle, waiting } = window()
  const output = { name: 'a', items: 0 }
  for (let items = 1; items <= 1000; items++) change(output, items)
  assert.deepEqual([seen, waiting()], [['a1'], 1])
  await settle()
  assert.deepEqual([seen, waiting()], [['a1', 'a1000'], 1])
  await settle()
  assert.deepEqual([seen, waiting()], [['a1', 'a1000'], 0])
})

test('outputs do not wait for one another', () => {
  const { seen, change } = window()
  change({ name: 'a', items: 0 }, 1)
  change({ name: 'b', items: 0 }, 1)
  assert.deepEqual(seen, ['a1', 'b1'])
})

test('the end of a run sends what waits at once, in order, and nothing twice', async () => {
  const { newest, seen, change, settle } = window()
  const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, items: 0 })) as [Output, Output, Output]
  for (const output of [a, b, c]) change(output, 1)
  change(b, 2)
  change(a, 2)
  newest.flush()
  assert.deepEqual(seen, ['a1', 'b1', 'c1', 'a2', 'b2'])
  for (let count = 0; count < 5; count++) await settle()
  assert.equal(seen.length, 5)
})

test('what was sent by other means, or is not wanted any more, is not sent', async () => {
  for (const how of ['sent', 'forget'] as const) {
    const { newest, seen, change, settle } = window()
    const output = { name: 'a', items: 0 }
    change(output, 1)
    change(output, 2)
    if (how === 'sent') newest.sent(output)
    else newest.forget()
    await settle()
    newest.flush()
    assert.deepEqual(seen, ['a1'], how)
    change(output, 3)
    assert.deepEqual(seen, ['a1', 'a3'], `${how}, and then it changes again`)
  }
})

test('a change that the window refuses does not hold the next one back', async () => {
  const { seen, change, settle } = window()
  const output = { name: 'a', items: 0 }
  change(output, 1)
  change(output, 2)
  await settle('refuse')
  assert.deepEqual(seen, ['a1', 'a2'])
})
