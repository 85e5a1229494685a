import { preview } from '../../display/preview'
import { declare, type Input } from './declare'

export interface ChoiceOptions<T extends string> {
  /** What is chosen at first. Default: the first option. */
  readonly value?: T
}

/**
 * A list of options below the cell, of which a person chooses one.
 *
 * @throws TypeError where the options are no list of different texts, or the value is none of them.
 */
export function choice<const T extends string>(
  label: string,
  options: readonly T[],
  { value }: ChoiceOptions<T> = {},
): Input<T> {
  const given: unknown = options
  if (!Array.isArray(given) || !given.length || !given.every((option) => typeof option === 'string'))
    throw new TypeError(
      `choice('${label}'): the options must be a list of texts, such as ['ddim', 'heun'], but are ${preview(given)}`,
    )
  if (new Set(options).size < options.length)
    throw new TypeError(`choice('${label}'): an option is listed twice in ${preview(given)}`)
  const first = value ?? options[0]!
  if (!options.includes(first))
    throw new TypeError(`choice('${label}'): ${preview(value)} is not among ${preview(given)}`)
  return declare<T>(label, {
    value: first,
    read: (chosen) => options.find((option) => option === chosen),
    spec: (id, now) => ({ kind: 'choice', id, label, options: [...options], value: now }),
  })
}
