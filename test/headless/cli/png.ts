/** Reads a PNG of eight bits a channel, RGB or RGBA, without interlacing: what browsers write. */
import { inflateSync } from 'node:zlib'

export interface PngFacts {
  readonly width: number
  readonly height: number
  /** How many pixels are no grey. */
  readonly coloured: number
}

export function pngFacts(png: Buffer): PngFacts {
  if (png.toString('latin1', 1, 4) !== 'PNG') throw new Error('this is no PNG')
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const [depth, type, interlaced] = [png[24], png[25], png[28]]
  if (depth !== 8 || (type !== 2 && type !== 6) || interlaced)
    throw new Error(`a PNG of kind ${depth}/${type}`)
  const channels = type === 6 ? 4 : 3
  const chunks: Buffer[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      chunks.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)))
  const pixels = unfiltered(inflateSync(Buffer.concat(chunks)), width * channels, height, channels)
  let coloured = 0
  for (let at = 0; at < pixels.length; at += channels) {
    const [red, green, blue] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!]
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 30) coloured++
  }
  return { width, height, coloured }
}

/** Undoes the five filters of PNG (section 9 of its specification), each line by its own. */
function unfiltered(data: Buffer, stride: number, height: number, channels: number): Uint8Array {
  const out = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? out[y * stride + x - channels]! : 0
      const up = y > 0 ? out[(y - 1) * stride + x]! : 0
      const corner = x >= channels && y > 0 ? out[(y - 1) * stride + x - channels]! : 0
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter!]!
      out[y * stride + x] = data[y * (stride + 1) + 1 + x]! + guess
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}
