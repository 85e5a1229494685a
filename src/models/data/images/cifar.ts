/**
 * CIFAR's binary files: records of one label byte (CIFAR-100: a coarse and a fine one) and 3072 bytes of a picture of
 * 32 × 32 pixels, all of red, then green, then blue.
 *
 * Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
 */
import { bytesOf, type FileBytes } from '../bytes'
import { images, type ImageSet, type ImageSetOptions } from './imageSet'

const PLACES = 32 * 32

const TEN = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

export interface CifarOptions extends Omit<ImageSetOptions, 'labels'> {
  /** Which label counts in files of CIFAR-100. Default: the files are CIFAR-10's. */
  readonly labels?: 'coarse' | 'fine'
}

/**
 * Pictures of shape [32, 32, 3] from one or several files.
 *
 * @throws SyntaxError where a file is not a whole number of records.
 */
export function cifar(
  files: FileBytes | readonly FileBytes[],
  { labels: kind, ...options }: CifarOptions = {},
): ImageSet {
  const list = (Array.isArray(files) ? files : [files]) as readonly FileBytes[]
  const before = kind ? 2 : 1
  const record = before + 3 * PLACES
  const read = list.map((file, i) => {
    const bytes = bytesOf(file, `cifar, file ${i}`)
    if (bytes.length === 0 || bytes.length % record)
      throw new SyntaxError(
        `cifar, file ${i}: ${bytes.length} bytes are not records of ${record}` +
          (kind ? '' : '; files of CIFAR-100 need { labels: "fine" }'),
      )
    return bytes
  })
  const count = read.reduce((sum, bytes) => sum + bytes.length / record, 0)
  if (count === 0) throw new RangeError('cifar: at least one file is needed')
  const [values, labels] = [new Uint8Array(count * 3 * PLACES), new Int32Array(count)]
  let n = 0
  for (const bytes of read)
    for (let start = 0; start < bytes.length; start += record, n++) {
      labels[n] = bytes[start + (kind === 'fine' ? 1 : 0)]!
      for (let place = 0; place < PLACES; place++)
        for (let c = 0; c < 3; c++)
          values[(n * PLACES + place) * 3 + c] = bytes[start + before + c * PLACES + place]!
    }
  const known = kind ? Array.from({ length: kind === 'fine' ? 100 : 20 }, (_, k) => String(k)) : TEN
  return images({ values, shape: [count, 32, 32, 3] }, { name: 'cifar', classes: known, ...options, labels })
}
