/** Checks of JSON from outside against the shape that a program expects, with the place of the first mistake. */

/** @returns what is wrong with the value at that place, or nothing */
export type Check = (value: unknown, place: string) => string | undefined

const expecting =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, place) =>
    holds(value) ? undefined : `${place} must be ${what}, and is ${describe(value)}`

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

export const string = expecting('a text', (value) => typeof value === 'string')
export const number = expecting('a finite number', (value) => Number.isFinite(value))
export const boolean = expecting('true or false', (value) => typeof value === 'boolean')
export const object = expecting(
  'an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

export function oneOf(values: readonly string[]): Check {
  return expecting(`one of ${values.join(', ')}`, (value) => values.includes(value as string))
}

export function optional(check: Check): Check {
  return (value, place) => (value === undefined ? undefined : check(value, place))
}

export function array(check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return `${place} must be a list, and is ${describe(value)}`
    for (const [index, item] of value.entries()) {
      const problem = check(item, `${place}[${index}]`)
      if (problem !== undefined) return problem
    }
    return undefined
  }
}

/** An object with these members. Others are let pass: a later Genbook may add some. */
export function shape(members: Readonly<Record<string, Check>>): Check {
  return (value, place) => {
    const problem = object(value, place)
    if (problem !== undefined) return problem
    for (const [name, check] of Object.entries(members)) {
      const problem = check((value as Readonly<Record<string, unknown>>)[name], `${place}.${name}`)
      if (problem !== undefined) return problem
    }
    return undefined
  }
}
