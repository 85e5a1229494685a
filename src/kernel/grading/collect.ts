/** From what a test returns to plain data: tensors are read from their device, typed arrays copied. */
import type { Tensor } from '@tensorflow/tfjs'
import type { Data, NumberArray } from './data'

/** Deeper data than this is no result but a mistake, such as an object that holds itself. */
const DEEPEST = 32
/** Members and elements in all, numbers in bulk counted apart. */
const MOST_PARTS = 200_000
/** Numbers in one array. */
const MOST_NUMBERS = 2_000_000

/** What was returned is not data. */
export class DataError extends TypeError {
  override readonly name = 'DataError'
}

/**
 * @param value plain data, typed arrays and tensors, in any nesting.
 * @param what it is, for errors: `what run returned`.
 * @throws DataError for functions, symbols, class instances, circles and floods.
 */
export async function dataOf(value: unknown, what: string): Promise<Data> {
  let parts = 0
  const visit = async (value: unknown, depth: number): Promise<Data> => {
    if (++parts > MOST_PARTS) throw new DataError(`${what} has more than ${MOST_PARTS} parts`)
    if (depth > DEEPEST)
      throw new DataError(`${what} is nested deeper than ${DEEPEST} levels, or holds itself`)
    switch (typeof value) {
      case 'undefined':
      case 'boolean':
      case 'number':
      case 'string':
        return value
      case 'bigint':
        return Number(value)
      case 'object':
        return value === null ? null : await object(value, depth)
      case 'function':
      case 'symbol':
        throw new DataError(`${what} must be data, and holds a ${typeof value}`)
    }
  }
  const object = async (value: object, depth: number): Promise<Data> => {
    if (isTensor(value)) return await tensorData(value, what)
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return numbers(value as never, what)
    if (Array.isArray(value)) {
      const list: Data[] = []
      for (let i = 0; i < value.length; i++) list.push(await visit(await value[i], depth + 1))
      return list
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && prototype !== Object.prototype)
      throw new DataError(
        `${what} must be data, and holds ${value instanceof Promise ? 'a promise' : `a ${nameOf(value)}`}`,
      )
    const record: Record<string, Data> = {}
    for (const key of Object.keys(value))
      Object.defineProperty(record, key, {
        value: await visit((value as Record<string, unknown>)[key], depth + 1),
        enumerable: true,
      })
    return record
  }
  return await visit(value, 0)
}

/** By what it can do: the grader, which uses this for nothing but arrays, does not load TensorFlow.js. */
function isTensor(value: object): value is Tensor {
  const { dataId, shape, dtype, data } = value as Partial<Tensor>
  return (
    typeof dataId === 'object' &&
    Array.isArray(shape) &&
    typeof dtype === 'string' &&
    typeof data === 'function'
  )
}

async function tensorData(tensor: Tensor, what: string): Promise<NumberArray> {
  if (tensor.isDisposed) throw new DataError(`${what} is a tensor whose memory was given back`)
  if (tensor.dtype === 'string' || tensor.dtype === 'complex64')
    throw new DataError(`${what} must be a tensor of numbers, not of ${tensor.dtype}`)
  if (tensor.size > MOST_NUMBERS) throw tooMany(what, tensor.size)
  return { shape: [...tensor.shape], values: Float64Array.from(await tensor.data()), precision: 4 }
}

function numbers(array: ArrayLike<number | bigint> & ArrayBufferView, what: string): NumberArray {
  if (array.length > MOST_NUMBERS) throw tooMany(what, array.length)
  return {
    shape: [array.length],
    values: Float64Array.from({ length: array.length }, (_, i) => Number(array[i])),
    precision: array instanceof Float32Array ? 4 : 8,
  }
}

function tooMany(what: string, count: number): DataError {
  return new DataError(
    `${what} has ${count.toLocaleString('en-US')} numbers; ${MOST_NUMBERS.toLocaleString('en-US')} are possible`,
  )
}

function nameOf(value: object): string {
  const made: unknown = value.constructor
  return typeof made === 'function' && made.name ? made.name : 'special object'
}
