/** Has functions of cells that ran plainly stepped through, for as long as another cell is. */
import type { Binding } from '../cell'

/** A function that stands in for another. */
export interface StandIn {
  readonly name: string
  readonly value: unknown
}

/**
 * What a cell of functions declares when it is evaluated with `collecting(…)`.
 *
 * @param binding the session's.
 */
export function collecting(
  declared: ReadonlySet<string>,
  binding: (name: string) => Binding,
  found: StandIn[],
): (name: string) => Binding {
  return (name) => {
    const real = binding(name)
    if (!declared.has(name)) return real
    return {
      get value() {
        return real.value
      },
      set value(value) {
        real.value = value
      },
      get typeof() {
        return real.typeof
      },
      get initial() {
        return real.value
      },
      set initial(value) {
        found.push({ name, value })
      },
    }
  }
}

/**
 * Puts a function in the place of the one that has its name.
 *
 * @param code of the run that is said to have made the function: another one, or one that was made in another way, stays.
 * @returns what puts the original back, unless the name means something else by then.
 */
export function replace({ name, value }: StandIn, binding: Binding, code: string): (() => void) | undefined {
  const original = read(binding)
  if (typeof original !== 'function' || typeof value !== 'function' || original.name !== name)
    return undefined
  if (!code.includes(Function.prototype.toString.call(original))) return undefined
  const standIn = value
  for (const key of Reflect.ownKeys(original))
    if (key !== 'length' && key !== 'name')
      Object.defineProperty(standIn, key, Object.getOwnPropertyDescriptor(original, key)!)
  binding.initial = standIn
  return () => {
    if (read(binding) === standIn) binding.initial = original
  }
}

function read(binding: Binding): unknown {
  try {
    return binding.value
  } catch {
    return undefined
  }
}
