/**
 * Following the score without noise, x ← x + (ε/2) s(x): gradient ascent of log p. It ends on the modes, and says nothing of
 * the law around them: Langevin's noise is what turns an optimiser into a sampler.
 */
import { chain, type Chain, type LangevinOptions } from '../langevin'
import { expectField, type Field } from '../field'
import { combine, type State } from '../state'

/** The chain x ← x + (ε/2) s(x). @throws RangeError for ε or steps that are not positive. */
export function ascent(field: Field, options: LangevinOptions): Chain
export function ascent<S extends State>(field: Field<S>, options: LangevinOptions): Chain<S>
export function ascent<S extends State>(field: Field<S>, options: LangevinOptions): Chain<S> {
  return chain('ascent', expectField(field, 'ascent'), options, (field, x, epsilon) =>
    combine([1, x], [epsilon / 2, field.score(x)]),
  )
}
