/**
 * The safetensors format: named tensors in one file, with nothing in it that can be executed,
 *
 *   8 bytes   N, the length of the header, little-endian
 *   N bytes   JSON: { "name": { "dtype": "F32", "shape": [2, 3], "data_offsets": [from, to] }, …, "__metadata__": { … } }
 *   the rest  the values, row after row, little-endian, one tensor after the other without gaps.
 *
 * Numbers of single precision (F32), of half precision (F16) and whole ones of eight bits (I8, −128 to 127) are written and read here; in
 * memory all are single.
 *
 * https://huggingface.co/docs/safetensors
 */

import { fromHalf, halfOf } from './half'

/** The number formats, and how many bytes a number takes in them. */
const BYTES = { F32: 4, F16: 2, I8: 1 } as const
const FORMATS = Object.keys(BYTES)
  .map((format) => `"${format}"`)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ')

/** How numbers are stored: in single precision, in half precision, or as whole numbers of eight bits. */
export type NumberFormat = keyof typeof BYTES

/** The values of a tensor, row after row. */
export interface TensorValues {
  readonly shape: readonly number[]
  readonly values: Float32Array
  /** How they are stored in a file; when one is written, the default is what the other tensors are stored in. */
  readonly format?: NumberFormat
}

export interface Safetensors {
  readonly tensors: Readonly<Record<string, TensorValues>>
  readonly metadata: Readonly<Record<string, string>>
}

/** A file that cannot be read. The message says what is wrong with it, and where. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError'
}

const METADATA = '__metadata__'
/** What the format allows at most. */
const LONGEST_HEADER = 100_000_000

/**
 * The file of these tensors: those of many bytes a number first, so that each begins at a multiple of them, and otherwise in the order
 * of their names.
 *
 * @param format of the tensors that say none. Default F32; in F16 each number is rounded to the nearest half, within 2⁻¹¹ of its size.
 * @throws RangeError for a number that its format cannot hold: one above 65504 in F16, one that is not whole or not of eight bits in I8.
 */
export function writeSafetensors(
  { tensors, metadata }: Safetensors,
  format: NumberFormat = 'F32',
): Uint8Array<ArrayBuffer> {
  const formatOf = (name: string): NumberFormat => tensors[name]!.format ?? format
  for (const asked of [format, ...Object.keys(tensors).map(formatOf)])
    if (!isFormat(asked))
      throw new RangeError(
        `writeSafetensors: the number format must be ${FORMATS}, not ${JSON.stringify(asked)}`,
      )
  const names = Object.keys(tensors)
    .sort()
    .sort((a, b) => BYTES[formatOf(b)] - BYTES[formatOf(a)])
  const header: Record<string, unknown> = {}
  if (Object.keys(metadata).length) header[METADATA] = metadata
  let end = 0
  for (const name of names) {
    const { shape, values } = tensors[name]!
    if (name === METADATA) throw new RangeError(`a tensor cannot be named ${METADATA}`)
    const size = shape.reduce((product, length) => product * length, 1)
    if (size !== values.length)
      throw new RangeError(
        `the tensor ${name} has ${values.length} values, but its shape [${shape.join(', ')}] needs ${size}`,
      )
    const bytes = BYTES[formatOf(name)] * size
    header[name] = { dtype: formatOf(name), shape, data_offsets: [end, end + bytes] }
    end += bytes
  }
  const text = JSON.stringify(header)
  const encoded = new TextEncoder().encode(text)
  // Spaces bring the values to a multiple of eight bytes.
  const length = Math.ceil(encoded.length / 8) * 8
  const bytes = new Uint8Array(8 + length + end)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(length), true)
  bytes.fill(0x20, 8, 8 + length)
  bytes.set(encoded, 8)
  let at = 8 + length
  for (const name of names)
    for (const value of tensors[name]!.values) {
      const stored = formatOf(name)
      if (stored === 'F32') view.setFloat32(at, value, true)
      else if (stored === 'F16') view.setUint16(at, finiteHalf(value, name), true)
      else view.setInt8(at, wholeNumber(value, name))
      at += BYTES[stored]
    }
  return bytes
}

function wholeNumber(value: number, name: string): number {
  if (!Number.isInteger(value) || value < -128 || value > 127)
    throw new RangeError(
      `the tensor ${name} has the number ${value}, which is not a whole one from -128 to 127`,
    )
  return value
}

function finiteHalf(value: number, name: string): number {
  const half = halfOf(value)
  if (Number.isFinite(value) && !Number.isFinite(fromHalf(half)))
    throw new RangeError(`the tensor ${name} has the number ${value}, which is too large for half precision`)
  return half
}

/** @throws SafetensorsError where the bytes are not a whole, well-formed file of F32, F16 or I8 tensors. */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  // Cells are not type-checked before they run.
  if (!((bytes as unknown) instanceof Uint8Array))
    throw new TypeError('safetensors are read from a Uint8Array of bytes')
  if (bytes.length < 8)
    throw new SafetensorsError(`the file has ${bytes.length} bytes, but its header alone needs 8`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > LONGEST_HEADER || 8 + length > bytes.length)
    throw new SafetensorsError(
      `the header is said to have ${length} bytes, but the file has ${bytes.length - 8} after its length`,
    )
  const header = parse(bytes.subarray(8, 8 + length))
  const data = 8 + length
  const available = bytes.length - data

  const metadata: Record<string, string> = {}
  const entries: ({ name: string } & Entry)[] = []
  for (const [name, entry] of Object.entries(header))
    if (name === METADATA) Object.assign(metadata, metadataOf(entry))
    else entries.push({ name, ...entryOf(name, entry, available) })

  let end = 0
  for (const { name, from, to } of entries.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end)
      throw new SafetensorsError(
        `the values of ${name} begin at byte ${from}, but those before it end at ${end}`,
      )
    end = to
  }
  if (end !== available)
    throw new SafetensorsError(
      `the tensors take ${end} bytes, but the file has ${available} after its header`,
    )

  const tensors = entries.map(({ name, format, shape, from, to }) => {
    const values = new Float32Array((to - from) / BYTES[format])
    for (let i = 0; i < values.length; i++)
      if (format === 'F32') values[i] = view.getFloat32(data + from + 4 * i, true)
      else if (format === 'F16') values[i] = fromHalf(view.getUint16(data + from + 2 * i, true))
      else values[i] = view.getInt8(data + from + i)
    return [name, { shape, values, format }] as const
  })
  return { tensors: Object.fromEntries(tensors), metadata }
}

function parse(bytes: Uint8Array): object {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new SafetensorsError('the header is not UTF-8 text')
  }
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (error) {
    throw new SafetensorsError(`the header is not JSON: ${(error as Error).message}`)
  }
  if (!isRecord(header)) throw new SafetensorsError('the header is not a JSON object')
  return header
}

function metadataOf(entry: unknown): Record<string, string> {
  if (!isRecord(entry) || Object.values(entry).some((value) => typeof value !== 'string'))
    throw new SafetensorsError(`${METADATA} must be an object of texts`)
  return entry as Record<string, string>
}

/** What the header says of a tensor. */
interface Entry {
  readonly format: NumberFormat
  readonly shape: number[]
  readonly from: number
  readonly to: number
}

function entryOf(name: string, entry: unknown, available: number): Entry {
  if (!isRecord(entry)) throw new SafetensorsError(`the entry of ${name} is not an object`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (!isFormat(dtype))
    throw new SafetensorsError(
      `the tensor ${name} has the number format ${JSON.stringify(dtype)}; what can be read is ${FORMATS}`,
    )
  if (!isCounts(shape)) throw new SafetensorsError(`the shape of ${name} must be a list of whole numbers`)
  if (!isCounts(offsets) || offsets.length !== 2)
    throw new SafetensorsError(`data_offsets of ${name} must be two whole numbers`)
  const [from, to] = offsets as [number, number]
  const size = BYTES[dtype] * shape.reduce((product, length) => product * length, 1)
  if (to - from !== size)
    throw new SafetensorsError(
      `the tensor ${name} of shape [${shape.join(', ')}] needs ${size} bytes, but is given ${to - from}`,
    )
  if (to > available)
    throw new SafetensorsError(
      `the tensor ${name} ends at byte ${to}, but the file has ${available} after its header`,
    )
  return { format: dtype, shape, from, to }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFormat(value: unknown): value is NumberFormat {
  return typeof value === 'string' && Object.hasOwn(BYTES, value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)
}
