/** Texts of the functions that compiled code may need beside its runtime. */
import type { PrivateNames } from './names'
import type { UsingStatement } from './typescript'

/**
 * The helpers that a cell needs, as declarations for a scope of their own.
 *
 * `mark` marks an object literal and those of its methods that hold local variables. `use` and `release` are the two
 * halves of `using` at a cell's top level (ECMAScript's AddDisposableResource and DisposeResources).
 */
export function helperTexts(
  names: PrivateNames,
  needed: ReadonlySet<string>,
  usings: readonly UsingStatement[],
): string {
  let text = ''
  if (needed.has('mark')) text += markText(names.helper('mark'))
  if (usings.length > 0)
    text +=
      useText(names.helper('use')) +
      releaseText(
        names.helper('release'),
        usings.some(({ await: wait }) => wait),
      )
  return text
}

const markText = (name: string): string => `
const ${name} = (runtime, keys, object) => {
  for (const key of keys) {
    const { value, get, set } = Object.getOwnPropertyDescriptor(object, key);
    for (const method of [value, get, set]) if (typeof method === "function") runtime.opaque(method);
  }
  return runtime.opaque(object);
};`

const useText = (name: string): string => `
const ${name} = (resources, wait, value) => {
  if (value === null || value === undefined) {
    if (wait) resources.stack.push({ wait, dispose: () => undefined });
    return value;
  }
  if (typeof value !== "object" && typeof value !== "function") throw new TypeError("using needs an object with a [Symbol.dispose] method");
  let dispose = wait && Symbol.asyncDispose ? value[Symbol.asyncDispose] : undefined;
  if (dispose === null || dispose === undefined) dispose = Symbol.dispose ? value[Symbol.dispose] : undefined;
  if (typeof dispose !== "function") throw new TypeError("using needs an object with a [Symbol.dispose] method");
  resources.stack.push({ wait, dispose: () => dispose.call(value) });
  return value;
};`

const releaseText = (name: string, wait: boolean): string => `
const ${name} = ${wait ? 'async ' : ''}(resources) => {
  while (resources.stack.length) {
    const { wait, dispose } = resources.stack.pop();
    try {
      const result = dispose();
      ${wait ? 'if (wait) await result;' : ''}
    } catch (error) {
      resources.error = !resources.failed ? error : typeof SuppressedError === "function"
        ? new SuppressedError(error, resources.error)
        : Object.assign(new Error("An error was suppressed during disposal."), { name: "SuppressedError", error, suppressed: resources.error });
      resources.failed = true;
    }
  }
  if (resources.failed) throw resources.error;
};`
