/**
 * Trained models, measured as the project's bar says: the sliced Wasserstein distance (2-norm, 128 fixed directions) between
 * 2048 samples and as many of the law's own, in units of the floor, which is the mean distance of thirty pairs of real sets;
 * three trainings and six samplings of each, with 2000 steps of batch 512, a cosine rate, a running average of the
 * parameters and a network that is told log-SNR.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type * as tf from '@tensorflow/tfjs'
import { metrics, type Data } from '../../../src/models'
import { RandomStream } from '../../../src/tensor'

export const STEPS = 2000
export const BATCH = 512
const [TRAININGS, SAMPLINGS, N] = [3, 6, 2048]

/** Draws samples of a model that has been trained. */
export type Drawer = (n: number, stream: RandomStream) => Promise<tf.Tensor>

/** A way to learn a law. */
export interface System {
  /** Trains from nothing; all that is random comes from `stream`. */
  learn(law: Data, stream: RandomStream): Promise<Drawer>
  /** The largest mean distance over the floor, by the law's name. */
  readonly limits: Readonly<Record<string, number>>
}

/** The floor of a law. */
export async function floorOf(law: Data): Promise<number> {
  const { value } = await metrics.floor(law, (a, b) => metrics.slicedWasserstein(a, b), {
    n: N,
    pairs: 30,
    stream: new RandomStream(0, 'floor'),
  })
  return value
}

/** Trains and samples, and compares the mean distance with the limit. */
export async function measure(
  context: TestContext,
  name: string,
  system: System,
  law: Data,
  floor: number,
): Promise<void> {
  const ratios: number[] = []
  for (let training = 1; training <= TRAININGS; training++) {
    const draw = await system.learn(law, new RandomStream(training, `training of ${name}`))
    for (let sampling = 1; sampling <= SAMPLINGS; sampling++) {
      const stream = new RandomStream(10 * training + sampling, `samples of ${name}`)
      const samples = await draw(N, stream)
      const real = law.draw(N, stream.split('real'))
      ratios.push((await metrics.slicedWasserstein(samples, real)).value / floor)
      samples.dispose()
      real.dispose()
    }
  }
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
  const deviation = Math.sqrt(
    ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (ratios.length - 1),
  )
  const limit = system.limits[law.name]!
  const error = deviation / Math.sqrt(ratios.length)
  context.diagnostic(
    `${name} on ${law.name}: ${mean.toFixed(3)} × floor, standard error ${error.toFixed(3)}, limit ${limit} (floor ${floor.toFixed(5)})`,
  )
  assert.ok(
    mean <= limit,
    `${name} on ${law.name}: ${mean.toFixed(3)} times the floor, more than ${limit}; each: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
  )
}
