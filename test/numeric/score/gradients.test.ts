/**
 * Gradients of losses that contain derivatives, of second and third order, for every layer and activation that score
 * networks, energies and joint models are made of, against differences of the same networks computed in doubles.
 */
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { energyNetwork, jointEnergyModel } from '../../../src/models/energy'
import type { Trainable } from '../../../src/models/denoiser'
import type { Field } from '../../../src/models/field'
import {
  hyvarinenScoreMatching,
  scoreNetwork,
  slicedScoreMatching,
  slicedScoreMatchingVR,
  type Activation,
} from '../../../src/models/score'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'
import { gradient, gradientOfParameters, network, slope, valuesOf } from './doubles'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(61, name)
const ACTIVATIONS: readonly Activation[] = ['silu', 'softplus', 'tanh', 'sine']
const HIDDEN = [4, 3]
const SCALE = 1.3
const POINTS = [
  [0.4, -0.7],
  [-1.1, 0.2],
]
/** The projections that a loss draws for the two points from this stream. */
const directions = () => {
  const u = named('projections').uniform(4)
  return [0, 1].map((row) => [u[2 * row]!, u[2 * row + 1]!].map((value) => (value < 0.5 ? -1 : 1)))
}
type Score = (x: readonly number[]) => number[]

/** Σ over i of ∂sᵢ/∂xᵢ. Steps of three nested differences must not be too small: 10⁻² leaves 10⁻⁸. */
const STEP = 1e-2
const trace = (s: Score, x: readonly number[]) =>
  x.reduce(
    (sum, _, i) => sum + slope((h) => s(x.map((value, j) => (i === j ? value + h : value)))[i]!, STEP),
    0,
  )
const quadratic = (s: Score, x: readonly number[], v: readonly number[]) =>
  slope(
    (h) => s(x.map((value, i) => value + h * v[i]!)).reduce((sum, value, i) => sum + v[i]! * value, 0),
    STEP,
  )
const square = (a: readonly number[]) => a.reduce((sum, value) => sum + value * value, 0)
const inner = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0)

const LOSSES: Record<
  string,
  readonly [
    (field: Field, x: tf.Tensor) => tf.Scalar,
    (s: Score, x: readonly number[], v: readonly number[]) => number,
  ]
> = {
  Hyvärinen: [hyvarinenScoreMatching, (s, x) => 0.5 * square(s(x)) + trace(s, x)],
  sliced: [
    (field, x) => slicedScoreMatching(field, x, { stream: named('projections') }),
    (s, x, v) => quadratic(s, x, v) + 0.5 * inner(v, s(x)) ** 2,
  ],
  'sliced with reduced variance': [
    (field, x) => slicedScoreMatchingVR(field, x, { stream: named('projections') }),
    (s, x, v) => quadratic(s, x, v) + 0.5 * square(s(x)),
  ],
}

/** Makes every layer matter: the last starts near zero. */
function awake<M extends Trainable>(model: M): M {
  for (const [name, param] of Object.entries(model.params))
    tf.tidy(() => param.assign(tf.mul(named(name).normalTensor(param.shape), 0.7)))
  return model
}

async function compare(
  model: Trainable & Field,
  score: (p: ReturnType<typeof valuesOf>) => Score,
): Promise<void> {
  const p = valuesOf(model.params)
  const v = directions()
  for (const [name, [loss, inDoubles]] of Object.entries(LOSSES)) {
    const expected = gradientOfParameters(
      p,
      () => POINTS.reduce((sum, x, row) => sum + inDoubles(score(p), x, v[row]!) / 2, 0),
      STEP,
    )
    for (const backend of ['cpu', 'wasm'] as const)
      await on(backend, () => {
        const { value, grads } = tf.variableGrads(
          () => loss(model, tf.tensor2d(POINTS)),
          Object.values(model.params),
        )
        value.dispose()
        for (const [param, numbers] of Object.entries(expected)) {
          const size = Math.max(1, ...numbers.map(Math.abs))
          // Single precision through three derivatives: some 10⁻⁶ of the largest.
          approximately(
            take(grads[model.params[param]!.name]!).map((g) => g / size),
            numbers.map((g) => g / size),
            2e-5,
            `${name}, ${backend}, ${param}`,
          )
        }
      })
  }
}

describe('second order: score networks', () => {
  for (const activation of ACTIVATIONS)
    test(`a score network with ${activation}`, async () => {
      const model = awake(
        scoreNetwork({ dim: 2, hidden: HIDDEN, activation, scale: SCALE, stream: named(activation) }),
      )
      await compare(
        model,
        (p) => (x) => network(p, HIDDEN.length, activation, SCALE, x).map((value) => value / SCALE),
      )
    })
})

describe('third order: energies', () => {
  for (const activation of ACTIVATIONS)
    test(`an energy with ${activation}`, async () => {
      const model = awake(
        energyNetwork({
          dim: 2,
          hidden: HIDDEN,
          activation,
          scale: SCALE,
          spread: 2,
          stream: named(activation),
        }),
      )
      await compare(model, (p) => (x) => {
        const energy = (x: readonly number[]) =>
          network({ ...p, b2: [0] }, HIDDEN.length, activation, SCALE, x)[0]! + square(x) / 8
        return gradient(energy, x, STEP).map((value) => -value)
      })
    })

  test('a joint model, through log Σ e^{f}', async () => {
    const model = awake(
      jointEnergyModel({
        dim: 2,
        classes: 3,
        hidden: HIDDEN,
        scale: SCALE,
        spread: 2,
        stream: named('joint'),
      }),
    )
    await compare(model, (p) => (x) => {
      const energy = (x: readonly number[]) => {
        const f = network(p, HIDDEN.length, 'silu', SCALE, x)
        return square(x) / 8 - Math.log(f.reduce((sum, value) => sum + Math.exp(value), 0))
      }
      return gradient(energy, x, STEP).map((value) => -value)
    })
  })
})
