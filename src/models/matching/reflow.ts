/**
 * Reflow: pairs each noise with where the flow takes it. Paths of an ODE do not cross, so straight lines between these ends
 * hardly do, and a flow trained on these pairs is straighter than the one that made them, with the same law of x₀.
 *
 * Liu, Gong and Liu, 2023, algorithm 1, https://arxiv.org/abs/2209.03003
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, counted, currentStream, keepingTensors, poll, type RandomStream } from '../../tensor'
import { expectCount, type Data } from '../data/data'
import { inScope, type Denoiser } from '../denoiser'
import type { Pairs } from './paired'
import { standardNormal } from './paired'
import { heunStep } from './heun'
import { expectSteps, expectUnitInterval } from './straightness'

export interface ReflowOptions {
  /** How many pairs are made; draws choose among them. Default 4096. */
  readonly n?: number
  /** Heun steps from t = 1 to 0. Default 50. */
  readonly steps?: number
  /** Where x₁ comes from. Default: standard normal noise. */
  readonly source?: Data
  readonly stream?: RandomStream
}

/**
 * Follows the flow of `model` from n points at t = 1 to t = 0.
 *
 * @returns the pairs (x₀, x₁) as data: each draw takes pairs at random, with repetition.
 */
export function reflow(
  model: Denoiser,
  { n = 4096, steps = 50, source, stream = currentStream() }: ReflowOptions = {},
): Promise<Pairs> {
  expectUnitInterval('reflow', model)
  expectCount(n)
  expectSteps('reflow', steps)
  const { shape } = model
  return keepingTensors(async () => {
    let x = (source ?? standardNormal(shape)).draw(n, stream)
    try {
      const x1 = Float32Array.from(await x.data())
      for (const i of counted('reflow', steps)) {
        poll()
        if (i % 10 === 9) await breathe()
        const next = inScope(x, () => heunStep(model, x, 1 - i / steps, 1 - (i + 1) / steps))
        x.dispose()
        x = next
      }
      return listedPairs('reflowed pairs', shape, Float32Array.from(await x.data()), x1)
    } finally {
      x.dispose()
    }
  })
}

/** Pairs to be drawn at random from a list. */
function listedPairs(name: string, shape: readonly number[], x0: Float32Array, x1: Float32Array): Pairs {
  const size = shape.reduce((product, length) => product * length, 1)
  const count = x0.length / size
  return {
    name,
    shape: [2, ...shape],
    draw(n, stream = currentStream()) {
      expectCount(n)
      const values = new Float32Array(2 * n * size)
      for (const [row, pair] of stream.integers(n, 0, count).entries()) {
        values.set(x0.subarray(pair * size, (pair + 1) * size), 2 * row * size)
        values.set(x1.subarray(pair * size, (pair + 1) * size), (2 * row + 1) * size)
      }
      return tf.tensor(values, [n, 2, ...shape])
    },
  }
}
