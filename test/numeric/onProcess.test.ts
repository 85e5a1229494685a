/** One denoiser on several processes: the exact models of one law agree, whichever process they were made for. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { data } from '../../src/models/data'
import { denoiser } from '../../src/models/denoiser'
import { exact } from '../../src/models/exact'
import { mlp } from '../../src/models/mlp'
import { onProcess } from '../../src/models/onProcess'
import type { Quantity } from '../../src/models/prediction'
import { ddpm, edm, rectified, subVp, ve, vp } from '../../src/models/processes'
import { RandomStream, selectBackend } from '../../src/tensor'
import { approximately } from './approximately'
import { files, take } from './backends'

before(() => selectBackend('cpu', files))

const law = data.mixture({
  weights: [0.3, 0.7],
  means: [
    [-1, 0.5],
    [1, 0],
  ],
  deviations: 0.4,
})
const quantities: readonly Quantity[] = ['x0', 'noise', 'score', 'velocity', 'v']
const processes = [vp(), subVp(), rectified(), edm(), ve()]

describe('a denoiser on another process', () => {
  test('is the exact denoiser there: every quantity, for all pairs of processes', () => {
    const x = new RandomStream(3, 'x').normal(6)
    for (const own of processes)
      for (const other of processes) {
        const [model, truth] = [
          onProcess(exact<Float64Array>(own, law), other),
          exact<Float64Array>(other, law),
        ]
        assert.equal(model.process, other)
        const { from, to } = other.times
        const shares = [0.2, 0.5, 0.8]
        // Noise levels that all of them have: times where σ/α is from 0.05 to 5.
        const times = shares
          .map((u) => from + u * (to - from))
          .map((t) => Math.exp(-other.logSnr(t)))
          .map((ratio) => Math.min(5, Math.max(0.05, ratio)))
          .map((ratio) => solve((t) => -other.logSnr(t) - Math.log(ratio), from, to))
        for (const quantity of quantities) {
          for (const t of times)
            approximately(model.predict(x, t).read(quantity), truth.predict(x, t).read(quantity), 1e-8)
          approximately(model.predict(x, times).read(quantity), truth.predict(x, times).read(quantity), 1e-8)
        }
      }
  })

  test('reaches clean data and pure noise where the model does', () => {
    const x = Float64Array.of(0.3, -0.2)
    const model = onProcess(exact<Float64Array>(vp(), law), edm())
    approximately(model.predict(x, 0).x0, x, 1e-12)
    const flow = onProcess(exact<Float64Array>(rectified(), law), rectified())
    approximately(flow.predict(x, 1).x0, exact<Float64Array>(rectified(), law).predict(x, 1).x0, 1e-12)
    assert.throws(
      () => onProcess(exact<Float64Array>(edm({ sigmaMax: 2 }), law), vp()).predict(x, 1),
      /EDM has λ = log\(α\/σ\) from .* but never/,
    )
  })

  test('there and back is the network itself, told what it was told', () => {
    const network = mlp({ dim: 2, hidden: [8], embedding: 4, conditions: { class: 3 } })
    const model = denoiser(vp(), network, { predicts: 'v', stream: new RandomStream(3, 'parameters') })
    const back = onProcess(onProcess(model, edm({ sigmaMax: 200 })), vp())
    const x = new RandomStream(3, 'states').normalTensor([3, 2])
    const [t, condition] = [[0.1, 0.5, 0.9], { class: [0, 2, 1] }]
    approximately(take(back.predict(x, t, condition).x0), take(model.predict(x, t, condition).x0), 1e-5)
    approximately(take(back.score(x, 0.4, condition)), take(model.score(x, 0.4, condition)), 1e-5)
  })

  test('arguments that make no sense are named', () => {
    const model = exact<Float64Array>(vp(), law)
    assert.throws(() => onProcess({} as never, vp()), /first argument must be a denoiser/)
    assert.throws(() => onProcess(model, {} as never), /second argument must be a process/)
    assert.throws(() => onProcess(exact<Float64Array>(ddpm(), law), vp()), /table of steps.*such as vp\(\)/)
  })
})

/** The zero of a rising function, by bisection. */
function solve(f: (t: number) => number, from: number, to: number): number {
  let [low, high] = [from, to]
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (f(middle) < 0) low = middle
    else high = middle
  }
  return low
}
