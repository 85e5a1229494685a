/** How a function is called, read off its own text. */
import { isClass, nameOf } from './preview'

/** Longer ones are cut. */
const LONGEST = 100

/**
 * `f(x, { steps = 100 })` for a function, `class A(width)` for a class, by its constructor; `f(…)` where the text does not
 * tell, as of native functions.
 */
export function signatureOf(value: object): string {
  const name = nameOf(value) || '(anonymous)'
  const text = Function.prototype.toString.call(value)
  if (isClass(value)) {
    const at = text.search(/[{;}\s]constructor\s*\(/)
    return `class ${name}${at < 0 ? '' : cut(parameters(text, text.indexOf('(', at)) ?? '(…)')}`
  }
  return `${name}${cut(parametersOf(text) ?? '(…)')}`
}

/**
 * The same from the cell that declares the function, with its types; undefined where the declaration does not show it, as
 * in `const f = compose(g, h)`.
 *
 * @param start of the declaration's name in `source`.
 */
export function declaredSignature(source: string, start: number): string | undefined {
  const text = source.slice(start)
  const declared =
    /^([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(=\s*)?(?:async\s*)?(?:function\s*\*?\s*)?(?:<[^<>()]*>\s*)?(?=\()/u.exec(
      text,
    )
  if (!declared) return undefined
  const found = parameters(text, declared[0].length)
  const rest = found === undefined ? '' : text.slice(declared[0].length + found.length)
  // What is in parentheses may as well be a value.
  const arrow = declared[2] !== undefined && !/function\s*\*?\s*$/.test(declared[0])
  if (found === undefined || (arrow && !/^\s*(?::[^=;]+)?=>/.test(rest))) return undefined
  return `${declared[1]}${cut(found)}`
}

function parametersOf(text: string): string | undefined {
  if (text.includes('[native code]')) return undefined
  // `x => …`, the one form without parentheses.
  const bare = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(text)
  if (bare) return `(${bare[1]})`
  return parameters(text, text.indexOf('('))
}

/** From the parenthesis at `start` to its partner; undefined where there is none. */
function parameters(text: string, start: number): string | undefined {
  let depth = 0
  let quote = ''
  for (let at = start; at >= 0 && at < text.length; at++) {
    const character = text[at]!
    if (quote) {
      if (character === '\\') at++
      else if (character === quote) quote = ''
    } else if (/["'`]/.test(character)) quote = character
    else if (/[([{]/.test(character)) depth++
    else if (/[)\]}]/.test(character) && --depth === 0) return text.slice(start, at + 1)
  }
  return undefined
}

/** On one line, and not too long. */
function cut(parameters: string): string {
  const text = parameters
    .replace(/\s+/g, ' ')
    .replace(/,? \)$/, ')')
    .replace('( ', '(')
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 2)}…)` : text
}
