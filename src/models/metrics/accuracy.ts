/** How often answers are right: classes that a judge sees, captions that a captioner says. */
import type { Estimate } from './estimate'

/**
 * The share of answers that are equal to the truth.
 *
 * @param answers, truth numbers or texts, one for each sample: labels, or whole captions.
 * @returns the share p, with its binomial standard error √(p (1 − p)/n).
 */
export function accuracy(
  answers: ArrayLike<number> | readonly string[],
  truth: ArrayLike<number> | readonly string[],
): Estimate {
  // Cells are not type-checked before they run.
  for (const [name, given] of Object.entries({ answers, truth }))
    if (typeof (given as unknown) === 'string' || typeof (given as { length?: unknown }).length !== 'number')
      throw new TypeError(`accuracy: ${name} must be a list of labels or captions, one for each sample`)
  const n = truth.length
  if (answers.length !== n || n < 1)
    throw new RangeError(`accuracy: there are ${answers.length} answers to ${n} samples`)
  let right = 0
  for (let i = 0; i < n; i++) if (answers[i] === truth[i]) right++
  const share = right / n
  return { value: share, standardError: Math.sqrt((share * (1 - share)) / n), method: 'analytic' }
}
