/** What a claim comes to: confirmed, refuted, or open; and the looks at ever more draws that decide it. */
import { beginTask, breathe, currentStream, type RandomStream } from '../../tensor'
import { Sums, type Draw, type SignedTerm } from './terms'
import { judge, type Comparison, type Verdict } from './verdict'

const FIRST_DRAWS = 4096
const MOST_DRAWS = 2 ** 20

/** Why a step was not confirmed. */
export type Failure = 'false' | 'too weak' | 'heavy tail'

/** What a step that was not confirmed throws. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError'
  readonly failure: Failure
  constructor(failure: Failure, message: string) {
    super(message)
    this.failure = failure
  }
}

/** A confirmed step. */
export interface Verification {
  readonly name: string
  /** Random draws that it took. */
  readonly draws: number
  /** |left − right| of the component that came nearest to its limit, or the energy distance of two laws. */
  readonly difference: number
  /** What it may be by chance and rounding; for laws, the largest that relabelling the samples gave. */
  readonly allowed: number
}

export interface VerifyOptions {
  /** Where draws come from. Default: the cell's own stream, split by the step's name. */
  readonly stream?: RandomStream
}

export interface LookOptions<D> extends VerifyOptions {
  readonly draw: Draw<D>
  /** An error that the draws are known to have, from finite steps for example. Default 0. */
  readonly discretisation?: number
}

/** What to do about a claim that is too weak. */
export const ADVICE =
  'lower the variance of its terms (shared draws, fewer noisy factors), or compare at other parameters'

/**
 * Looks at 4096 draws, then at four times as many, up to 2²⁰, until the claim is decided.
 *
 * @param decide what is wrong, if anything: 'false' ends it, anything else may be settled by more draws.
 * @throws VerificationError where it is not confirmed.
 */
export async function looks<D>(
  name: string,
  { draw, stream, discretisation = 0 }: LookOptions<D>,
  terms: readonly SignedTerm<D>[],
  decide: (verdict: Verdict) => VerificationError | undefined,
): Promise<Verification> {
  if (typeof draw !== 'function')
    throw new TypeError(`verify '${name}': draw must be a function (n, stream) ↦ draws`)
  if (!(discretisation >= 0 && discretisation < Infinity))
    throw new RangeError(`verify '${name}': discretisation must not be negative, but is ${discretisation}`)
  const sums = new Sums(draw, terms)
  const own = streamOf(name, stream)
  const task = beginTask(`verify '${name}'`)
  try {
    for (let look = 1, n = FIRST_DRAWS; ; look++, n *= 4) {
      task.at(look, () => `${n.toLocaleString('en-US')} draws`)
      await sums.extend(n, own, breathe)
      const verdict = judge(sums, look, discretisation)
      const failure = verdict.heavy
        ? new VerificationError(
            'heavy tail',
            `'${name}' is inconclusive: a thousandth of the draws decides the mean (heavy tail), after ${n} draws`,
          )
        : decide(verdict)
      if (!failure) {
        const closest = verdict.comparisons.reduce((a, b) => (nearness(b) > nearness(a) ? b : a))
        return { name, draws: n, difference: Math.abs(closest.mean), allowed: closest.allowed }
      }
      if (failure.failure === 'false' || n >= MOST_DRAWS) throw failure
    }
  } finally {
    task.end()
  }
}

/** How near a component came to its limit. */
function nearness({ mean, allowed }: Comparison): number {
  return Math.abs(mean) / (allowed || 1)
}

/** The stream of one step: the same whatever was drawn before. */
export function streamOf(name: string, stream = currentStream()): RandomStream {
  return stream.split(`verify ${name}`)
}

/** A number in few digits. */
export function short(x: number): string {
  return Number(x.toPrecision(3)).toString()
}
