import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  data,
  ddpm,
  exact,
  gaussianProcess,
  head,
  Prediction,
  truth,
  vp,
  type Quantity,
} from '../../src/models'
import { approximately } from './approximately'

const QUANTITIES: readonly Quantity[] = ['x0', 'noise', 'score', 'velocity', 'v']
const straight = gaussianProcess(
  'rectified',
  { from: 0, to: 1 },
  {
    alpha: (t) => 1 - t,
    sigma: (t) => t,
    alphaPrime: () => -1,
    variancePrime: (t) => 2 * t,
  },
)
const x0 = Float64Array.of(0.7, -1.2, 0.1)
const noise = Float64Array.of(-0.3, 0.9, 2)

for (const process of [vp(), straight])
  describe(`predictions under ${process.name}`, () => {
    for (const predicts of QUANTITIES)
      test(`what a perfect network that predicts ${predicts} says, read in every way`, () => {
        for (const t of [0.02, 0.4, 0.9, Float64Array.of(0.1, 0.5, 0.95)]) {
          const xt = process.draw(x0, t, { normal: () => noise } as never)
          const right = truth(process, t, x0, noise)
          const { x0: readX0, noise: readNoise } = head(process, predicts)
          const network = new Prediction(process, t, [
            { value: xt, ofX0: (t) => readX0(t)[0], ofNoise: (t) => readNoise(t)[0] },
            { value: right.read(predicts), ofX0: (t) => readX0(t)[1], ofNoise: (t) => readNoise(t)[1] },
          ])
          approximately(network.x0, x0, 1e-11)
          approximately(network.noise, noise, 1e-11)
          for (const quantity of QUANTITIES)
            approximately(network.read(quantity), right.read(quantity), 1e-10, quantity)
        }
      })

    test('the velocity is f x − ½ g² s', () => {
      const mixture = data.mixture({
        means: [
          [-1, 0],
          [1, 2],
        ],
        deviations: [0.4, 0.8],
      })
      const x = Float64Array.of(0.3, -0.4, 1.2, 0.8)
      for (const t of [0.1, 0.5, 0.9]) {
        const prediction = exact<Float64Array>(process, mixture).predict(x, t)
        const expected = x.map(
          (x, i) => process.drift(t) * x - 0.5 * process.diffusion(t) * prediction.score[i]!,
        )
        approximately(prediction.velocity, expected, 1e-10)
      }
    })
  })

test('where α = 0, predictions of x0 and v are finite, and one of the noise says why it is not', () => {
  const xt = noise
  for (const predicts of ['x0', 'v'] as const) {
    const { x0: readX0, noise: readNoise } = head(straight, predicts)
    const value = truth(straight, 1, x0, noise).read(predicts)
    const prediction = new Prediction(straight, 1, [
      { value: xt, ofX0: (t) => readX0(t)[0], ofNoise: (t) => readNoise(t)[0] },
      { value, ofX0: (t) => readX0(t)[1], ofNoise: (t) => readNoise(t)[1] },
    ])
    approximately(
      prediction.velocity,
      noise.map((e, i) => e - x0[i]!),
      1e-12,
    )
    approximately(prediction.x0, x0, 1e-12)
  }
  const { x0: readX0, noise: readNoise } = head(straight, 'noise')
  const prediction = new Prediction(straight, 1, [
    { value: xt, ofX0: (t) => readX0(t)[0], ofNoise: (t) => readNoise(t)[0] },
    { value: noise, ofX0: (t) => readX0(t)[1], ofNoise: (t) => readNoise(t)[1] },
  ])
  approximately(prediction.noise, noise, 1e-12)
  assert.throws(() => prediction.x0, /x0 has no finite value at t = 1, where α = 0/)
})

test('the exact denoiser is finite at both ends, and its score of clean data is refused', () => {
  const mixture = data.mixture({ means: [[-1], [1]], deviations: 0.3 })
  const model = exact<Float64Array>(straight, mixture)
  const x = Float64Array.of(0.4)
  approximately(model.predict(x, 0).x0, x, 1e-12)
  approximately(model.predict(x, 1).x0, mixture.mean(), 1e-12)
  approximately(model.predict(x, 1).noise, x, 1e-12)
  assert.throws(() => model.predict(x, 0).score, /score has no finite value at t = 0/)
  // A table of steps has no derivative, hence no velocity.
  assert.throws(() => exact<Float64Array>(ddpm(), mixture).predict(x, 500).velocity, /no derivatives/)
})
