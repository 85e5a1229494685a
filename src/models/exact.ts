/**
 * The exact denoiser of a mixture of Gaussians under any Gaussian process: what a perfectly trained network would say.
 *
 * With it a sampler, a likelihood or a guidance rule can be tested, and taught, with no training.
 */
import type * as tf from '@tensorflow/tfjs'
import type { Mixture } from './data/mixture'
import { evaluate } from './data/gaussians'
import { asDenoiser, type Denoiser } from './denoiser'
import { Prediction } from './prediction'
import { over, type GaussianProcess } from './process'
import type { State } from './state'

/**
 * @param process the noise.
 * @param mixture the law of the clean data.
 * @returns a denoiser on tensors of shape [n, d], or, as `exact<Float64Array>(…)`, on n·d doubles.
 */
export function exact<S extends State = tf.Tensor>(process: GaussianProcess, mixture: Mixture): Denoiser<S> {
  return asDenoiser(process, mixture.shape, (x, t) => {
    const { x0, score } = evaluate(mixture.components, x, over(t, process.alpha), over(t, process.sigma))
    return new Prediction(process, t, [
      { value: x0, ofX0: () => 1, ofNoise: () => 0 },
      { value: score, ofX0: () => 0, ofNoise: (t) => -process.sigma(t) },
    ])
  })
}
