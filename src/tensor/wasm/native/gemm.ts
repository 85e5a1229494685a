/**
 * Matrix products C = A·B, blocked and packed so that the innermost loop reads from the first-level cache and keeps a tile
 * of C in registers: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008,
 * https://doi.org/10.1145/1356052.1356053
 *
 * The tile has 6 rows and 8 columns: with two vectors of B and one number of A it fills fifteen of the sixteen vector
 * registers that x86-64 has. Without relaxed SIMD products need registers of their own, and it has 4 rows. B is packed into panels of 8 columns, in blocks of 256 × 256 that stay in the second-level
 * cache; A is read in place, or packed where it is transposed.
 */
import { scratch } from './constants'
import { transpose4 } from './copies'
import { add as plus, madd } from './vector'

const ROWS = ASC_FEATURE_RELAXED_SIMD ? 6 : 4
const COLUMNS = 8
const DEPTH = 256
const WIDTH = 256

const PANEL_A: usize = ROWS * DEPTH * 4
const BLOCK_B: usize = WIDTH * DEPTH * 4
const TILE: usize = ROWS * COLUMNS * 4

/** Bytes of scratch memory that `gemm` needs. */
export const GEMM_SCRATCH: usize = BLOCK_B + PANEL_A + TILE

/** With so few rows, a block of B is used too seldom to be worth packing. */
const FEW_ROWS = 12
/** Products of so few multiplications are done directly. */
const SMALL = 512

/**
 * The tile c (ROWS × 8, rows `strideC` bytes apart) ← or += the product of ROWS rows of A and 8 columns of B.
 *
 * @param rows how many of those rows of A there are: the last is read in place of those that are not.
 * @param stepA bytes from one column of A to the next. @param stepB bytes from one row of B to the next.
 */
function tile(
  a: usize,
  strideA: usize,
  rows: i32,
  stepA: usize,
  b: usize,
  stepB: usize,
  depth: i32,
  c: usize,
  strideC: usize,
  add: bool,
): void {
  let a0 = a
  let a1 = a0 + (rows > 1 ? strideA : 0)
  let a2 = a1 + (rows > 2 ? strideA : 0)
  let a3 = a2 + (rows > 3 ? strideA : 0)
  let a4 = a3
  let a5 = a3
  if (ROWS > 4) {
    a4 += rows > 4 ? strideA : 0
    a5 = a4 + (rows > 5 ? strideA : 0)
  }
  const r1 = c + strideC
  const r2 = r1 + strideC
  const r3 = r2 + strideC
  const r4 = r3 + strideC
  const r5 = r4 + strideC
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
  for (; depth > 0; depth--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = v128.load32_splat(a0)
    c00 = madd(x, b0, c00)
    c01 = madd(x, b1, c01)
    x = v128.load32_splat(a1)
    c10 = madd(x, b0, c10)
    c11 = madd(x, b1, c11)
    x = v128.load32_splat(a2)
    c20 = madd(x, b0, c20)
    c21 = madd(x, b1, c21)
    x = v128.load32_splat(a3)
    c30 = madd(x, b0, c30)
    c31 = madd(x, b1, c31)
    if (ROWS > 4) {
      x = v128.load32_splat(a4)
      c40 = madd(x, b0, c40)
      c41 = madd(x, b1, c41)
      x = v128.load32_splat(a5)
      c50 = madd(x, b0, c50)
      c51 = madd(x, b1, c51)
      a4 += stepA
      a5 += stepA
    }
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
    b += stepB
  }
  // Added last, so that rounding is that of the sum of these products, and not of all before them.
  if (add) {
    c00 = plus(c00, v128.load(c))
    c01 = plus(c01, v128.load(c, 16))
    c10 = plus(c10, v128.load(r1))
    c11 = plus(c11, v128.load(r1, 16))
    c20 = plus(c20, v128.load(r2))
    c21 = plus(c21, v128.load(r2, 16))
    c30 = plus(c30, v128.load(r3))
    c31 = plus(c31, v128.load(r3, 16))
    if (ROWS > 4) {
      c40 = plus(c40, v128.load(r4))
      c41 = plus(c41, v128.load(r4, 16))
      c50 = plus(c50, v128.load(r5))
      c51 = plus(c51, v128.load(r5, 16))
    }
  }
  v128.store(c, c00)
  v128.store(c, c01, 16)
  v128.store(r1, c10)
  v128.store(r1, c11, 16)
  v128.store(r2, c20)
  v128.store(r2, c21, 16)
  v128.store(r3, c30)
  v128.store(r3, c31, 16)
  if (ROWS > 4) {
    v128.store(r4, c40)
    v128.store(r4, c41, 16)
    v128.store(r5, c50)
    v128.store(r5, c51, 16)
  }
}

/** Packs 8 columns of B, `columns` of which there are, as `depth` rows of 8; zeros where there is no column. */
export function packColumns(b: usize, stride: usize, columns: i32, depth: i32, out: usize): void {
  if (columns == COLUMNS) {
    for (; depth > 0; depth--) {
      v128.store(out, v128.load(b))
      v128.store(out, v128.load(b, 16), 16)
      b += stride
      out += 4 * COLUMNS
    }
    return
  }
  for (; depth > 0; depth--) {
    for (let j = 0; j < COLUMNS; j++)
      store<f32>(out + 4 * j, j < columns ? load<f32>(b + 4 * j) : 0)
    b += stride
    out += 4 * COLUMNS
  }
}

/** The same for a B that is stored transposed: its columns lie in memory one after another, `stride` bytes apart. */
export function packRows(b: usize, stride: usize, columns: i32, depth: i32, out: usize): void {
  let p = 0
  if (columns == COLUMNS)
    for (; p + 4 <= depth; p += 4) {
      transpose4(b + 4 * p, stride, out + 4 * COLUMNS * p, 4 * COLUMNS)
      transpose4(b + 4 * stride + 4 * p, stride, out + 4 * COLUMNS * p + 16, 4 * COLUMNS)
    }
  for (; p < depth; p++)
    for (let j = 0; j < COLUMNS; j++)
      store<f32>(
        out + 4 * (COLUMNS * p + j),
        j < columns ? load<f32>(b + j * stride + 4 * p) : 0,
      )
}

/** Packs ROWS rows of a transposed A, `rows` of which there are, column by column. */
function packPanel(a: usize, stride: usize, rows: i32, depth: i32, out: usize): void {
  if (rows == ROWS) {
    for (; depth > 0; depth--) {
      v128.store(out, v128.load(a))
      if (ROWS > 4) store<i64>(out, load<i64>(a, 16), 16)
      a += stride
      out += 4 * ROWS
    }
    return
  }
  for (; depth > 0; depth--) {
    for (let i = 0; i < rows; i++) store<f32>(out + 4 * i, load<f32>(a + 4 * i))
    a += stride
    out += 4 * ROWS
  }
}

/** A tile at the edge of C: computed in scratch memory, then the rows and columns that exist are written. */
function edge(
  a: usize,
  strideA: usize,
  rows: i32,
  stepA: usize,
  b: usize,
  stepB: usize,
  columns: i32,
  depth: i32,
  c: usize,
  strideC: usize,
  add: bool,
  tileAt: usize,
): void {
  tile(a, strideA, rows, stepA, b, stepB, depth, tileAt, 4 * COLUMNS, false)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const at = c + i * strideC + 4 * j
      const sum = load<f32>(tileAt + 4 * (COLUMNS * i + j))
      store<f32>(at, add ? sum + load<f32>(at) : sum)
    }
}

function direct(
  a: usize,
  strideA: usize,
  stepA: usize,
  b: usize,
  strideB: usize,
  stepB: usize,
  c: usize,
  m: i32,
  n: i32,
  k: i32,
  accumulate: bool,
): void {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum: f32 = accumulate ? load<f32>(c + 4 * (i * n + j)) : 0
      for (let p = 0; p < k; p++)
        sum +=
          load<f32>(a + i * strideA + p * stepA) * load<f32>(b + p * strideB + j * stepB)
      store<f32>(c + 4 * (i * n + j), sum)
    }
}

/**
 * C ← A·B, of shape m × n, row by row; C + A·B where `accumulate`.
 *
 * @param a A of shape m × k; of shape k × m in memory where `transposeA`.
 * @param b B of shape k × n; of shape n × k in memory where `transposeB`.
 * @param bias n numbers that are added to each row, or the address 0 for none; not with `accumulate`.
 */
export function gemm(
  a: usize,
  transposeA: bool,
  b: usize,
  transposeB: bool,
  c: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  accumulate: bool,
): void {
  gemmRows(a, transposeA, b, transposeB, c, m, n, k, bias, accumulate, 0, 0, m)
}

/** A row of C before there are products in it: bias, rest, or both, each the address 0 where there is none. */
@inline
function begin(c: usize, bias: usize, rest: usize, columns: i32): void {
  const bytes: usize = 4 * columns
  if (!bias || !rest) {
    memory.copy(c, bias | rest, bytes)
    return
  }
  let j: usize = 0
  for (; j + 16 <= bytes; j += 16) v128.store(c + j, plus(v128.load(bias + j), v128.load(rest + j)))
  for (; j < bytes; j += 4) store<f32>(c + j, load<f32>(bias + j) + load<f32>(rest + j))
}

/**
 * The rows `start` to `end` − 1 of C alone; `start` is a multiple of 12, and the bits are those of all at once.
 *
 * @param rest a matrix of C's shape that is added too, or the address 0 for none; not with `accumulate`.
 */
export function gemmRows(
  a: usize,
  transposeA: bool,
  b: usize,
  transposeB: bool,
  c: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  accumulate: bool,
  rest: usize,
  start: i32,
  end: i32,
): void {
  const strideA: usize = 4 * (transposeA ? 1 : k)
  const stepA: usize = 4 * (transposeA ? m : 1)
  const strideB: usize = 4 * (transposeB ? 1 : n)
  const stepB: usize = 4 * (transposeB ? k : 1)
  if ((m as i64) * n * k <= SMALL || k == 0) {
    if (bias | rest)
      for (let i = start; i < end; i++) begin(c + 4 * i * n, bias, rest ? rest + 4 * i * n : 0, n)
    const more = accumulate || (bias | rest) != 0
    direct(a + start * strideA, strideA, stepA, b, strideB, stepB, c + 4 * start * n, end - start, n, k, more)
    return
  }
  const blockB = scratch()
  const panelA = blockB + BLOCK_B
  const scratchTile = panelA + PANEL_A
  const strideC: usize = 4 * n
  const inPlace = m <= FEW_ROWS && !transposeB
  for (let j0 = 0; j0 < n; j0 += WIDTH) {
    const width = min(WIDTH, n - j0)
    for (let p0 = 0; p0 < k; p0 += DEPTH) {
      const depth = min(DEPTH, k - p0)
      for (let j = 0; j < width; j += COLUMNS) {
        const columns = min(COLUMNS, width - j)
        const from = b + p0 * strideB + (j0 + j) * stepB
        const to = blockB + 4 * j * depth
        if (transposeB) packRows(from, stepB, columns, depth, to)
        else if (!inPlace || columns < COLUMNS) packColumns(from, strideB, columns, depth, to)
      }
      for (let i = start; i < end; i += ROWS) {
        const rows = min(ROWS, end - i)
        let panel = a + i * strideA + p0 * stepA
        let stride = strideA
        let step = stepA
        if (transposeA) {
          packPanel(panel, stepA, rows, depth, panelA)
          panel = panelA
          stride = 4
          step = 4 * ROWS
        }
        const more = accumulate || p0 > 0 || (bias | rest) != 0
        if ((bias | rest) && p0 == 0)
          for (let r = i; r < i + rows; r++) {
            const at = 4 * (r * n + j0)
            begin(c + at, bias ? bias + 4 * j0 : 0, rest ? rest + at : 0, width)
          }
        for (let j = 0; j < width; j += COLUMNS) {
          const columns = min(COLUMNS, width - j)
          const to = c + 4 * (i * n + j0 + j)
          const packed = blockB + 4 * j * depth
          if (columns < COLUMNS || rows < ROWS) {
            const unpacked = inPlace && columns == COLUMNS
            edge(
              panel,
              stride,
              rows,
              step,
              unpacked ? b + p0 * strideB + (j0 + j) * stepB : packed,
              unpacked ? strideB : 4 * COLUMNS,
              columns,
              depth,
              to,
              strideC,
              more,
              scratchTile,
            )
          } else if (inPlace)
            tile(
              panel,
              stride,
              ROWS,
              step,
              b + p0 * strideB + (j0 + j) * stepB,
              strideB,
              depth,
              to,
              strideC,
              more,
            )
          else
            tile(panel, stride, ROWS, step, packed, 4 * COLUMNS, depth, to, strideC, more)
        }
      }
    }
  }
}
