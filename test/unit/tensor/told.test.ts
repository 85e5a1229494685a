import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import {
  data,
  ddpm,
  elbo,
  exact,
  field,
  linearBetas,
  metrics,
  runChain,
  unadjustedLangevin,
} from '../../../src/models'
import { counted, RandomStream, setHost, told } from '../../../src/tensor'

afterEach(() => setHost())

/** What the host is told: each task's label, total, steps and end. */
function listen(): string[] {
  const heard: string[] = []
  setHost({
    poll() {},
    breathe: () => Promise.resolve(),
    beginTask(label, { total }) {
      heard.push(`${label} of ${total}`)
      return { at: (done) => heard.push(`${label} ${done}`), end: () => heard.push(`${label} ends`) }
    },
  })
  return heard
}

test('a loop tells each step that is done, and its end', () => {
  const heard = listen()
  assert.deepEqual([...told('letters', ['a', 'b'])], ['a', 'b'])
  assert.deepEqual(heard, ['letters of 2', 'letters 1', 'letters 2', 'letters ends'])
})

test('it ends also where the loop is left', () => {
  const heard = listen()
  for (const i of counted('first', 5)) if (i === 1) break
  assert.throws(() => {
    for (const _ of counted('second', 5)) throw new Error('away')
  }, /away/)
  assert.deepEqual(heard, ['first of 5', 'first 1', 'first ends', 'second of 5', 'second ends'])
})

test('chains, bounds and metrics tell how far they are', async () => {
  const heard = listen()
  const stream = new RandomStream(1, 'told')
  const law = data.mixture({ means: [[0]], deviations: 1 })
  const score = field<Float64Array>((x) => x.map((value) => -value))
  const process = ddpm({ betas: linearBetas(4, 0.1, 0.2) })
  await runChain(unadjustedLangevin(score, { epsilon: 0.1, steps: 3 }), Float64Array.of(0, 1), { stream })
  await elbo(exact<Float64Array>(process, law), Float64Array.of(0, 1), { stream })
  await metrics.energyDistance([[0], [1], [2]], [[1], [2], [3]])
  const begun = heard.filter((line) => line.includes(' of '))
  assert.deepEqual(begun, [
    'unadjustedLangevin of 3',
    'elbo of 4',
    'distances within a set of 3',
    'distances within a set of 3',
    'distances between the sets of 3',
  ])
  assert.equal(heard.filter((line) => line.endsWith(' ends')).length, begun.length)
})
