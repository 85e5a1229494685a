/** How closely outputs must agree, and what in them is noise. */
import { isArray, isObject, own, type Json, type JsonObject } from '../../notebook/json'
import type { Cell, Notebook } from '../../notebook'

export interface Agreement {
  readonly relative: number
  readonly absolute: number
  /** Text that these match may differ. */
  readonly noise: readonly RegExp[]
  /** The outputs are not compared at all. */
  readonly skip: boolean
}

/** Single precision, in another order of operations: what another device may give. */
export const AGREEMENT: Agreement = {
  relative: 1e-4,
  absolute: 1e-6,
  // How long something took is different every time.
  noise: [/\d+(?:\.\d+)? ?(?:ms|min|s|h)\b(?: left)?/g],
  skip: false,
}

/**
 * What a notebook, and then a cell of it, declares under `metadata.genbook.rerun`:
 * `{ noise: ['pattern', …], relative: 1e-3, absolute: 1e-5, skip: true }`.
 *
 * @throws RangeError naming the member, where it makes no sense
 */
export function agreementOf(
  notebook: Pick<Notebook, 'metadata'>,
  cell: Pick<Cell, 'metadata'>,
  base: Agreement,
): Agreement {
  return [notebook, cell].reduce((agreement, { metadata }) => {
    const genbook = own(metadata, 'genbook')
    const rerun = isObject(genbook) ? own(genbook, 'rerun') : undefined
    return rerun === undefined ? agreement : declared(rerun, agreement)
  }, base)
}

/** @throws RangeError where the text is no regular expression */
export function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'gu')
  } catch {
    throw new RangeError(`${JSON.stringify(text)} is not a regular expression`)
  }
}

function declared(rerun: Json, base: Agreement): Agreement {
  if (!isObject(rerun)) throw new RangeError('metadata.genbook.rerun must be an object')
  const noise = own(rerun, 'noise') ?? []
  if (!isArray(noise))
    throw new RangeError('metadata.genbook.rerun.noise must be a list of regular expressions')
  return {
    relative: size(rerun, 'relative') ?? base.relative,
    absolute: size(rerun, 'absolute') ?? base.absolute,
    noise: [
      ...base.noise,
      ...noise.map((text) => pattern(typeof text === 'string' ? text : JSON.stringify(text))),
    ],
    skip: own(rerun, 'skip') === true || base.skip,
  }
}

function size(rerun: JsonObject, key: 'relative' | 'absolute'): number | undefined {
  const value = own(rerun, key)
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0) return value
  throw new RangeError(`metadata.genbook.rerun.${key} must be a number from 0`)
}
