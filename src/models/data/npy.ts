/**
 * NumPy's files: `.npy` holds one array, `.npz` is a zip archive of them.
 *
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { unzipSync } from 'fflate'
import { bytesOf, type FileBytes } from './bytes'
import type { NumericArray } from './points'

/** An array read from a file. */
export interface NpyArray extends NumericArray {
  readonly values: Float64Array
  /** Empty for a single number. */
  readonly shape: readonly number[]
  /** As the file has it: `<f4`. */
  readonly dtype: string
}

/**
 * Reads an array of real numbers. Arrays in Fortran's order are turned into rows; whole numbers of 64 bits become doubles.
 *
 * @throws SyntaxError that says what is wrong with the file.
 * @throws TypeError for numbers of a kind that has no place here: complex, text, dates, records, Python objects.
 */
export function npy(file: FileBytes): NpyArray {
  return readArray(bytesOf(file, 'npy'), 'npy')
}

/**
 * Reads the arrays of an archive, stored or deflated, by their names.
 *
 * @throws as `npy`, naming the member of the archive.
 */
export function npz(file: FileBytes): Record<string, NpyArray> {
  const bytes = bytesOf(file, 'npz')
  if (!(bytes[0] === 0x50 && bytes[1] === 0x4b))
    throw new SyntaxError(
      `npz: this is not a zip archive: it begins with ${beginning(bytes)} instead of "PK"`,
    )
  let members: Record<string, Uint8Array>
  try {
    members = unzipSync(bytes)
  } catch (error) {
    throw new SyntaxError(`npz: the archive cannot be unpacked: ${(error as Error).message}`)
  }
  return Object.fromEntries(
    Object.entries(members)
      .filter(([name]) => !name.endsWith('/'))
      .map(([name, content]) => [name.replace(/\.npy$/, ''), readArray(content, `npz, ${name}`)]),
  )
}

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')]

function readArray(bytes: Uint8Array, where: string): NpyArray {
  if (!MAGIC.every((byte, i) => bytes[i] === byte))
    throw new SyntaxError(
      `${where}: this is not an array file: it begins with ${beginning(bytes)} instead of "\\x93NUMPY"`,
    )
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const major = bytes[6]!
  if (major < 1 || major > 3 || bytes.length < 12)
    throw new SyntaxError(`${where}: the format's version is ${major}.${bytes[7]}, but 1 to 3 are known`)
  const start = major === 1 ? 10 : 12
  const end = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (end > bytes.length) throw new SyntaxError(`${where}: the file ends inside its header`)
  const header = new TextDecoder().decode(bytes.subarray(start, end))
  const dtype = find(header, /'descr'\s*:\s*'([^']*)'/, where)
  const fortran = find(header, /'fortran_order'\s*:\s*(True|False)/, where) === 'True'
  const shape = find(header, /'shape'\s*:\s*\(([\d\sL,]*)\)/, where)
    .split(',')
    .filter((length) => length.trim())
    .map((length) => parseInt(length, 10))

  const { size, read } = reader(dtype, where)
  const count = shape.reduce((product, length) => product * length, 1)
  if (bytes.length - end !== count * size)
    throw new SyntaxError(
      `${where}: shape [${shape.join(', ')}] of ${dtype} needs ${count * size} bytes, but there are ${bytes.length - end}`,
    )
  const values = Float64Array.from({ length: count }, (_, i) => read(view, end + i * size))
  return { values: fortran ? rowMajor(values, shape) : values, shape, dtype }
}

function find(header: string, pattern: RegExp, where: string): string {
  const found = pattern.exec(header)?.[1]
  if (found !== undefined) return found
  const key = /'(\w+)'/.exec(pattern.source)![1]!
  if (key === 'descr' && header.includes("'descr': ["))
    throw new TypeError(`${where}: the array holds records; save one field of it`)
  throw new SyntaxError(`${where}: the header has no readable ${key}: ${header.trim()}`)
}

interface Reader {
  readonly size: number
  readonly read: (view: DataView, at: number) => number
}

/** How numbers of a dtype are read. */
function reader(dtype: string, where: string): Reader {
  const match = /^([<>=|])([fiub])(\d+)$/.exec(dtype)
  const little = match?.[1] !== '>'
  const readers: Readonly<Record<string, Reader['read']>> = {
    f2: (view, at) => half(view.getUint16(at, little)),
    f4: (view, at) => view.getFloat32(at, little),
    f8: (view, at) => view.getFloat64(at, little),
    i1: (view, at) => view.getInt8(at),
    i2: (view, at) => view.getInt16(at, little),
    i4: (view, at) => view.getInt32(at, little),
    i8: (view, at) => Number(view.getBigInt64(at, little)),
    u1: (view, at) => view.getUint8(at),
    u2: (view, at) => view.getUint16(at, little),
    u4: (view, at) => view.getUint32(at, little),
    u8: (view, at) => Number(view.getBigUint64(at, little)),
    b1: (view, at) => view.getUint8(at),
  }
  const read = match && readers[match[2]! + match[3]!]
  if (read) return { size: Number(match[3]), read }
  const kind = { c: 'complex numbers', O: 'Python objects', S: 'text', U: 'text', M: 'dates', V: 'records' }[
    dtype.replace(/^[<>=|]/, '')[0] ?? ''
  ]
  throw new TypeError(
    `${where}: the array holds ${kind ?? 'numbers'} (dtype ${dtype}); save it as real numbers, such as a.astype('float32')`,
  )
}

/** IEEE 754 half precision. */
function half(bits: number): number {
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14)
}

/** From Fortran's order, where the first index runs fastest, to ours, where the last does. */
function rowMajor(values: Float64Array, shape: readonly number[]): Float64Array {
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, length) => product * length, 1),
  )
  const out = new Float64Array(values.length)
  for (let i = 0; i < out.length; i++) {
    let [rest, from] = [i, 0]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    out[i] = values[from]!
  }
  return out
}

function beginning(bytes: Uint8Array): string {
  if (!bytes.length) return 'nothing'
  return JSON.stringify(String.fromCharCode(...bytes.subarray(0, 6)))
}
