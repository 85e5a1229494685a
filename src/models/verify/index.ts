/**
 * Steps of a derivation, each checked by numbers.
 *
 * A claim E[a + b] = E[c] is given by its terms, as functions of random draws that both sides share. `verify` draws until
 * the claim is refuted, or until it holds so narrowly that half of a term, its double or its negative would have been
 * noticed. A true claim is refuted less than once in 1000 runs (`verdict.ts` says how).
 */
import { atMost, equal, pointwise, upToConstant } from './identities'
import { sameLaw } from './sameLaw'

export { VerificationError, type Failure, type Verification, type VerifyOptions } from './claim'
export type { Identity, IdentityUpToConstant, PointwiseIdentity } from './identities'
export type { SameLaw } from './sameLaw'
export type { Draw, Side, Term, Values } from './terms'

/** The ways to check a step. */
export const verify = { equal, upToConstant, pointwise, atMost, sameLaw }
