/**
 * Learning rates as functions of the step k = 0, …, K − 1.
 *
 *   constant    rate
 *   cosine      peak (1 + cos πk/K) / 2
 *   stepDecay   peak · factor^⌊k/every⌋
 *   warmUp      another rate times min(1, (k + 1)/w)
 *
 * Cosine: Loshchilov and Hutter, "SGDR", ICLR 2017, https://arxiv.org/abs/1608.03983; warm-up: Goyal et al., 2017,
 * https://arxiv.org/abs/1706.02677
 */

/** The learning rate at a step, counted from 0. */
export type Rate = (step: number, steps: number) => number

/** The same rate at every step. */
export function constant(rate: number): Rate {
  expectPositive('constant: rate', rate)
  return () => rate
}

/** A learning rate that falls from `peak` to zero along half a cosine: peak · (1 + cos πk/K) / 2. */
export function cosine(peak: number): Rate {
  expectPositive('cosine: peak', peak)
  return (step, steps) => (peak * (1 + Math.cos((Math.PI * step) / steps))) / 2
}

/**
 * A learning rate that is multiplied by `factor` after every so many steps.
 *
 * @param every a whole number of steps. @param factor in (0, 1]. Default 0.1.
 */
export function stepDecay(peak: number, { every, factor = 0.1 }: { every: number; factor?: number }): Rate {
  expectPositive('stepDecay: peak', peak)
  expectWhole('stepDecay: every', every)
  if (!(factor > 0 && factor <= 1))
    throw new RangeError(`stepDecay: factor must be in (0, 1], but is ${factor}`)
  return (step) => peak * factor ** Math.floor(step / every)
}

/**
 * Another rate that is reached in equal parts over the first `over` steps.
 *
 * @param rate a number, or a function such as `cosine(1e-3)`.
 */
export function warmUp(rate: number | Rate, over: number): Rate {
  if (typeof rate === 'number') expectPositive('warmUp: rate', rate)
  expectWhole('warmUp: over', over)
  return (step, steps) =>
    (typeof rate === 'number' ? rate : rate(step, steps)) * Math.min(1, (step + 1) / over)
}

function expectPositive(what: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${what} must be positive, but is ${value}`)
}

function expectWhole(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${what} must be a positive whole number, but is ${value}`)
}
