/**
 * Masked diffusion language models: D3PM's bound for the absorbing corruption in the limit of many steps,
 *
 *   −log p_θ(x_0) ≤ ∫₀¹ (−a′_t / (1 − a_t)) E Σ_{i masked in x_t} −log p_θ(x_0 at i | x_t) dt,
 *
 * a cross entropy over masked positions with a weight that is 1/t where a_t = 1 − t. In which order tokens are revealed is then
 * random, and each is predicted from those before: for the exact denoiser the bound is −log p(x_0) itself, since any order
 * gives the product of the same conditional probabilities.
 *
 * Sahoo et al., "Simple and effective masked diffusion language models", NeurIPS 2024, https://arxiv.org/abs/2406.07524; Shi et
 * al., "Simplified and generalized masked diffusion for discrete data", NeurIPS 2024, https://arxiv.org/abs/2406.04329
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { combine } from '../state'
import { crossEntropy } from './d3pm'
import { expectTokenDenoiser, type TokenDenoiser } from './denoiser'

/** Times start here: at 0 there is nothing to predict, and the weight is infinite. */
const FIRST = 1e-4

export interface MdlmOptions {
  /** Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The MDLM loss of each sequence at times spread evenly over [0, 1], averaged over the batch, in nats a sequence: an estimate of
 * an upper bound of −log p_θ(x_0).
 *
 * @param x0 tokens of shape [n, length].
 * @throws RangeError where the corruption is not absorbing.
 */
export function mdlm(
  model: TokenDenoiser,
  x0: tf.Tensor,
  { stream = currentStream() }: MdlmOptions = {},
): tf.Scalar {
  const { process } = expectTokenDenoiser('mdlm', model)
  if (process.mask === null)
    throw new RangeError(
      `mdlm: the corruption must be absorbing, such as maskedTokens(…), but is ${process.name}`,
    )
  return tf.tidy(() => {
    const n = x0.shape[0]
    const [u = 0] = stream.uniform(1)
    const t = Float64Array.from({ length: n }, (_, i) => FIRST + (1 - FIRST) * ((u + i / n) % 1))
    const xt = process.draw(x0, t, stream)
    const weight = t.map((time) => -process.keepPrime(time) / (1 - process.keep(time)))
    // Tokens that are no masks are certain, and add nothing.
    return tf.mean(combine([weight.map((w) => w * (1 - FIRST)), crossEntropy(model, x0, xt, t)])).asScalar()
  })
}
