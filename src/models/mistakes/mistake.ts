/**
 * Mistakes: formulas as they are sometimes written, or programs as they are sometimes typed, beside the right form.
 *
 * A lesson flips between the two and sees what happens; the check says which one it has before it, from what it does, not
 * from how it is written.
 */
import type { RandomStream } from '../../tensor'

export interface Mistake<F> {
  /** What goes wrong, in a few words. */
  readonly title: string
  /** The wrong formula, in LaTeX. */
  readonly written: string
  /** The right one. */
  readonly correct: string
  readonly right: F
  readonly wrong: F
  /**
   * Puts a form to the test, with random numbers from the stream.
   *
   * @throws MistakeError saying what came out and what should have.
   */
  readonly check: (form: F, stream?: RandomStream) => void | Promise<void>
}

/** What a check throws for a form that is not right. */
export class MistakeError extends Error {
  override readonly name = 'MistakeError'
}

/** Infers F, which the three places that use it must share. */
export function mistake<F>(description: Mistake<F>): Mistake<F> {
  return description
}

/**
 * Puts both forms of a mistake to its check.
 *
 * @returns what the check says of the wrong form.
 * @throws MistakeError where the right form does not pass, or the wrong one does.
 */
export async function caught<F>(
  { title, right, wrong, check }: Mistake<F>,
  stream?: RandomStream,
): Promise<string> {
  await check(right, stream)
  try {
    await check(wrong, stream)
  } catch (error) {
    if (error instanceof MistakeError) return error.message
    throw error
  }
  throw new MistakeError(`'${title}' went unnoticed`)
}

/**
 * @param what is compared, as `the variance after 200 steps`.
 * @throws MistakeError where `found` is farther than `tolerance` from `expected`, or no number.
 */
export function expectNear(what: string, found: number, expected: number, tolerance: number): void {
  if (Math.abs(found - expected) <= tolerance) return
  throw new MistakeError(
    `${what} is ${short(found)}, but should be ${short(expected)} within ${short(tolerance)}`,
  )
}

export function short(x: number): string {
  return Number.isFinite(x) ? Number(x.toPrecision(6)).toString() : String(x)
}
