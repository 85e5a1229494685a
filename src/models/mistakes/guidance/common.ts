/** What the mistakes of guidance are tried on: two classes on the line, known exactly. */
import { exact } from '../../exact'
import { data } from '../../data'
import { exactClassifier } from '../../guidance'
import { vp } from '../../processes'

export const process = vp()
/** Class 0 is N(−1, .3²) with weight .3, class 1 N(1, .3²) with weight .7. */
export const law = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
export const model = exact<Float64Array>(process, law)
export const classes = exactClassifier<Float64Array>(process, law)

export function meanOf(x: Float64Array): number {
  return x.reduce((sum, v) => sum + v, 0) / x.length
}
