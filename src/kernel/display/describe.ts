/** What the runtime view says about a variable. */
import type { Variable } from '../protocol'
import { className, isClass, isTensor, nameOf, previewLine, tensorLine } from './preview'

/** A variable's kind in one word and its value in one short line. */
export function describeVariable(name: string, value: unknown): Variable {
  try {
    return { name, kind: kindOf(value), summary: summaryOf(value) }
  } catch {
    // A revoked proxy answers nothing at all.
    return { name, kind: typeof value, summary: '[unreadable]' }
  }
}

/** `number`, `array`, `tensor`, `class`, or the name of an object's class. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'function') return isClass(value) ? 'class' : 'function'
  if (typeof value !== 'object') return typeof value
  if (isTensor(value)) return 'tensor'
  if (Array.isArray(value)) return 'array'
  const name = className(value)
  return name === 'Object' || name === '[null prototype]' ? 'object' : name
}

function summaryOf(value: unknown): string {
  if (isTensor(value)) return tensorLine(value)
  if (typeof value === 'function') {
    const name = nameOf(value) || '(anonymous)'
    return isClass(value) ? `class ${name}` : `function ${name}`
  }
  if (Array.isArray(value)) return `Array(${value.length}) ${previewLine(value, 80)}`
  return previewLine(value)
}
