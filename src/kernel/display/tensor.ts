/** A tensor as text: type, shape, statistics, and its values cut short. */
import type { MimeBundle } from '../protocol'
import { tensorLine, type TensorLike } from './preview'

/** What is asked of a TensorFlow.js tensor to show it. */
export interface ReadableTensor extends TensorLike {
  readonly size: number
  data(): Promise<ArrayLike<number> | string[]>
  dataSync(): ArrayLike<number> | string[]
  reshape(shape: number[]): ReadableTensor
  slice(begin: number[], size: number[]): ReadableTensor
  dispose(): void
}

/** Of a larger tensor, this many values are read: reading back gigabytes would stall everything. */
const MOST_READ = 2 ** 24
/** Rows, and numbers in a row, that are shown of each axis before its middle is left out. */
const EDGE = 3

/** The text of a tensor; a promise, because its values may be on a GPU. */
export async function tensorBundle(tensor: TensorLike): Promise<MimeBundle> {
  return { 'text/plain': await tensorText(tensor as ReadableTensor) }
}

async function tensorText(tensor: ReadableTensor): Promise<string> {
  const head = tensorLine(tensor)
  if (tensor.isDisposed) return `${head}\nIts memory was given back, so its values are gone.`
  if (tensor.size === 0) return `${head}\nempty`
  // Reading begins before anything is awaited, so the tensor may be disposed of right after.
  const values = await readValues(tensor)
  if (tensor.dtype === 'string') return `${head}\n${layout(tensor.shape, (at) => JSON.stringify(values[at]))}`
  const numbers = values as ArrayLike<number>
  if (tensor.shape.length === 0) return `${head}\n${format(numbers[0]!)}`
  const part = numbers.length < tensor.size ? ` (of the first ${count(numbers.length)} values)` : ''
  const text = formatter(numbers, tensor.shape)
  const shown = part ? '' : `\n${layout(tensor.shape, (at) => text(numbers[at]!))}`
  return `${head}\n${statisticsText(numbers, tensor.dtype)}${part}${shown}`
}

function readValues(tensor: ReadableTensor): Promise<ArrayLike<number> | string[]> {
  if (tensor.size <= MOST_READ) return tensor.data()
  const flat = tensor.reshape([tensor.size])
  const first = flat.slice([0], [MOST_READ])
  flat.dispose()
  return first.data().finally(() => first.dispose())
}

/** What a column of numbers comes to; values that are not finite are counted apart. */
export interface Statistics {
  readonly mean: number
  readonly deviation: number
  readonly min: number
  readonly max: number
  readonly nan: number
  readonly infinite: number
}

/** Mean, standard deviation (of the population), least and greatest of the finite values, in double precision. */
export function statistics(values: ArrayLike<number>): Statistics {
  let sum = 0
  let n = 0
  let nan = 0
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value !== value) nan++
    else if (Number.isFinite(value)) {
      sum += value
      n++
      if (value < min) min = value
      if (value > max) max = value
    }
  }
  const mean = sum / n
  let squares = 0
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) squares += (values[i]! - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / n), min, max, nan, infinite: values.length - n - nan }
}

/** Mean and deviation, or the number itself, in a few words. */
export function numbersLine(values: ArrayLike<number>, { dtype, shape }: TensorLike): string {
  return shape.length === 0 ? format(values[0]!) : statisticsText(values, dtype)
}

function statisticsText(values: ArrayLike<number>, dtype: string): string {
  const { mean, deviation, min, max, nan, infinite } = statistics(values)
  if (dtype === 'bool') {
    const yes = Array.prototype.reduce.call(
      values,
      (sum, value) => (sum as number) + (value ? 1 : 0),
      0,
    ) as number
    return `${count(yes)} true, ${count(values.length - yes)} false`
  }
  const parts =
    nan + infinite < values.length
      ? [`mean ${format(mean)} ± ${format(deviation)}`, `min ${format(min)}`, `max ${format(max)}`]
      : ['no finite value']
  if (nan) parts.push(`${count(nan)} NaN`)
  if (infinite) parts.push(`${count(infinite)} infinite`)
  return parts.join(', ')
}

/** A number with four significant digits; whole numbers whole. */
function format(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value)
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(3)
}

/** A way to write the shown values so that their decimal points stand under each other. */
function formatter(values: ArrayLike<number>, shape: readonly number[]): (value: number) => string {
  const shown: number[] = []
  visit(shape, (at) => void shown.push(values[at]!))
  const texts = shown.map(format)
  const plain = texts.every((text) => /^-?\d+(\.\d+)?$/.test(text))
  const decimals = plain ? Math.max(...texts.map((text) => text.split('.')[1]?.length ?? 0)) : 0
  const write = (value: number) => (plain ? value.toFixed(Math.min(decimals, 6)) : format(value))
  const width = Math.max(...shown.map((value) => write(value).length))
  return (value) => write(value).padStart(width)
}

/** Which positions along an axis of length n are shown; −1 stands for those that are left out. */
function edges(n: number): number[] {
  if (n <= 2 * EDGE) return Array.from({ length: n }, (_, i) => i)
  return [0, 1, 2, -1, n - 3, n - 2, n - 1]
}

/** Calls `f` with the index of every value that is shown. */
function visit(shape: readonly number[], f: (index: number) => void, axis = 0, offset = 0): void {
  if (axis === shape.length) return f(offset)
  for (const at of edges(shape[axis]!)) if (at >= 0) visit(shape, f, axis + 1, offset * shape[axis]! + at)
}

/** Nested brackets, one row a line, as NumPy writes arrays. */
function layout(shape: readonly number[], text: (index: number) => string, axis = 0, offset = 0): string {
  if (axis === shape.length) return text(offset)
  const last = axis === shape.length - 1
  const parts = edges(shape[axis]!).map((at) =>
    at < 0 ? '…' : layout(shape, text, axis + 1, offset * shape[axis]! + at),
  )
  const separator = last ? ', ' : `,${'\n'.repeat(shape.length - axis - 1)}${' '.repeat(axis + 1)}`
  return `[${parts.join(separator)}]`
}

const count = (n: number) => n.toLocaleString('en-US')
