/**
 * RePaint: replacement with resampling. Replacement leaves the known and the unknown part ill-matched; going back up by the
 * forward process and down again, several times at each level, lets them find each other:
 *
 *   r times for each step t → s:   x_s ~ p(x_s | x_t), its measured part replaced;   then x_t ~ q(x_t | x_s), but not the last time.
 *
 * r = 1 is replacement. The bias shrinks with r, and with the number of steps for large r.
 *
 * Lugmayr et al., "RePaint: inpainting using denoising diffusion probabilistic models", CVPR 2022,
 * https://arxiv.org/abs/2201.09865
 */
import { holding } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { drawReverse, reverseKernel, type VarianceChoice } from '../diffusion/reverse'
import { processOf, timesOf, walk, type Sampler, type Step, type TimeOptions } from '../sample'
import { combine, normalLike, type State } from '../state'
import { expectMeasurement, type Measurement } from './measurement'
import { replacement } from './replacement'

export interface RepaintOptions extends TimeOptions {
  /** r, how often each step is taken. Default 10. */
  readonly resamplings?: number
  /** The variance of the reverse steps. Default `posterior`. */
  readonly variance?: VarianceChoice
}

/** The sampler of states that agree with a measurement. Its times go up and down. */
export function repaint<S extends State>(
  model: Denoiser<S>,
  measured: Measurement<S>,
  { resamplings = 10, variance = 'posterior', ...options }: RepaintOptions = {},
): Sampler<S> {
  const process = processOf(model, 'repaint')
  expectMeasurement('repaint', measured, model.shape)
  if (!Number.isSafeInteger(resamplings) || resamplings < 1)
    throw new RangeError(
      `repaint: resamplings must be a positive whole number, but is ${String(resamplings)}`,
    )
  const falling = timesOf(process, options)
  if (falling[1]! > falling[0]!) throw new RangeError('repaint: times must fall')
  const times = [falling[0]!]
  for (const [i, s] of falling.entries()) {
    if (i === 0) continue
    for (let again = 1; again < resamplings; again++) times.push(s, falling[i - 1]!)
    times.push(s)
  }
  const replace = replacement(process, measured)
  const step: Step<S> = (model, x, t, s, stream) => {
    if (s > t) {
      const { scale, variance } = process.transition(t, s)
      return combine([scale, x], [Math.sqrt(variance), normalLike(x, stream)])
    }
    const step = reverseKernel(model, { variance })(x, t, s)
    const next = process.sigma(s) === 0 ? step.mean : drawReverse(step, stream)
    return replace(next, s, stream)
  }
  return walk(model, times, holding(step, replace))
}
