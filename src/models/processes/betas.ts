/**
 * Tables β_1, …, β_T for DDPM, in the forms that are in use. Index i of a table holds β_{i+1}.
 *
 *   linear         from β_1 to β_T in equal steps                                Ho et al. 2020
 *   scaled linear  √β from √β_1 to √β_T in equal steps                           Stable Diffusion; `quadraticBetas` is the same
 *   cosine         ᾱ(u) = cos²(π/2 · (u + s)/(1 + s)) / cos²(π/2 · s/(1 + s))    Nichol and Dhariwal 2021
 *   sigmoid        ᾱ(u) = (ς(b/τ) − ς((a + u(b − a))/τ)) / (ς(b/τ) − ς(a/τ))    Jabri et al. 2022
 *   GeoDiff        β_1 + ς(v) (β_T − β_1), v from −6 to 6                        Xu et al. 2022
 *
 * with u = t/T, ς the logistic function, and β_t = min(1 − ᾱ(t/T)/ᾱ((t−1)/T), cap) where ᾱ is given.
 *
 * https://arxiv.org/abs/2006.11239, https://arxiv.org/abs/2112.10752, https://arxiv.org/abs/2102.09672,
 * https://arxiv.org/abs/2212.11972, https://arxiv.org/abs/2203.02923
 */
import type { Curve } from '../process'

/** β_t = β_1 + (t − 1)/(T − 1) (β_T − β_1). @returns T numbers; index i holds β_{i+1}. */
export function linearBetas(steps = 1000, first = 1e-4, last = 0.02): Float64Array {
  expectTable('linearBetas', steps, first, last)
  return spaced(steps, first, last)
}

/** √β_t = √β_1 + (t − 1)/(T − 1) (√β_T − √β_1), by default between the values of Stable Diffusion. */
export function scaledLinearBetas(steps = 1000, first = 0.00085, last = 0.012): Float64Array {
  expectTable('scaledLinearBetas', steps, first, last)
  return spaced(steps, Math.sqrt(first), Math.sqrt(last)).map((root) => root ** 2)
}

/** The formula of `scaledLinearBetas`, by default between DDPM's values. */
export function quadraticBetas(steps = 1000, first = 1e-4, last = 0.02): Float64Array {
  expectTable('quadraticBetas', steps, first, last)
  return scaledLinearBetas(steps, first, last)
}

/** @param offset s, not negative. @param cap the largest β, in (0, 1]. */
export function cosineBetas(
  steps = 1000,
  { offset = 0.008, cap = 0.999 }: { offset?: number; cap?: number } = {},
): Float64Array {
  if (!(offset >= 0 && offset < Infinity))
    throw new RangeError(`cosineBetas: offset must not be negative, but is ${offset}`)
  return fromAlphaBar(
    'cosineBetas',
    steps,
    cap,
    (u) => Math.cos(((Math.PI / 2) * (u + offset)) / (1 + offset)) ** 2,
  )
}

export interface SigmoidOptions {
  /** a and b: the stretch of the logistic function that is used. Default −3 and 3. */
  readonly from?: number
  readonly to?: number
  /** τ, positive. Default 1. */
  readonly temperature?: number
  /** The largest β, in (0, 1]. Default 0.999. */
  readonly cap?: number
}

/** The sigmoid schedule of ᾱ. */
export function sigmoidBetas(
  steps = 1000,
  { from = -3, to = 3, temperature = 1, cap = 0.999 }: SigmoidOptions = {},
): Float64Array {
  if (!(to > from && to - from < Infinity))
    throw new RangeError(`sigmoidBetas needs from < to, but from = ${from} and to = ${to}`)
  if (!(temperature > 0 && temperature < Infinity))
    throw new RangeError(`sigmoidBetas: temperature must be positive, but is ${temperature}`)
  const end = logistic(to / temperature)
  return fromAlphaBar(
    'sigmoidBetas',
    steps,
    cap,
    (u) => end - logistic((from + u * (to - from)) / temperature),
  )
}

/** GeoDiff's table: β itself is a logistic function of the step. */
export function geodiffBetas(steps = 1000, first = 1e-4, last = 0.02): Float64Array {
  expectTable('geodiffBetas', steps, first, last)
  return spaced(steps, -6, 6).map((v) => first + logistic(v) * (last - first))
}

/**
 * A table changed so that nothing of the data is left in the end: √ᾱ is shifted to reach 0 at T and scaled to start as
 * before. β_T becomes 1, so a network must predict x_0 or v, and samplers must start at T.
 *
 * Lin et al., "Common diffusion noise schedules and sample steps are flawed", WACV 2024, algorithm 1,
 * https://arxiv.org/abs/2305.08891
 */
export function zeroTerminalSnr(betas: ArrayLike<number>): Float64Array {
  if (!(betas.length >= 2))
    throw new RangeError(
      `zeroTerminalSnr: betas must be a table of at least two steps, but has ${betas.length}`,
    )
  const roots = new Float64Array(betas.length)
  let alphaBar = 1
  for (let i = 0; i < betas.length; i++) {
    const beta = betas[i]!
    if (!(beta >= 0 && beta <= 1))
      throw new RangeError(`zeroTerminalSnr: every β must be in [0, 1], but betas[${i}] = ${beta}`)
    alphaBar *= 1 - beta
    roots[i] = Math.sqrt(alphaBar)
  }
  const [first, last] = [roots[0]!, roots.at(-1)!]
  if (!(first > last)) throw new RangeError('zeroTerminalSnr: betas must add noise after the first step')
  const scaled = roots.map((root) => (root - last) * (first / (first - last)))
  return scaled.map((root, i) => {
    const previous = i === 0 ? 1 : scaled[i - 1]!
    return previous === 0 ? 0 : 1 - (root / previous) ** 2
  })
}

function spaced(steps: number, first: number, last: number): Float64Array {
  return Float64Array.from({ length: steps }, (_, i) => first + (i / Math.max(steps - 1, 1)) * (last - first))
}

function fromAlphaBar(name: string, steps: number, cap: number, alphaBar: Curve): Float64Array {
  expectSteps(name, steps)
  if (!(cap > 0 && cap <= 1)) throw new RangeError(`${name}: cap must be in (0, 1], but is ${cap}`)
  return Float64Array.from({ length: steps }, (_, i) =>
    Math.min(1 - alphaBar((i + 1) / steps) / alphaBar(i / steps), cap),
  )
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

function expectTable(name: string, steps: number, first: number, last: number): void {
  expectSteps(name, steps)
  for (const [which, beta] of [
    ['first', first],
    ['last', last],
  ] as const)
    if (!(beta >= 0 && beta <= 1))
      throw new RangeError(`${name}: the ${which} β must be in [0, 1], but is ${beta}`)
}

function expectSteps(name: string, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`${name}: steps must be a positive whole number, but is ${steps}`)
}
