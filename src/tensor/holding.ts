/** What a closure holds, told to those who must know which tensors are in use, because JavaScript does not show it. */

const held = new WeakMap<object, readonly unknown[]>()

/**
 * Declares that `owner`, a function or an object of functions, keeps `values` in its closure. Everything in the runtime
 * that closes over tensors says so, else they would be freed under it.
 *
 * @returns `owner`.
 */
export function holding<T extends object>(owner: T, ...values: readonly unknown[]): T {
  held.set(owner, values)
  return owner
}

/** What `owner` was declared to hold. */
export function heldBy(owner: object): readonly unknown[] {
  return held.get(owner) ?? []
}
