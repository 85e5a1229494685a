/** What workers can do: named computations on the numeric kernels alone, whose parts depend on nothing but what they are given. */
import type { Bench } from './bench'

/**
 * A computation that can be done in parts.
 *
 * It is opened once wherever parts of it are done, with what all parts share; the function that comes back does one part. A
 * part's result must not depend on which others were done before it, or where.
 */
export type Work<Setup, Part, Result> = (bench: Bench, setup: Setup) => (part: Part) => Result

// Whatever a work is given and gives; the pool's methods bring the types back by the work's name.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Works = Readonly<Record<string, Work<any, any, any>>>

export type SetupOf<W> = W extends Work<infer Setup, never, unknown> ? Setup : never
export type PartOf<W> = W extends Work<never, infer Part, unknown> ? Part : never
export type ResultOf<W> = W extends Work<never, never, infer Result> ? Result : never
