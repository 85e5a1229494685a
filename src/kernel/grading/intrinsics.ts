/**
 * Fixes the language's own objects, so that a student's code cannot exchange what a test's code then calls: `Math.abs`,
 * `Array.prototype.every`, `JSON.stringify` …
 *
 * In JavaScript nobody can assign a member that a frozen prototype has. What programs do assign so, such as an error's `name`
 * or an object's `toString`, still becomes an own member here, as it would if nothing were fixed.
 */

const ASSIGNED: ReadonlySet<PropertyKey> = new Set([
  'constructor',
  'hasOwnProperty',
  'message',
  'name',
  'toJSON',
  'toLocaleString',
  'toString',
  'valueOf',
])

/** Also fixes the names themselves, so that `Math = …` throws. */
export function fixIntrinsics(names: Iterable<string>): void {
  const seen = new Set<unknown>()
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
    if (!descriptor || name === 'globalThis') continue
    fix(descriptor.value, seen)
    if (descriptor.configurable)
      Object.defineProperty(globalThis, name, { ...descriptor, writable: false, configurable: false })
  }
  for (const hidden of hiddenIntrinsics()) fix(hidden, seen)
}

/** Objects of the language that no name leads to. */
function hiddenIntrinsics(): unknown[] {
  const iterators = [
    [].values(),
    new Map().values(),
    new Set().values(),
    ''[Symbol.iterator](),
    'a'.matchAll(/a/g),
  ]
  return [
    Object.getPrototypeOf(Int8Array),
    function* () {},
    async function () {},
    async function* () {},
    ...iterators,
  ].flatMap((value: unknown) => {
    const chain: unknown[] = []
    for (
      let object = typeof value === 'function' ? value : (Object.getPrototypeOf(value) as unknown);
      object;
      object = Object.getPrototypeOf(object)
    )
      chain.push(object)
    return chain
  })
}

function fix(value: unknown, seen: Set<unknown>): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
  seen.add(value)
  const inherited = value === Object.prototype || value === Function.prototype || isErrorPrototype(value)
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)!
    // eslint-disable-next-line @typescript-eslint/unbound-method -- nothing is called: accessors are looked at as objects
    for (const part of [descriptor.value, descriptor.get, descriptor.set] as unknown[])
      if (typeof part === 'function' || key === 'prototype') fix(part, seen)
    if (!descriptor.configurable || !('value' in descriptor)) continue
    if (inherited && ASSIGNED.has(key))
      Object.defineProperty(value, key, overridable(value, key, descriptor.value))
  }
  Object.freeze(value)
}

function isErrorPrototype(value: object): boolean {
  return value === Error.prototype || value instanceof Error
}

/** A member that cannot be changed, but that what inherits it can have for itself. */
function overridable(owner: object, key: PropertyKey, value: unknown): PropertyDescriptor {
  return {
    get: () => value,
    set(this: unknown, own: unknown) {
      if (this === owner || typeof this !== 'object' || this === null)
        throw new TypeError(`${String(key)} belongs to the language and cannot be changed here.`)
      Object.defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true })
    },
    enumerable: false,
    configurable: false,
  }
}
