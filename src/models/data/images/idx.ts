/**
 * MNIST's files: IDX, arrays with their lengths in front, often compressed by gzip.
 *
 *   0 0 type rank | length of each axis, 32 bits each, largest byte first | numbers
 *
 * LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
 */
import { gunzipSync } from 'fflate'
import { bytesOf, type FileBytes } from '../bytes'
import { images, type ImageSet, type ImageSetOptions } from './imageSet'

/** The type of numbers in files of bytes, the only one that picture sets use. */
const UNSIGNED_BYTES = 8

/**
 * Pictures from an IDX file, with labels from another.
 *
 * @param pictures the file of pictures, of rank 3 or 4, compressed or not.
 * @param labels the file of labels, of rank 1.
 * @throws SyntaxError saying what is wrong with which file.
 */
export function idx(
  pictures: FileBytes,
  labels?: FileBytes,
  options: Omit<ImageSetOptions, 'labels'> = {},
): ImageSet {
  const read = array(pictures, 'idx, pictures')
  if (read.shape.length < 3)
    throw new SyntaxError(
      `idx: the first file holds ${read.shape.length === 1 ? 'labels' : 'a table'} (shape [${read.shape.join(', ')}]), not pictures`,
    )
  if (labels === undefined) return images(read, options)
  const told = array(labels, 'idx, labels')
  if (told.shape.length !== 1)
    throw new SyntaxError(
      `idx: the second file must hold labels, but has the shape [${told.shape.join(', ')}]`,
    )
  return images(read, { ...options, labels: told.values })
}

function array(file: FileBytes, where: string): { values: Uint8Array; shape: number[] } {
  const bytes = unpacked(bytesOf(file, where), where)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [rank, type] = [bytes[3] ?? 0, bytes[2]]
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 0 || rank < 1 || rank > 4)
    throw new SyntaxError(`${where}: this is not an IDX file: it does not begin with 0 0 type rank`)
  if (type !== UNSIGNED_BYTES)
    throw new SyntaxError(
      `${where}: the file's numbers are of type ${type}; pictures and labels are bytes, type 8`,
    )
  const start = 4 + 4 * rank
  if (bytes.length < start) throw new SyntaxError(`${where}: the file ends inside its header`)
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const count = shape.reduce((product, length) => product * length, 1)
  if (bytes.length - start !== count)
    throw new SyntaxError(
      `${where}: the shape [${shape.join(', ')}] needs ${count} bytes, but there are ${bytes.length - start}`,
    )
  return { values: bytes.subarray(start), shape }
}

function unpacked(bytes: Uint8Array, where: string): Uint8Array {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new SyntaxError(`${where}: the file cannot be unpacked: ${(error as Error).message}`)
  }
}
