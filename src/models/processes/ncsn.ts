/**
 * NCSN's list of noise scales as a process: x_t = x_0 + σ_t ε at the whole times 0, …, L, with σ_0 = 0.
 *
 * The paper counts from the largest scale, σ_1 > … > σ_L; here time grows with noise, so its scale number i is the time
 * t = L + 1 − i.
 *
 * Song and Ermon, "Generative modeling by estimating gradients of the data distribution", NeurIPS 2019,
 * https://arxiv.org/abs/1907.05600
 */
import type { GaussianProcess } from '../process'
import { geometricScales } from './scales'
import { tableProcess } from './table'

/**
 * @param sigmas positive, falling as in the paper or rising, each once. Default: ten from 1 to 0.01, a geometric sequence.
 * @throws RangeError where a scale is not positive, or they neither fall nor rise.
 */
export function ncsn({
  sigmas = geometricScales(1, 0.01, 10),
}: { sigmas?: ArrayLike<number> } = {}): GaussianProcess {
  const given = Float64Array.from(sigmas)
  if (!given.length) throw new RangeError('ncsn: sigmas must be a list of at least one noise scale')
  const wrong = given.findIndex((sigma) => !(sigma > 0 && sigma < Infinity))
  if (wrong >= 0)
    throw new RangeError(`ncsn: every noise scale must be positive, but sigmas[${wrong}] = ${given[wrong]}`)
  const rising = Float64Array.from(given).sort()
  const falling = Float64Array.from(rising).reverse()
  const distinct = rising.every((sigma, i) => i === 0 || sigma > rising[i - 1]!)
  const same = (order: Float64Array): boolean => order.every((sigma, i) => sigma === given[i])
  if (!distinct || !(same(rising) || same(falling)))
    throw new RangeError(`ncsn: sigmas must fall (or rise), each once, but are ${[...given].join(', ')}`)
  return tableProcess(
    'NCSN',
    rising.length,
    () => 1,
    (t) => (t === 0 ? 0 : rising[t - 1]!),
  )
}
