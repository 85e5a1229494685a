/**
 * σ(x) = 1/(1 + e⁻ˣ), right to a few units in the last place even where it is nearly nothing; SiLU(x) = x σ(x) and its slope,
 * where a layer of a network spends what its products leave. Constants are kept in variables.
 */
import { constant, enter } from './constants'
import * as quick from './quickSigmoid'
import { onePlusPower, quickSigmoid } from './quickSigmoid'
import { add, div, larger, madd, mul, sub, where } from './vector'

const SMALLEST_EXPONENT: usize = 16 * 56
const LOG2_E: usize = 16 * 57
const MAGIC: usize = 16 * 58
const LN2_HIGH: usize = 16 * 5
const LN2_LOW: usize = 16 * 6
const P0: usize = 16 * 7
const P1: usize = 16 * 8
const P2: usize = 16 * 9
const P3: usize = 16 * 10
const P4: usize = 16 * 11
const P5: usize = 16 * 12
const ONE: usize = 16 * 0

export function prepareSilu(): void {
  enter(SMALLEST_EXPONENT, -87.33654)
  enter(LOG2_E, 1.4426950408889634)
  // As in `functions.ts`, and 127 more: its lowest bits are then those of an exponent.
  enter(MAGIC, 12583039)
}

/** u = e^(−|x|), σ = u / (1 + u) where x is negative, and 1 minus that elsewhere. */
@inline
function sigmoidOf(
  x: v128,
  smallest: v128,
  log2e: v128,
  magic: v128,
  high: v128,
  low: v128,
  p0: v128,
  p1: v128,
  p2: v128,
  p3: v128,
  p4: v128,
  p5: v128,
  one: v128,
): v128 {
  const away = larger(v128.neg<f32>(v128.abs<f32>(x)), smallest)
  const rounded = madd(away, log2e, magic)
  const n = sub(rounded, magic)
  const r = madd(n, low, madd(n, high, away))
  let p = madd(p0, r, p1)
  p = madd(p, r, p2)
  p = madd(p, r, p3)
  p = madd(p, r, p4)
  p = madd(p, r, p5)
  p = madd(p, mul(r, r), r)
  const u = mul(add(p, one), v128.shl<i32>(rounded, 23))
  const y = v128.andnot(div(u, add(one, u)), v128.lt<f32>(x, smallest))
  return where(v128.lt<f32>(x, f32x4.splat(0)), y, sub(one, y))
}

/** out ← σ(x), `count` numbers; x and out may be the same. */
export function sigmoid(x: usize, out: usize, count: i32): void {
  const smallest = constant(SMALLEST_EXPONENT)
  const log2e = constant(LOG2_E)
  const magic = constant(MAGIC)
  const high = constant(LN2_HIGH)
  const low = constant(LN2_LOW)
  const p0 = constant(P0)
  const p1 = constant(P1)
  const p2 = constant(P2)
  const p3 = constant(P3)
  const p4 = constant(P4)
  const p5 = constant(P5)
  const one = constant(ONE)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const s = sigmoidOf(v128.load(x), smallest, log2e, magic, high, low, p0, p1, p2, p3, p4, p5, one)
    v128.store(out, s)
    x += 16
    out += 16
  }
  for (; i < count; i++) {
    const s = sigmoidOf(v128.load32_splat(x), smallest, log2e, magic, high, low, p0, p1, p2, p3, p4, p5, one)
    v128.store_lane<f32>(out, s, 0)
    x += 4
    out += 4
  }
}

/** x σ, or dy σ (1 + x (1 − σ)). */
@inline
function resultOf(isSlope: bool, dy: v128, x: v128, s: v128, one: v128): v128 {
  if (!isSlope) return mul(x, s)
  return mul(dy, mul(s, madd(x, sub(one, s), one)))
}

@inline
function loop(isSlope: bool, dy: usize, x: usize, out: usize, count: i32): void {
  const log2e = constant(quick.MINUS_LOG2_E)
  const largest = constant(quick.LARGEST)
  const smallest = constant(quick.SMALLEST)
  const magic = constant(quick.MAGIC)
  const e1 = constant(quick.E1)
  const e2 = constant(quick.E2)
  const e3 = constant(quick.E3)
  const e4 = constant(quick.E4)
  const e5 = constant(quick.E5)
  const one = constant(quick.ONE)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const z = v128.load(x)
    const s = quickSigmoid(z, log2e, largest, smallest, magic, e1, e2, e3, e4, e5, one)
    v128.store(out, resultOf(isSlope, isSlope ? v128.load(dy) : z, z, s, one))
    x += 16
    out += 16
    if (isSlope) dy += 16
  }
  for (; i < count; i++) {
    const z = v128.load32_splat(x)
    const s = quickSigmoid(z, log2e, largest, smallest, magic, e1, e2, e3, e4, e5, one)
    v128.store_lane<f32>(out, resultOf(isSlope, isSlope ? v128.load32_splat(dy) : z, z, s, one), 0)
    x += 4
    out += 4
    if (isSlope) dy += 4
  }
}

/** out ← SiLU(x); x and out may be the same. */
export function silu(x: usize, out: usize, count: i32): void {
  loop(false, 0, x, out, count)
}

/** out ← dy SiLU′(x). */
export function siluSlope(dy: usize, x: usize, out: usize, count: i32): void {
  loop(true, dy, x, out, count)
}

/** p ← p/(1 + 2ᵖ), so many vectors, which 2 divides: where p is −x log₂ e, the result is −SiLU(x) log₂ e. */
export function siluOfPowers(p: usize, vectors: i32): void {
  const largest = constant(quick.LARGEST)
  const smallest = constant(quick.SMALLEST)
  const magic = constant(quick.MAGIC)
  const e1 = constant(quick.E1)
  const e2 = constant(quick.E2)
  const e3 = constant(quick.E3)
  const e4 = constant(quick.E4)
  const e5 = constant(quick.E5)
  const one = constant(quick.ONE)
  for (; vectors > 0; vectors -= 2) {
    const a = v128.load(p)
    const b = v128.load(p, 16)
    v128.store(p, div(a, onePlusPower(a, largest, smallest, magic, e1, e2, e3, e4, e5, one)))
    v128.store(p, div(b, onePlusPower(b, largest, smallest, magic, e1, e2, e3, e4, e5, one)), 16)
    p += 32
  }
}
