/**
 * Activation normalisation, z = (x − μ) / σ with one μ and σ for each channel (the last axis of states): trained, but
 * begun so that the first batch comes out with mean zero and variance one. With p places to a channel,
 *
 *   log |det| = −p Σ_c log σ_c.
 *
 * Kingma and Dhariwal, "Glow: generative flow with invertible 1×1 convolutions", 2018, section 3.1,
 * https://arxiv.org/abs/1807.03039
 */
import * as tf from '@tensorflow/tfjs'
import { bijection, sameLogDet, shapeOf, sizeOf, type Bijection, type ShapeOption } from './bijection'

/** What keeps a channel that never changes from being divided by zero. */
const SMALLEST = 1e-6

/** The identity until `adapted` to a first batch. */
export function actnorm(option: ShapeOption): Bijection {
  const shape = shapeOf(option, 'actnorm')
  const c = shape.at(-1)!
  const places = sizeOf(shape) / c
  return bijection({
    name: 'actnorm',
    shape,
    initial: () => ({ mean: tf.zeros([c]), logDeviation: tf.zeros([c]) }),
    forward: ({ mean, logDeviation }, x) => ({
      value: x.sub(mean!).div(logDeviation!.exp()),
      logDet: sameLogDet(x, logDeviation!.sum().mul(-places)),
    }),
    inverse: ({ mean, logDeviation }, z) => ({
      value: z.mul(logDeviation!.exp()).add(mean!),
      logDet: sameLogDet(z, logDeviation!.sum().mul(places)),
    }),
    adapted(_, x) {
      const values = x.reshape([-1, c])
      const mean = values.mean(0)
      const variance = values.sub(mean).square().mean(0)
      return { mean, logDeviation: variance.sqrt().add(SMALLEST).log() }
    },
  })
}
