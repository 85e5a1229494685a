/** `verify` as cells know it: each confirmed step prints a line. */
import { reached } from '../../tensor'
import * as models from '../../models'
import type { Identity, IdentityUpToConstant, PointwiseIdentity, SameLaw, Verification } from '../../models'
import { print } from '../display/screen'

function short(x: number): string {
  return Number(x.toPrecision(2)).toString()
}

/** Prints what was found, when it has been found. */
async function told(relation: string, step: Promise<Verification>): Promise<void> {
  const verification = await step
  const { name, draws, difference, allowed } = verification
  print(
    `✓ ${name}: ${relation} ${short(difference)}, chance allows ${short(allowed)} (${draws.toLocaleString('en-US')} draws)`,
  )
  reached(() => ({
    title: `verified: ${name}`,
    values: Object.fromEntries(
      Object.entries(verification).map(([key, value]) => [key, () => value as unknown]),
    ),
  }))
}

/** Checks of the steps of a derivation. Each throws VerificationError where the step is false or cannot be told. */
export const verify = {
  /** E[Σ left] = E[Σ right]. */
  equal: <D>(name: string, identity: Identity<D>): Promise<void> =>
    told('|left − right| is', models.verify.equal(name, identity)),

  /** E[Σ left(θ)] = E[Σ right(θ)] + const, at the parameters `at`. */
  upToConstant: <D, P>(name: string, identity: IdentityUpToConstant<D, P>): Promise<void> =>
    told('the sides change alike to', models.verify.upToConstant(name, identity)),

  /** E[Σ left | x̃] = E[Σ right | x̃] for all x̃ = at(draws). */
  pointwise: <D>(name: string, identity: PointwiseIdentity<D>): Promise<void> =>
    told('the largest |left − right| is', models.verify.pointwise(name, identity)),

  /** E[Σ left] ≤ E[Σ right]. */
  atMost: <D>(name: string, identity: Identity<D>): Promise<void> =>
    told('|left − right| is', models.verify.atMost(name, identity)),

  /** Two ways of drawing samples have one law. */
  sameLaw: (name: string, laws: SameLaw): Promise<void> =>
    told('the energy distance is', models.verify.sameLaw(name, laws)),
}
