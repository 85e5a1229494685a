/**
 * Classifier guidance of a reverse kernel: the mean of each step is moved by its covariance times the gradient,
 *
 *   x_s ~ N(μ + γ Σ ∇ log p_φ(y | x_t), Σ),
 *
 * for p(x_s | x_t) = N(μ, Σ) and a classifier that is nearly linear within its width, p(x_s | x_t) p(y | x_s) is that
 * Gaussian. Without Σ the mean is moved far too much at low noise and too little at high noise.
 *
 * Dhariwal and Nichol, "Diffusion models beat GANs on image synthesis", NeurIPS 2021, algorithm 1,
 * https://arxiv.org/abs/2105.05233
 */
import { holding } from '../../tensor'
import { times, type ReverseKernel, type ReverseStep } from '../diffusion/reverse'
import type { Condition } from '../condition'
import { combine, type State } from '../state'
import { expectScale } from './expect'
import type { Guide } from './guide'

/**
 * The kernel with mean μ + γ Σ ∇ log p(y | x_t) and covariance Σ.
 *
 * @param kernel such as `reverseKernel(model)`.
 * @param guide ∇ log p(y | x_t), such as `classifierGuide(classifier, y)`.
 * @param scale γ. Default 1.
 */
export function guidedKernel<S extends State>(
  kernel: ReverseKernel<S>,
  guide: Guide<S>,
  { scale = 1 }: { readonly scale?: number } = {},
): ReverseKernel<S> {
  if (typeof (kernel as unknown) !== 'function' || !('model' in kernel))
    throw new TypeError(
      'guidedKernel: the first argument must be a reverse kernel, such as reverseKernel(model)',
    )
  if (typeof (guide as unknown) !== 'function')
    throw new TypeError('guidedKernel: the second argument must be a guide (x, t) ↦ ∇ log p(y | x_t)')
  expectScale('guidedKernel', 'scale', scale)
  const step = (x: S, t: number, s: number, condition?: Condition): ReverseStep<S> => {
    const { mean, variance } = kernel(x, t, s, condition)
    const gradient = guide(x, t)
    const moved =
      typeof variance === 'number'
        ? combine([1, mean], [scale * variance, gradient])
        : combine([1, mean], [scale, times(variance, gradient)])
    return { mean: moved, variance }
  }
  return Object.assign(holding(step, kernel, guide), { model: kernel.model })
}
