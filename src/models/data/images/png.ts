/** Pictures from PNG files: one, or a folder of them whose subfolders are the classes. */
import { decode, convertIndexedToRgb, type DecodedPng } from 'fast-png'
import { bytesOf, type FileBytes } from '../bytes'
import { images, type ImageSet } from './imageSet'

export interface PngOptions {
  readonly name?: string
  /** 1 for grey, 3 for colours. Default: 3 where any picture has colours, else 1. */
  readonly channels?: 1 | 3
}

/**
 * A set of pictures, all of one size. Transparent parts lie on black; 16 bits become 8.
 *
 * @param files the bytes of each file by its path. Where paths have folders, the innermost folder is the picture's class.
 * @throws SyntaxError naming the file that is no PNG; RangeError naming two of different size.
 */
export function png(
  files: Readonly<Record<string, FileBytes>>,
  { name = 'pictures', channels }: PngOptions = {},
): ImageSet {
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))
  if (!entries.length) throw new RangeError('png: at least one file is needed, as { "name.png": bytes }')
  const decoded = entries.map(([path, file]) => ({ path, ...read(path, file) }))
  const [first] = decoded
  const odd = decoded.find(({ width, height }) => width !== first!.width || height !== first!.height)
  if (odd)
    throw new RangeError(
      `png: all pictures must have one size, but ${first!.path} has ${first!.width} × ${first!.height} pixels and ${odd.path} ${odd.width} × ${odd.height}`,
    )
  const deep = channels ?? (decoded.some(({ coloured }) => coloured) ? 3 : 1)
  const places = first!.width * first!.height
  const values = new Uint8Array(decoded.length * places * deep)
  for (const [i, { rgb }] of decoded.entries())
    for (let place = 0; place < places; place++) {
      const [r, g, b] = [rgb[3 * place]!, rgb[3 * place + 1]!, rgb[3 * place + 2]!]
      const at = (i * places + place) * deep
      if (deep === 3) values.set([r, g, b], at)
      // Rec. 709's weights of the eye.
      else values[at] = Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b)
    }
  const folders = decoded.map(({ path }) => path.split('/').at(-2) ?? '')
  const classes = [...new Set(folders)].sort()
  return images(
    { values, shape: [decoded.length, first!.height, first!.width, deep] },
    {
      name,
      classes: classes.map((folder) => folder || 'picture'),
      labels: folders.map((f) => classes.indexOf(f)),
    },
  )
}

interface Picture {
  readonly width: number
  readonly height: number
  /** Red, green and blue bytes of every pixel. */
  readonly rgb: Uint8Array
  readonly coloured: boolean
}

function read(path: string, file: FileBytes): Picture {
  let decoded: DecodedPng
  try {
    decoded = decode(bytesOf(file, path))
  } catch (error) {
    throw new SyntaxError(`png: ${path} cannot be read: ${(error as Error).message}`)
  }
  const { width, height, palette } = decoded
  const data = palette ? convertIndexedToRgb(decoded) : unpacked(decoded)
  const channels = palette ? palette[0]!.length : decoded.channels
  const scale = decoded.depth === 16 ? 1 / 257 : palette ? 1 : 255 / (2 ** Math.min(8, decoded.depth) - 1)
  const [coloured, opaque] = [channels > 2, channels % 2 === 1]
  const rgb = new Uint8Array(3 * width * height)
  for (let place = 0; place < width * height; place++) {
    const part = (k: number): number => data[place * channels + k]! * scale
    const alpha = opaque ? 1 : part(channels - 1) / 255
    for (let c = 0; c < 3; c++) rgb[3 * place + c] = Math.round(alpha * part(coloured ? c : 0))
  }
  return { width, height, rgb, coloured }
}

/** One number for each pixel and channel; pictures of fewer than 8 bits come with several pixels in a byte. */
function unpacked({ data, depth, width, height, channels }: DecodedPng): ArrayLike<number> {
  if (depth >= 8) return data
  const perRow = Math.ceil((width * channels * depth) / 8)
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [row, column] = [Math.floor(i / (width * channels)), i % (width * channels)]
    const bit = column * depth
    return (data[row * perRow + (bit >> 3)]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
  })
}
