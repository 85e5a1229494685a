/**
 * Numbers inside a figure, as Plotly's base64: `{ dtype, bdata, shape }`, a third of the size of decimal text.
 */
import type { Json } from './figure'

export type TypedNumbers =
  Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array

/** What every figure function takes where a list of numbers is expected. */
export type Numbers = readonly number[] | TypedNumbers

const kinds = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
} as const

export type Kind = keyof typeof kinds

// Plotly also accepts these names.
const aliases: Readonly<Record<string, Kind>> = {
  float32: 'f4',
  float64: 'f8',
  int8: 'i1',
  uint8: 'u1',
  uint8c: 'u1',
  u1c: 'u1',
  int16: 'i2',
  uint16: 'u2',
  int32: 'i4',
  uint32: 'u4',
}

/** An array as Plotly stores it. `shape` is `"rows,columns"` for a matrix in row-major order. */
export interface EncodedArray {
  readonly [key: string]: Json
  readonly dtype: Kind
  readonly bdata: string
}

/**
 * Packs numbers into base64, little-endian.
 *
 * @param kind the number format to store; single precision is seven digits, ample for a picture.
 * @param shape rows and columns, for a matrix; a third length where each cell has several numbers.
 */
export function encode(
  values: ArrayLike<number>,
  kind: Kind = 'f4',
  shape?: readonly [number, number] | readonly [number, number, number],
): EncodedArray {
  const packed = kinds[kind].from(values)
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength)
  const text: string[] = []
  // One call takes a limited number of arguments.
  for (let start = 0; start < bytes.length; start += 0x2000)
    text.push(String.fromCharCode(...bytes.subarray(start, start + 0x2000)))
  const bdata = btoa(text.join(''))
  return shape ? { dtype: kind, bdata, shape: shape.join(',') } : { dtype: kind, bdata }
}

/** Whether `value` has the form of a packed array, valid or not. */
export function isEncoded(
  value: unknown,
): value is { dtype: string; bdata: string; shape?: string | number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'dtype' in value &&
    'bdata' in value &&
    typeof value.dtype === 'string' &&
    typeof value.bdata === 'string'
  )
}

/**
 * Unpacks what `encode` or another program packed, flat whatever its shape.
 *
 * @throws RangeError where the number format is unknown or the bytes are not a whole number of values of it.
 */
export function decode(value: { readonly dtype: string; readonly bdata: string }): TypedNumbers {
  const kind = value.dtype in kinds ? (value.dtype as Kind) : aliases[value.dtype]
  if (!kind)
    throw new RangeError(
      `Unknown number format ${JSON.stringify(value.dtype)}; expected one of ${Object.keys(kinds).join(', ')}.`,
    )
  const bytes = unpack(value.bdata)
  const Typed = kinds[kind]
  if (bytes.length % Typed.BYTES_PER_ELEMENT)
    throw new RangeError(
      `${bytes.length} bytes are not a whole number of ${kind} values of ${Typed.BYTES_PER_ELEMENT} bytes.`,
    )
  return new Typed(bytes.buffer)
}

function unpack(base64: string): Uint8Array<ArrayBuffer> {
  let text: string
  try {
    text = atob(base64)
  } catch {
    throw new RangeError('The packed numbers are not base64 text.')
  }
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** How many values an attribute holds, packed or not; `undefined` where it is no array. */
export function sizeOf(value: Json | undefined): number | undefined {
  if (Array.isArray(value)) return value.length
  if (!isEncoded(value)) return undefined
  const kind = value.dtype in kinds ? (value.dtype as Kind) : aliases[value.dtype]
  if (!kind) return undefined
  const padding = /={0,2}$/.exec(value.bdata)?.[0].length ?? 0
  return Math.floor(((value.bdata.length / 4) * 3 - padding) / kinds[kind].BYTES_PER_ELEMENT)
}
