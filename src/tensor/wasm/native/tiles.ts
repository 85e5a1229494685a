/**
 * Products of matrices that lie in panels, a tile of the result in registers at a time, as in `gemm.ts`; but here nothing is
 * copied on the way, and what comes after a product is done to the tile before it is stored.
 *
 * A panel holds a few neighbouring columns of all rows: row after row, of 12 numbers (`Twelve`) or of 8 (`Eight`). Read along its
 * rows it is the left factor of a product, read down its columns the left factor of a transposed one, and a panel of 8 is
 * a right factor as it is. So each layer of a network finds its inputs and its gradients as the one before it left them.
 */
import { add, madd, mul } from './vector'

/** Rows of a tile; its columns are 8. */
export const TILE_ROWS = ASC_FEATURE_RELAXED_SIMD ? 6 : 4

// AssemblyScript takes no parameter for the offset of a load, but the size of a type.

/** A row of a panel of 12 numbers. */
@unmanaged
export class Twelve {
  a: v128
  b: v128
  c: v128
}

/** A row of a panel of 8 numbers. */
@unmanaged
export class Eight {
  a: v128
  b: v128
}

/** The tile takes the place of what was there, is multiplied by it, or added to it. */
export const STORE = 0
export const MULTIPLY = 1
export const ADD = 2

@inline
function finished(finish: i32, x: v128, at: usize): v128 {
  if (finish == MULTIPLY) return mul(x, v128.load(at))
  if (finish == ADD) return add(x, v128.load(at))
  return x
}

/**
 * The tile of TILE_ROWS rows of A times a panel of B, `depth` rows of 8.
 *
 * @param biased whether the panel begins with one row more, to which the product is added.
 * @param a the first of those rows in the first panel of A, whose panels are rows of T.
 * @param panel bytes from one panel of A to the next.
 * @param c where the tile goes, in a panel of 8.
 */
@inline
export function rowsTile<T>(
  biased: bool,
  finish: i32,
  a: usize,
  panel: usize,
  b: usize,
  depth: i32,
  c: usize,
): void {
  let c00 = f32x4.splat(0)
  let c01 = c00
  if (biased) {
    c00 = v128.load(b)
    c01 = v128.load(b, 16)
    b += offsetof<Eight>()
  }
  let c10 = c00
  let c11 = c01
  let c20 = c00
  let c21 = c01
  let c30 = c00
  let c31 = c01
  let c40 = c00
  let c41 = c01
  let c50 = c00
  let c51 = c01
  const width = (offsetof<T>() / 4) as i32
  const skip = panel - offsetof<T>()
  while (depth > 0) {
    let count = min(depth, width)
    depth -= count
    for (; count > 0; count--) {
      const b0 = v128.load(b)
      const b1 = v128.load(b, 16)
      let x = v128.load32_splat(a)
      c00 = madd(x, b0, c00)
      c01 = madd(x, b1, c01)
      x = v128.load32_splat(a, offsetof<T>())
      c10 = madd(x, b0, c10)
      c11 = madd(x, b1, c11)
      x = v128.load32_splat(a, 2 * offsetof<T>())
      c20 = madd(x, b0, c20)
      c21 = madd(x, b1, c21)
      x = v128.load32_splat(a, 3 * offsetof<T>())
      c30 = madd(x, b0, c30)
      c31 = madd(x, b1, c31)
      if (TILE_ROWS > 4) {
        x = v128.load32_splat(a, 4 * offsetof<T>())
        c40 = madd(x, b0, c40)
        c41 = madd(x, b1, c41)
        x = v128.load32_splat(a, 5 * offsetof<T>())
        c50 = madd(x, b0, c50)
        c51 = madd(x, b1, c51)
      }
      a += 4
      b += offsetof<Eight>()
    }
    a += skip
  }
  v128.store(c, finished(finish, c00, c))
  v128.store(c, finished(finish, c01, c + 16), 16)
  v128.store(c, finished(finish, c10, c + 32), 32)
  v128.store(c, finished(finish, c11, c + 48), 48)
  v128.store(c, finished(finish, c20, c + 64), 64)
  v128.store(c, finished(finish, c21, c + 80), 80)
  v128.store(c, finished(finish, c30, c + 96), 96)
  v128.store(c, finished(finish, c31, c + 112), 112)
  if (TILE_ROWS > 4) {
    v128.store(c, finished(finish, c40, c + 128), 128)
    v128.store(c, finished(finish, c41, c + 144), 144)
    v128.store(c, finished(finish, c50, c + 160), 160)
    v128.store(c, finished(finish, c51, c + 176), 176)
  }
}

/**
 * The tile of TILE_ROWS columns of A, transposed, times a panel of 8 columns of B: `count` rows of both.
 *
 * @param a the first of those columns in a panel of 12.
 * @param b the panel.
 * @param c where the tile goes, in rows `stride` bytes apart.
 * @param more whether it is added to what is there.
 */
export function columnsTile(a: usize, b: usize, count: i32, c: usize, stride: usize, more: bool): void {
  let c00 = f32x4.splat(0)
  let c01 = c00
  let c10 = c00
  let c11 = c00
  let c20 = c00
  let c21 = c00
  let c30 = c00
  let c31 = c00
  let c40 = c00
  let c41 = c00
  let c50 = c00
  let c51 = c00
  for (; count > 0; count--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = v128.load32_splat(a)
    c00 = madd(x, b0, c00)
    c01 = madd(x, b1, c01)
    x = v128.load32_splat(a, 4)
    c10 = madd(x, b0, c10)
    c11 = madd(x, b1, c11)
    x = v128.load32_splat(a, 8)
    c20 = madd(x, b0, c20)
    c21 = madd(x, b1, c21)
    x = v128.load32_splat(a, 12)
    c30 = madd(x, b0, c30)
    c31 = madd(x, b1, c31)
    if (TILE_ROWS > 4) {
      x = v128.load32_splat(a, 16)
      c40 = madd(x, b0, c40)
      c41 = madd(x, b1, c41)
      x = v128.load32_splat(a, 20)
      c50 = madd(x, b0, c50)
      c51 = madd(x, b1, c51)
    }
    a += offsetof<Twelve>()
    b += offsetof<Eight>()
  }
  row(c, c00, c01, more)
  row(c + stride, c10, c11, more)
  row(c + 2 * stride, c20, c21, more)
  row(c + 3 * stride, c30, c31, more)
  if (TILE_ROWS > 4) {
    row(c + 4 * stride, c40, c41, more)
    row(c + 5 * stride, c50, c51, more)
  }
}

@inline
function row(c: usize, x: v128, y: v128, more: bool): void {
  v128.store(c, more ? add(x, v128.load(c)) : x)
  v128.store(c, more ? add(y, v128.load(c, 16)) : y, 16)
}
