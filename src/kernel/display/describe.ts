/** What the runtime view says about a variable. */
import type { Contents } from '../../tensor'
import type { Origin, TensorFacts, Variable } from '../protocol'
import { declaredSignature, signatureOf } from './signature'
import { className, isClass, isTensor, nameOf, previewLine, tensorLine } from './preview'

/** What is known of a variable besides its value. */
export interface Known {
  readonly version: number
  readonly origin: Origin | undefined
  readonly contents: Contents
  /** The text of the cell that declares it, and where its name stands there. */
  readonly declaration?: { readonly source: string; readonly start: number } | undefined
}

/** A variable's kind in one word, its value in one short line, and what can be told without reading its numbers. */
export function describeVariable(name: string, value: unknown, known?: Known): Variable {
  const { version = 0, origin, contents, declaration } = known ?? {}
  const common = { name, version, ...(origin && { origin }) }
  try {
    const tensor = tensorFacts(value)
    const kind = kindOf(value)
    return {
      ...common,
      kind: kind === 'object' && contents?.parameters ? 'model' : kind,
      summary: summaryOf(value),
      ...(tensor && { tensor }),
      ...(typeof value === 'function' && { signature: signature(value, declaration) }),
      ...(contents?.parameters && { parameters: contents.parameters }),
      ...(contents?.bytes && { bytes: contents.bytes }),
    }
  } catch {
    // A revoked proxy answers nothing at all.
    return { ...common, kind: typeof value, summary: '[unreadable]' }
  }
}

/** As the person wrote it or, where that does not show, as the function's own text has it. */
function signature(value: object, declaration: Known['declaration']): string {
  const declared =
    declaration && !isClass(value) ? declaredSignature(declaration.source, declaration.start) : undefined
  return declared ?? signatureOf(value)
}

/** Shape and type of tensors, and of typed arrays and arrays of numbers, which count as one axis. */
export function tensorFacts(value: unknown): TensorFacts | undefined {
  if (isTensor(value)) {
    const { shape, dtype, isDisposed } = value
    return { shape: [...shape], dtype, ...(isDisposed && { disposed: true as const }) }
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView) && !isBig(value)) {
    const { length, constructor } = value as unknown as Float64Array
    return { shape: [length], dtype: constructor.name.replace(/(?:Clamped)?Array$/, '').toLowerCase() }
  }
  if (isNumbers(value)) return { shape: [value.length], dtype: 'number' }
  return undefined
}

/** Numbers at the start of an array: looking at all would take too long where there are millions. */
const LOOKED_AT = 100

function isNumbers(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length < 2) return false
  for (let i = 0; i < Math.min(value.length, LOOKED_AT); i++) if (typeof value[i] !== 'number') return false
  return true
}

function isBig(value: object): boolean {
  return value instanceof BigInt64Array || value instanceof BigUint64Array
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
