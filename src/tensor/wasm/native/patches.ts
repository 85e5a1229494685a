/**
 * Convolution as a matrix product: each place of the output has a row, the numbers of the input that its filter sees, in
 * the filter's order (row, column, channel); zeros stand for what lies outside.
 */
import { add } from './vector'

/** Adds `count` numbers to others. */
@inline
function addRow(from: usize, to: usize, count: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) v128.store(to + 4 * i, add(v128.load(to + 4 * i), v128.load(from + 4 * i)))
  for (; i < count; i++) store<f32>(to + 4 * i, load<f32>(to + 4 * i) + load<f32>(from + 4 * i))
}

/**
 * Writes the rows of the places first, …, first + count − 1 of the output; or, backwards, adds such rows to the input.
 *
 * Images have shape [batch, height, width, channels], filters [filterHeight, filterWidth, channels, …].
 */
@inline
function walk(
  backwards: bool,
  x: usize,
  rows: usize,
  first: i32,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  dilationHeight: i32,
  dilationWidth: i32,
  top: i32,
  left: i32,
): void {
  const bytes: usize = 4 * channels
  for (let place = first; place < first + count; place++) {
    const column = place % outWidth
    const row = (place / outWidth) % outHeight
    const image = x + ((place / (outWidth * outHeight)) * height * width) * bytes
    for (let i = 0; i < filterHeight; i++) {
      const y = row * strideHeight - top + i * dilationHeight
      const inside = y >= 0 && y < height
      const line = image + y * width * bytes
      for (let j = 0; j < filterWidth; j++) {
        const z = column * strideWidth - left + j * dilationWidth
        const seen = inside && z >= 0 && z < width
        if (backwards) {
          if (seen) addRow(rows, line + z * bytes, channels)
        } else if (!seen) memory.fill(rows, 0, bytes)
        else if (channels < 16)
          for (let k: usize = 0; k < bytes; k += 4) store<f32>(rows + k, load<f32>(line + z * bytes + k))
        else memory.copy(rows, line + z * bytes, bytes)
        rows += bytes
      }
    }
  }
}

export function gatherPatches(
  x: usize,
  rows: usize,
  first: i32,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  dilationHeight: i32,
  dilationWidth: i32,
  top: i32,
  left: i32,
): void {
  walk(
    false,
    x,
    rows,
    first,
    count,
    height,
    width,
    channels,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    top,
    left,
  )
}

export function addPatches(
  x: usize,
  rows: usize,
  first: i32,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  dilationHeight: i32,
  dilationWidth: i32,
  top: i32,
  left: i32,
): void {
  walk(
    true,
    x,
    rows,
    first,
    count,
    height,
    width,
    channels,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    top,
    left,
  )
}

/** Sets `count` numbers to zero. */
export function clear(x: usize, count: i32): void {
  memory.fill(x, 0, 4 * count)
}
