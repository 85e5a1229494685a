/**
 * Convolution with filters of 3 × 3 and no stride by Winograd's minimal filtering: 2 × 2 numbers of the output at a time
 * from 4 × 4 of the input, with 16 products instead of 36,
 *
 *   y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A,
 *
 *   Bᵀ = ⎡1  0 −1  0⎤   G = ⎡1  0  0⎤   Aᵀ = ⎡1  1  1  0⎤
 *        ⎢0  1  1  0⎥       ⎢½  ½  ½⎥        ⎣0  1 −1 −1⎦
 *        ⎢0 −1  1  0⎥       ⎢½ −½  ½⎥
 *        ⎣0  1  0 −1⎦       ⎣0  0  1⎦
 *
 * and so for the gradient in the filter, dw = Gᵀ[(A dy Aᵀ) ⊙ (Bᵀ x B)]G. The gradient in the image is a convolution of dy with
 * the filter turned round. With channels, each of the sixteen ⊙ is a matrix product over many such tiles: few enough that all
 * stays in the second-level cache.
 *
 * Winograd, "Arithmetic complexity of computations", 1980; Lavin and Gray, "Fast algorithms for convolutional neural networks",
 * CVPR 2016, https://arxiv.org/abs/1509.09308
 */
import { gemm } from './gemm'
import { gatherOutput, gatherWeights, spreadInput, spreadOutput, spreadWeights } from './winogradTiles'

const TILE = 16

/**
 * Bytes from one of the sixteen matrices of spread tiles to the next: not a multiple of 4096, or what is written at a time
 * would fall on the same lines of the first-level cache.
 */
@inline
function planeOf(count: i32, channels: i32): usize {
  return ((4 * count * channels + 4095) & ~4095) + 256
}

/** Bytes of room that the functions below need for `block` tiles at a time. */
export function winogradRoom(block: i32, channels: i32, outChannels: i32): usize {
  return TILE * (4 * max(channels, outChannels) + planeOf(block, channels) + planeOf(block, outChannels))
}

/** Copies the `size` × `size` places from (top, left) on, with zeros for those outside of the picture. */
function copyPadded(
  picture: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  size: i32,
  out: usize,
): void {
  const bytes: usize = 4 * channels
  for (let i = top; i < top + size; i++)
    for (let j = left; j < left + size; j++) {
      if (i >= 0 && i < height && j >= 0 && j < width) {
        const from = picture + (i * width + j) * bytes
        let c: usize = 0
        for (; c + 16 <= bytes; c += 16) v128.store(out + c, v128.load(from + c))
        for (; c < bytes; c += 4) store<f32>(out + c, load<f32>(from + c))
      } else memory.fill(out, 0, bytes)
      out += bytes
    }
}

const INPUT = 0

/**
 * Spreads `count` tiles from number `first` on: Bᵀ x B of 4 × 4 places, or A dy Aᵀ of 2 × 2.
 *
 * @param out sixteen matrices of shape count × channels, `plane` bytes apart. @param padded room for a tile's places.
 */
@inline
function spread(
  what: i32,
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  rows: i32,
  columns: i32,
  top: i32,
  left: i32,
  first: i32,
  count: i32,
  out: usize,
  plane: usize,
  padded: usize,
): void {
  const size = what == INPUT ? 4 : 2
  const bytes: usize = 4 * channels
  for (let tile = first; tile < first + count; tile++) {
    const picture = x + (tile / (rows * columns)) * height * width * bytes
    const i = 2 * ((tile / columns) % rows) - top
    const j = 2 * (tile % columns) - left
    let from = picture + (i * width + j) * bytes
    let row = width * bytes
    if (i < 0 || j < 0 || i + size > height || j + size > width) {
      copyPadded(picture, height, width, channels, i, j, size, padded)
      from = padded
      row = size * bytes
    }
    let c: usize = 0
    for (; c + 16 <= bytes; c += 16)
      if (what == INPUT) spreadInput(4, from + c, row, bytes, out + c, plane)
      else spreadOutput(4, from + c, row, bytes, out + c, plane)
    for (; c < bytes; c += 4)
      if (what == INPUT) spreadInput(1, from + c, row, bytes, out + c, plane)
      else spreadOutput(1, from + c, row, bytes, out + c, plane)
    out += bytes
  }
}

/** u ← G w Gᵀ, for w of shape [3, 3, count] and u of shape [4, 4, count]. */
export function spreadFilter(w: usize, u: usize, count: i32): void {
  const plane: usize = 4 * count
  let n: usize = 0
  for (; n + 16 <= plane; n += 16) spreadWeights(4, w + n, u + n, plane)
  for (; n < plane; n += 4) spreadWeights(1, w + n, u + n, plane)
}

/** w ← Gᵀ u G, of these shapes; u is written over. */
export function gatherFilter(u: usize, w: usize, count: i32): void {
  const plane: usize = 4 * count
  let n: usize = 0
  for (; n + 16 <= plane; n += 16) gatherWeights(4, u + n, w + n, plane)
  for (; n < plane; n += 4) gatherWeights(1, u + n, w + n, plane)
}

/**
 * y ← x ∗ w + bias, or, `backwards`, with the filter turned round and its channels exchanged.
 *
 * @param u the spread filter, of shape [4, 4, channels, outChannels]; [4, 4, outChannels, channels] where `backwards`.
 * @param spare room as `winogradRoom` says, for `block` tiles at a time.
 * @param bias outChannels numbers, or the address 0 for none.
 * @param rest numbers of y's shape that are added too, or the address 0 for none.
 */
export function winograd(
  x: usize,
  u: usize,
  y: usize,
  bias: usize,
  rest: usize,
  spare: usize,
  block: i32,
  backwards: bool,
  pictures: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  top: i32,
  left: i32,
): void {
  const rows = (outHeight + 1) / 2
  const columns = (outWidth + 1) / 2
  const tiles = pictures * rows * columns
  const planeIn = planeOf(block, channels)
  const planeOut = planeOf(block, outChannels)
  const inputs = spare
  const outputs = inputs + TILE * planeIn
  const padded = outputs + TILE * planeOut
  const bytes: usize = 4 * outChannels
  const lines = outWidth * bytes
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first)
    spread(INPUT, x, height, width, channels, rows, columns, top, left, first, count, inputs, planeIn, padded)
    for (let k = 0; k < TILE; k++) {
      // G of a filter turned round is G of the filter with its first and last rows exchanged.
      let plane = k
      if (backwards) {
        const row = k / 4
        const column = k % 4
        plane = 4 * (row % 3 == 0 ? 3 - row : row) + (column % 3 == 0 ? 3 - column : column)
      }
      gemm(
        inputs + k * planeIn,
        false,
        u + 4 * plane * channels * outChannels,
        backwards,
        outputs + k * planeOut,
        count,
        outChannels,
        channels,
        0,
        false,
      )
    }
    let from = outputs
    for (let tile = first; tile < first + count; tile++) {
      const i = 2 * ((tile / columns) % rows)
      const j = 2 * (tile % columns)
      const below = i + 1 < outHeight
      const beside = j + 1 < outWidth
      const to = y + (((tile / (rows * columns)) * outHeight + i) * outWidth + j) * bytes
      let c: usize = 0
      const more = rest ? rest + (to - y) : 0
      for (; c + 16 <= bytes; c += 16)
        gatherOutput(4, from, planeOut, to, c, lines, bytes, below, beside, bias, more)
      for (; c < bytes; c += 4) gatherOutput(1, from, planeOut, to, c, lines, bytes, below, beside, bias, more)
      from += bytes
    }
  }
}

/**
 * u ← Σ (A dy Aᵀ) ⊙ (Bᵀ x B), of shape [4, 4, channels, outChannels].
 */
export function winogradProducts(
  x: usize,
  dy: usize,
  u: usize,
  spare: usize,
  block: i32,
  pictures: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  top: i32,
  left: i32,
): void {
  const rows = (outHeight + 1) / 2
  const columns = (outWidth + 1) / 2
  const tiles = pictures * rows * columns
  const planeIn = planeOf(block, channels)
  const planeOut = planeOf(block, outChannels)
  const inputs = spare
  const outputs = inputs + TILE * planeIn
  const padded = outputs + TILE * planeOut
  memory.fill(u, 0, 4 * TILE * channels * outChannels)
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first)
    spread(INPUT, x, height, width, channels, rows, columns, top, left, first, count, inputs, planeIn, padded)
    spread(1, dy, outHeight, outWidth, outChannels, rows, columns, 0, 0, first, count, outputs, planeOut, padded)
    for (let k = 0; k < TILE; k++)
      gemm(
        inputs + k * planeIn,
        true,
        outputs + k * planeOut,
        false,
        u + 4 * k * channels * outChannels,
        channels,
        outChannels,
        count,
        0,
        true,
      )
  }
}
