/** Writes PNG images (ISO/IEC 15948). */

/** Raw pixels, row after row from the top left. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** 1 grey, 3 red-green-blue, 4 with opacity. */
  readonly channels: 1 | 3 | 4
  readonly data: Uint8Array
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const COLOUR_TYPES = { 1: 0, 3: 2, 4: 6 } as const

/** The bytes of a PNG file with 8 bits a channel. */
export async function encodePng({ width, height, channels, data }: Pixels): Promise<Uint8Array> {
  if (!(width > 0 && height > 0) || data.length !== width * height * channels)
    throw new RangeError(
      `an image of ${width} × ${height} with ${channels} channels needs ${width * height * channels} bytes, not ${data.length}`,
    )
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, COLOUR_TYPES[channels], 0, 0, 0], 8)
  const compressed = await deflate(filtered(width * channels, height, channels, data))
  const chunks = [chunk('IHDR', header), chunk('IDAT', compressed), chunk('IEND', new Uint8Array(0))]
  return concatenate([Uint8Array.from(SIGNATURE), ...chunks])
}

/** Each row behind its filter's number: 1, the difference to the pixel on the left, which suits both noise and areas. */
function filtered(
  stride: number,
  height: number,
  channels: number,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array((stride + 1) * height)
  for (let y = 0; y < height; y++) {
    const to = y * (stride + 1)
    const from = y * stride
    rows[to] = 1
    for (let i = 0; i < stride; i++)
      rows[to + 1 + i] = data[from + i]! - (i >= channels ? data[from + i - channels]! : 0)
  }
  return rows
}

/** zlib's format (RFC 1950), which `CompressionStream` calls deflate. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

let table: Uint32Array | undefined

/** The cyclic redundancy check of PNG: polynomial x³² + … + 1, reflected 0xEDB88320. */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    return c
  })
  let c = 0xffffffff
  for (const byte of bytes) c = table[(c ^ byte) & 0xff]! ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
