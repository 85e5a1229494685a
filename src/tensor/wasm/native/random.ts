/**
 * Philox4x32-10 as in `src/tensor/random/philox.ts`, with the same bits, and the numbers that `RandomStream` makes of
 * them. Four blocks at a time: the lanes of a vector are four counters.
 */
import { constant, enter, enterDouble, enterLanes, enterWhole, scratch } from './constants'
import { logReduced, sineOfQuadrant } from './functions'
import { add, mul, sub } from './vector'

const M0: usize = 16 * 45
const M1: usize = 16 * 46
const LANES: usize = 16 * 47
const WHOLE_ONE: usize = 16 * 48
const MINUS_TWO: usize = 16 * 49
const TURN: usize = 16 * 50
const ROUND: usize = 16 * 51
const ONE: usize = 16 * 52
const ROOT_HALF_BITS: usize = 16 * 53
const TWENTY_FOUR: usize = 16 * 54
const BITS_24_DOUBLE: usize = 16 * 55

export function prepareRandom(): void {
  enterWhole(M0, 0xd2511f53)
  enterWhole(M1, 0xcd9e8d57)
  enterLanes(LANES)
  enterWhole(WHOLE_ONE, 1)
  enterDouble(BITS_24_DOUBLE, 5.9604644775390625e-8)
  enter(MINUS_TWO, -2)
  // 2π/2²⁴
  enter(TURN, 3.7450704e-7)
  enterWhole(ROUND, 1 << 21)
  enter(ONE, 1)
  enterWhole(ROOT_HALF_BITS, 0x3f3504f3)
  enter(TWENTY_FOUR, 24)
}

const W0: u32 = 0x9e3779b9
const W1: u32 = 0xbb67ae85

/** The upper halves of the 64-bit products of unsigned lanes. */
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b), 1, 3, 5, 7)
}

let w0: v128 = i32x4.splat(0)
let w1: v128 = i32x4.splat(0)
let w2: v128 = i32x4.splat(0)
let w3: v128 = i32x4.splat(0)

/** The words of the blocks counter, …, counter + 3. */
function blocks(key0: u32, key1: u32, counter: u64): void {
  const first = i32x4.splat(counter as i32)
  const c0 = v128.add<i32>(first, constant(LANES))
  const c1 = v128.sub<i32>(i32x4.splat((counter >> 32) as i32), v128.lt<u32>(c0, first))
  const zero = i32x4.splat(0)
  fourBlocks(key0, key1, c0, c1, zero, zero)
}

/** Four blocks, whose counters are the lanes: the first words of all four, then the second ones, and so on. */
function fourBlocks(key0: u32, key1: u32, c0: v128, c1: v128, c2: v128, c3: v128): void {
  for (let round = 0; round < 10; round++) {
    const m0 = constant(M0)
    const m1 = constant(M1)
    const high0 = high(m0, c0)
    const low0 = v128.mul<i32>(m0, c0)
    const high1 = high(m1, c2)
    const low1 = v128.mul<i32>(m1, c2)
    c0 = v128.xor(v128.xor(high1, c1), i32x4.splat(key0))
    c1 = low1
    c2 = v128.xor(v128.xor(high0, c3), i32x4.splat(key1))
    c3 = low0
    key0 += W0
    key1 += W1
  }
  w0 = c0
  w1 = c1
  w2 = c2
  w3 = c3
}

/** √(−2 ln u) for u = (⌊w / 2⁸⌋ + 1) · 2⁻²⁴. */
@inline
function radius(w: v128): v128 {
  const x = add(f32x4.convert_i32x4_u(v128.shr<u32>(w, 8)), constant(ONE))
  const whole = v128.shr<i32>(v128.sub<i32>(x, constant(ROOT_HALF_BITS)), 23)
  const f = sub(v128.sub<i32>(x, v128.shl<i32>(whole, 23)), constant(ONE))
  const e = sub(f32x4.convert_i32x4_s(whole), constant(TWENTY_FOUR))
  return v128.sqrt<f32>(mul(logReduced(f, e), constant(MINUS_TWO)))
}

/** Four columns of four numbers, written as rows. */
@inline
function storeColumns(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  const p = v128.shuffle<i32>(a, b, 0, 4, 1, 5)
  const q = v128.shuffle<i32>(c, d, 0, 4, 1, 5)
  const r = v128.shuffle<i32>(a, b, 2, 6, 3, 7)
  const s = v128.shuffle<i32>(c, d, 2, 6, 3, 7)
  v128.store(out, v128.shuffle<i64>(p, q, 0, 2))
  v128.store(out, v128.shuffle<i64>(p, q, 1, 3), 16)
  v128.store(out, v128.shuffle<i64>(r, s, 0, 2), 32)
  v128.store(out, v128.shuffle<i64>(r, s, 1, 3), 48)
}

let cosines: v128 = i32x4.splat(0)
let sines: v128 = i32x4.splat(0)

/** Pairs of normals from pairs of words. Turns are split into quarters exactly, as whole numbers. */
function pairs(first: v128, second: v128): void {
  const turn = v128.shr<u32>(second, 8)
  const quarter = v128.shr<i32>(v128.add<i32>(turn, constant(ROUND)), 22)
  const angle = mul(f32x4.convert_i32x4_s(v128.sub<i32>(turn, v128.shl<i32>(quarter, 22))), constant(TURN))
  const length = radius(first)
  cosines = mul(length, sineOfQuadrant(angle, v128.add<i32>(quarter, constant(WHOLE_ONE))))
  sines = mul(length, sineOfQuadrant(angle, quarter))
}

/** The 16 normals of four blocks. */
function normalsOf(out: usize): void {
  pairs(w0, w1)
  const a = cosines
  const b = sines
  pairs(w2, w3)
  storeColumns(out, a, b, cosines, sines)
}

@inline
function uniformsOf(w: v128, low: v128, range: v128): v128 {
  const x = v128.shr<u32>(w, 8)
  const unit = constant(BITS_24_DOUBLE)
  const a = v128.mul<f64>(f64x2.convert_low_i32x4_u(x), unit)
  const b = v128.mul<f64>(f64x2.convert_low_i32x4_u(v128.shuffle<i64>(x, x, 1, 1)), unit)
  return v128.shuffle<i64>(
    f32x4.demote_f64x2_zero(v128.add<f64>(low, v128.mul<f64>(a, range))),
    f32x4.demote_f64x2_zero(v128.add<f64>(low, v128.mul<f64>(b, range))),
    0,
    2,
  )
}

/** `count` standard normals from the block `counter` on. @param spare 64 bytes, for the last ones. */
function fillNormals(out: usize, count: i32, key0: u32, key1: u32, counter: u64, spare: usize): void {
  for (; count >= 16; count -= 16) {
    blocks(key0, key1, counter)
    normalsOf(out)
    counter += 4
    out += 64
  }
  if (count > 0) {
    blocks(key0, key1, counter)
    normalsOf(spare)
    memory.copy(out, spare, 4 * count)
  }
}

/** `count` numbers low + u · range with uniform u in [0, 1), in double precision until they are rounded. */
function fillUniforms(
  out: usize,
  count: i32,
  key0: u32,
  key1: u32,
  counter: u64,
  spare: usize,
  low: f64,
  range: f64,
): void {
  const lows = f64x2.splat(low)
  const ranges = f64x2.splat(range)
  while (count > 0) {
    blocks(key0, key1, counter)
    const to = count >= 16 ? out : spare
    storeColumns(
      to,
      uniformsOf(w0, lows, ranges),
      uniformsOf(w1, lows, ranges),
      uniformsOf(w2, lows, ranges),
      uniformsOf(w3, lows, ranges),
    )
    if (count < 16) memory.copy(out, spare, 4 * count)
    counter += 4
    out += 64
    count -= 16
  }
}

/** As `fillNormals`, with the counter's words one by one. */
export function normals(out: usize, count: i32, key0: u32, key1: u32, counterLow: u32, counterHigh: u32): void {
  fillNormals(out, count, key0, key1, ((counterHigh as u64) << 32) | counterLow, scratch())
}

/** As `fillUniforms`. */
export function uniforms(
  out: usize,
  count: i32,
  key0: u32,
  key1: u32,
  counterLow: u32,
  counterHigh: u32,
  low: f64,
  range: f64,
): void {
  fillUniforms(out, count, key0, key1, ((counterHigh as u64) << 32) | counterLow, scratch(), low, range)
}

/**
 * A draw of `n` particles of `size` numbers each, row after row, as `src/tensor/random/particles.ts` makes them: four
 * particles at a time.
 */
export function particleNormals(
  out: usize,
  n: i32,
  size: i32,
  key0: u32,
  key1: u32,
  step: u32,
  draw: u32,
): void {
  const spare = scratch()
  const steps = i32x4.splat(step)
  const draws = i32x4.splat(draw)
  for (let i = 0; i < n; i += 4) {
    const particles = v128.add<i32>(i32x4.splat(i), constant(LANES))
    const rows = min(4, n - i)
    for (let c = 0; c < size; c += 4) {
      fourBlocks(key0, key1, i32x4.splat(c >> 2), particles, steps, draws)
      normalsOf(spare)
      const bytes: usize = 4 * min(4, size - c)
      for (let r = 0; r < rows; r++) memory.copy(out + 4 * ((i + r) * size + c), spare + 16 * r, bytes)
    }
  }
}

/** The same draw of the `width` particles from `first` on, a multiple of 4, with component after component in `out`. */
export function particleColumns(
  out: usize,
  first: i32,
  width: i32,
  size: i32,
  key0: u32,
  key1: u32,
  step: u32,
  draw: u32,
): void {
  const steps = i32x4.splat(step)
  const draws = i32x4.splat(draw)
  const row: usize = 4 * width
  for (let i = 0; i < width; i += 4) {
    const particles = v128.add<i32>(i32x4.splat(first + i), constant(LANES))
    let to = out + 4 * i
    for (let c = 0; c < size; c += 4) {
      fourBlocks(key0, key1, i32x4.splat(c >> 2), particles, steps, draws)
      pairs(w0, w1)
      v128.store(to, cosines)
      if (c + 1 < size) v128.store(to + row, sines)
      if (c + 2 < size) {
        pairs(w2, w3)
        v128.store(to + 2 * row, cosines)
        if (c + 3 < size) v128.store(to + 3 * row, sines)
      }
      to += 4 * row
    }
  }
}
