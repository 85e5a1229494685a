/** The transformations of single tiles of `winograd.ts`, for four channels or for one. */
import { add, mul, sub } from './vector'

/** Four numbers, or one where only one is left. */
@inline
function read(lanes: i32, at: usize): v128 {
  return lanes == 4 ? v128.load(at) : v128.load32_splat(at)
}

@inline
function write(lanes: i32, at: usize, x: v128): void {
  if (lanes == 4) v128.store(at, x)
  else v128.store_lane<f32>(at, x, 0)
}

/** A row of Bᵀ x B from the row of Bᵀ x. @param plane bytes from one of the sixteen to the next. */
@inline
function writeRow(lanes: i32, out: usize, plane: usize, t0: v128, t1: v128, t2: v128, t3: v128): void {
  write(lanes, out, sub(t0, t2))
  write(lanes, out + plane, add(t1, t2))
  write(lanes, out + 2 * plane, sub(t2, t1))
  write(lanes, out + 3 * plane, sub(t1, t3))
}

/** Bᵀ x B of some channels. @param row bytes from one row of x to the next. @param column from one column to the next. */
@inline
export function spreadInput(lanes: i32, x: usize, row: usize, column: usize, out: usize, plane: usize): void {
  const x1 = x + row
  const x2 = x1 + row
  const x3 = x2 + row
  const c2 = 2 * column
  const c3 = 3 * column
  writeRow(
    lanes,
    out,
    plane,
    sub(read(lanes, x), read(lanes, x2)),
    sub(read(lanes, x + column), read(lanes, x2 + column)),
    sub(read(lanes, x + c2), read(lanes, x2 + c2)),
    sub(read(lanes, x + c3), read(lanes, x2 + c3)),
  )
  writeRow(
    lanes,
    out + 4 * plane,
    plane,
    add(read(lanes, x1), read(lanes, x2)),
    add(read(lanes, x1 + column), read(lanes, x2 + column)),
    add(read(lanes, x1 + c2), read(lanes, x2 + c2)),
    add(read(lanes, x1 + c3), read(lanes, x2 + c3)),
  )
  writeRow(
    lanes,
    out + 8 * plane,
    plane,
    sub(read(lanes, x2), read(lanes, x1)),
    sub(read(lanes, x2 + column), read(lanes, x1 + column)),
    sub(read(lanes, x2 + c2), read(lanes, x1 + c2)),
    sub(read(lanes, x2 + c3), read(lanes, x1 + c3)),
  )
  writeRow(
    lanes,
    out + 12 * plane,
    plane,
    sub(read(lanes, x1), read(lanes, x3)),
    sub(read(lanes, x1 + column), read(lanes, x3 + column)),
    sub(read(lanes, x1 + c2), read(lanes, x3 + c2)),
    sub(read(lanes, x1 + c3), read(lanes, x3 + c3)),
  )
}

/** A row of A dy Aᵀ from the row of A dy. */
@inline
function writeOuter(lanes: i32, out: usize, plane: usize, s0: v128, s1: v128): void {
  write(lanes, out, s0)
  write(lanes, out + plane, add(s0, s1))
  write(lanes, out + 2 * plane, sub(s0, s1))
  write(lanes, out + 3 * plane, v128.neg<f32>(s1))
}

/** A dy Aᵀ of some channels. */
@inline
export function spreadOutput(lanes: i32, dy: usize, row: usize, column: usize, out: usize, plane: usize): void {
  const d00 = read(lanes, dy)
  const d01 = read(lanes, dy + column)
  const d10 = read(lanes, dy + row)
  const d11 = read(lanes, dy + row + column)
  writeOuter(lanes, out, plane, d00, d01)
  writeOuter(lanes, out + 4 * plane, plane, add(d00, d10), add(d01, d11))
  writeOuter(lanes, out + 8 * plane, plane, sub(d00, d10), sub(d01, d11))
  writeOuter(lanes, out + 12 * plane, plane, v128.neg<f32>(d10), v128.neg<f32>(d11))
}

/**
 * Aᵀ m A of some channels, written to the places that exist of 2 × 2.
 *
 * @param c bytes of the channels before them.
 * @param bias what is added to each channel, and `rest` to each number, or the address 0 for none.
 */
@inline
export function gatherOutput(
  lanes: i32,
  m: usize,
  plane: usize,
  y: usize,
  c: usize,
  row: usize,
  column: usize,
  below: bool,
  beside: bool,
  bias: usize,
  rest: usize,
): void {
  m += c
  y += c
  let m0 = read(lanes, m)
  let m1 = read(lanes, m + 4 * plane)
  let m2 = read(lanes, m + 8 * plane)
  let m3 = read(lanes, m + 12 * plane)
  let y00 = add(add(m0, m1), m2)
  let y10 = sub(sub(m1, m2), m3)
  m += plane
  m0 = read(lanes, m)
  m1 = read(lanes, m + 4 * plane)
  m2 = read(lanes, m + 8 * plane)
  m3 = read(lanes, m + 12 * plane)
  let y01 = add(add(m0, m1), m2)
  let y11 = sub(sub(m1, m2), m3)
  y00 = add(y00, y01)
  y10 = add(y10, y11)
  m += plane
  m0 = read(lanes, m)
  m1 = read(lanes, m + 4 * plane)
  m2 = read(lanes, m + 8 * plane)
  m3 = read(lanes, m + 12 * plane)
  let s0 = add(add(m0, m1), m2)
  let s1 = sub(sub(m1, m2), m3)
  y00 = add(y00, s0)
  y10 = add(y10, s1)
  y01 = sub(y01, s0)
  y11 = sub(y11, s1)
  m += plane
  m0 = read(lanes, m)
  m1 = read(lanes, m + 4 * plane)
  m2 = read(lanes, m + 8 * plane)
  m3 = read(lanes, m + 12 * plane)
  s0 = add(add(m0, m1), m2)
  s1 = sub(sub(m1, m2), m3)
  y01 = sub(y01, s0)
  y11 = sub(y11, s1)
  if (bias) {
    const b = read(lanes, bias + c)
    y00 = add(y00, b)
    y01 = add(y01, b)
    y10 = add(y10, b)
    y11 = add(y11, b)
  }
  if (rest) {
    rest += c
    y00 = add(y00, read(lanes, rest))
    if (beside) y01 = add(y01, read(lanes, rest + column))
    if (below) y10 = add(y10, read(lanes, rest + row))
    if (below && beside) y11 = add(y11, read(lanes, rest + row + column))
  }
  write(lanes, y, y00)
  if (beside) write(lanes, y + column, y01)
  if (below) write(lanes, y + row, y10)
  if (below && beside) write(lanes, y + row + column, y11)
}

/** Three numbers of w become four: those of G w. @param next bytes from one to the next, before and after. */
@inline
function spreadThree(lanes: i32, w: usize, next: usize, u: usize, nextTo: usize): void {
  const half = f32x4.splat(0.5)
  const first = read(lanes, w)
  const last = read(lanes, w + 2 * next)
  const outer = mul(add(first, last), half)
  const inner = mul(read(lanes, w + next), half)
  write(lanes, u, first)
  write(lanes, u + nextTo, add(outer, inner))
  write(lanes, u + 2 * nextTo, sub(outer, inner))
  write(lanes, u + 3 * nextTo, last)
}

/** G w Gᵀ of some products of channels. @param plane bytes from one of the nine or sixteen to the next. */
@inline
export function spreadWeights(lanes: i32, w: usize, u: usize, plane: usize): void {
  for (let j: usize = 0; j < 3; j++) spreadThree(lanes, w + j * plane, 3 * plane, u + j * plane, 4 * plane)
  for (let i: usize = 0; i < 4; i++) spreadThree(lanes, u + 4 * i * plane, plane, u + 4 * i * plane, plane)
}

/** Four numbers of u become three: those of Gᵀ u. */
@inline
function gatherFour(lanes: i32, u: usize, next: usize, w: usize, nextTo: usize): void {
  const half = f32x4.splat(0.5)
  const u1 = read(lanes, u + next)
  const u2 = read(lanes, u + 2 * next)
  const last = read(lanes, u + 3 * next)
  const outer = mul(add(u1, u2), half)
  write(lanes, w, add(read(lanes, u), outer))
  write(lanes, w + nextTo, mul(sub(u1, u2), half))
  write(lanes, w + 2 * nextTo, add(outer, last))
}

/** Gᵀ u G of some products of channels; u is written over. */
@inline
export function gatherWeights(lanes: i32, u: usize, w: usize, plane: usize): void {
  for (let i: usize = 0; i < 4; i++) gatherFour(lanes, u + 4 * i * plane, plane, u + 4 * i * plane, plane)
  for (let j: usize = 0; j < 3; j++) gatherFour(lanes, u + j * plane, 4 * plane, w + j * plane, 3 * plane)
}
