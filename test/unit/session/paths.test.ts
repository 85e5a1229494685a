import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { selectBackend } from '../../../src/tensor'
import { files } from '../../numeric/backends'
import { Bench } from './harness'

before(() => selectBackend('cpu', files))

const SETUP = `import { ddim, denoiser, mlp, sample, vp } from 'genbook'
const model = denoiser(vp(), mlp({ dim: 2, hidden: [4], embedding: 2 }))`

test('a run tells which way it sampled, once, and again where it changes', async () => {
  const bench = new Bench()
  assert.equal((await bench.run(SETUP, 'a')).outcome.status, 'ok')
  const ran = await bench.run(
    `for (let i = 0; i < 3; i++) await sample(ddim(model, { steps: 2 }), 2)
    await sample(ddim(model, { steps: 2 }), 2, { fused: false })
    await sample(ddim(model, { steps: 2 }), 2)`,
    'b',
  )
  assert.equal(ran.outcome.status, 'ok')
  const told = bench.messages.flatMap((message) => (message.type === 'path' ? [message] : []))
  assert.deepEqual(
    told.map(({ run, path: { work, fused, detail } }) => [run, work, fused, detail]),
    [
      [2, 'sampling', false, 'nothing follows whole walks on the backend cpu'],
      [2, 'sampling', false, 'fused paths are switched off'],
      [2, 'sampling', false, 'nothing follows whole walks on the backend cpu'],
    ],
  )
})
