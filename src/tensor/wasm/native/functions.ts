/**
 * Elementary functions of four single-precision numbers at a time, right to about two units in the last place.
 *
 * The polynomials are those of Moshier's Cephes library, https://www.netlib.org/cephes/
 */
import { constant, enter, enterDouble, enterWhole } from './constants'
import { add, div, larger, madd, mul, smaller, sub, where } from './vector'

// Places in the table of constants. P, Q, S and C are the coefficients of eʳ, ln, sin and cos, the highest power first.
const ONE: usize = 16 * 0
const LARGEST: usize = 16 * 1
const SMALLEST: usize = 16 * 2
const LOG2_E: usize = 16 * 3
const MAGIC: usize = 16 * 4
const LN2_HIGH: usize = 16 * 5
const LN2_LOW: usize = 16 * 6
const P0: usize = 16 * 7
const P1: usize = 16 * 8
const P2: usize = 16 * 9
const P3: usize = 16 * 10
const P4: usize = 16 * 11
const P5: usize = 16 * 12
const MAGIC_BITS: usize = 16 * 13
const BIAS: usize = 16 * 14
const SMALLEST_NORMAL: usize = 16 * 15
const TWO: usize = 16 * 16
const TWO_23: usize = 16 * 17
const ROOT_HALF_BITS: usize = 16 * 18
const TWENTY_THREE: usize = 16 * 19
const Q0: usize = 16 * 20
const Q1: usize = 16 * 21
const Q2: usize = 16 * 22
const Q3: usize = 16 * 23
const Q4: usize = 16 * 24
const Q5: usize = 16 * 25
const Q6: usize = 16 * 26
const Q7: usize = 16 * 27
const Q8: usize = 16 * 28
const HALF: usize = 16 * 29
const INFINITE: usize = 16 * 30
const NOT_A_NUMBER: usize = 16 * 31
const S0: usize = 16 * 32
const S1: usize = 16 * 33
const S2: usize = 16 * 34
const C0: usize = 16 * 35
const C1: usize = 16 * 36
const C2: usize = 16 * 37
const TWO_OVER_PI: usize = 16 * 38
const HALF_PI_HIGH: usize = 16 * 39
const HALF_PI_LOW: usize = 16 * 40
const WHOLE_ONE: usize = 16 * 41
const WHOLE_TWO: usize = 16 * 42
const SIGN: usize = 16 * 43
const SMALLEST_EXPONENT: usize = 16 * 44

/** Enters the constants of this file. */
export function prepareFunctions(): void {
  enter(ONE, 1)
  enter(TWO, 2)
  enter(HALF, 0.5)
  enter(INFINITE, Infinity)
  enter(NOT_A_NUMBER, NaN)
  enterWhole(SIGN, 0x80000000)
  enterWhole(WHOLE_ONE, 1)
  enterWhole(WHOLE_TWO, 2)
  // Beyond these eˣ is infinite or 0.
  enter(LARGEST, 89)
  enter(SMALLEST, -104)
  // Beyond this eˣ is no normal number.
  enter(SMALLEST_EXPONENT, -87.33654)
  enter(LOG2_E, 1.4426950408889634)
  // A number of this size has no digits behind the point: adding it rounds, and leaves a whole number in the lowest bits.
  enter(MAGIC, 12582912)
  enterWhole(MAGIC_BITS, 0x4b400000)
  enterWhole(BIAS, 127)
  // −ln 2 in two parts, of which the first has so few bits that its multiples are exact.
  enter(LN2_HIGH, -0.693359375)
  enter(LN2_LOW, 2.12194440e-4)
  enter(P0, 1.9875691500e-4)
  enter(P1, 1.3981999507e-3)
  enter(P2, 8.3334519073e-3)
  enter(P3, 4.1665795894e-2)
  enter(P4, 1.6666665459e-1)
  enter(P5, 5.0000001201e-1)
  enter(SMALLEST_NORMAL, 1.17549435e-38)
  enter(TWO_23, 8388608)
  enter(TWENTY_THREE, 23)
  enterWhole(ROOT_HALF_BITS, 0x3f3504f3)
  enter(Q0, 7.0376836292e-2)
  enter(Q1, -1.1514610310e-1)
  enter(Q2, 1.1676998740e-1)
  enter(Q3, -1.2420140846e-1)
  enter(Q4, 1.4249322787e-1)
  enter(Q5, -1.6668057665e-1)
  enter(Q6, 2.0000714765e-1)
  enter(Q7, -2.4999993993e-1)
  enter(Q8, 3.3333331174e-1)
  enter(S0, -1.9515295891e-4)
  enter(S1, 8.3321608736e-3)
  enter(S2, -1.6666654611e-1)
  enter(C0, 2.443315711809948e-5)
  enter(C1, -1.388731625493765e-3)
  enter(C2, 4.166664568298827e-2)
  // −π/2 in two parts, of which the first has so few bits that its multiples up to 2²⁰ are exact.
  enterDouble(TWO_OVER_PI, 0.63661977236758134308)
  enterDouble(HALF_PI_HIGH, -1.57079632673412561417e0)
  enterDouble(HALF_PI_LOW, -6.07710050650619224932e-11)
}

/** eʳ − 1 for |r| ≤ ½ ln 2. */
@inline
function expm1Reduced(r: v128): v128 {
  let p = madd(constant(P0), r, constant(P1))
  p = madd(p, r, constant(P2))
  p = madd(p, r, constant(P3))
  p = madd(p, r, constant(P4))
  p = madd(p, r, constant(P5))
  return madd(p, mul(r, r), r)
}

/** 2ⁿ for whole −126 ≤ n ≤ 127. */
@inline
function powerOfTwo(n: v128): v128 {
  return v128.shl<i32>(v128.add<i32>(n, constant(BIAS)), 23)
}

/** x − n ln 2. */
@inline
function withoutLn2(x: v128, n: v128): v128 {
  return madd(n, constant(LN2_LOW), madd(n, constant(LN2_HIGH), x))
}

/** eˣ. */
@inline
export function exp(x: v128): v128 {
  x = larger(smaller(x, constant(LARGEST)), constant(SMALLEST))
  const rounded = madd(x, constant(LOG2_E), constant(MAGIC))
  const y = add(expm1Reduced(withoutLn2(x, sub(rounded, constant(MAGIC)))), constant(ONE))
  // In two factors, since 2ⁿ itself may be too large or too small to be written.
  const n = v128.sub<i32>(rounded, constant(MAGIC_BITS))
  const half = v128.shr<i32>(n, 1)
  return mul(mul(y, powerOfTwo(half)), powerOfTwo(v128.sub<i32>(n, half)))
}

/** tanh x = −u / (u + 2) for u = e^(−2|x|) − 1, with the sign of x. */
@inline
export function tanh(x: v128): v128 {
  const size = v128.abs<f32>(x)
  const x2 = larger(v128.neg<f32>(add(size, size)), constant(SMALLEST_EXPONENT))
  const rounded = madd(x2, constant(LOG2_E), constant(MAGIC))
  const scale = powerOfTwo(v128.sub<i32>(rounded, constant(MAGIC_BITS)))
  const r = withoutLn2(x2, sub(rounded, constant(MAGIC)))
  const u = madd(scale, expm1Reduced(r), sub(scale, constant(ONE)))
  const y = div(v128.neg<f32>(u), add(u, constant(TWO)))
  const sign = constant(SIGN)
  return v128.or(v128.andnot(y, sign), v128.and(x, sign))
}

/** The natural logarithm, where x = m·2ᵉ with m between √½ and √2. */
@inline
export function log(x: v128): v128 {
  const tiny = v128.lt<f32>(x, constant(SMALLEST_NORMAL))
  const scaled = where(tiny, mul(x, constant(TWO_23)), x)
  const whole = v128.shr<i32>(v128.sub<i32>(scaled, constant(ROOT_HALF_BITS)), 23)
  const f = sub(v128.sub<i32>(scaled, v128.shl<i32>(whole, 23)), constant(ONE))
  const e = sub(f32x4.convert_i32x4_s(whole), v128.and(tiny, constant(TWENTY_THREE)))
  const y = logReduced(f, e)
  const zero = f32x4.splat(0)
  const infinite = constant(INFINITE)
  const special = where(v128.eq<f32>(x, zero), v128.neg<f32>(infinite), where(v128.eq<f32>(x, infinite), x, y))
  // Negative numbers, and what is no number.
  return where(v128.ge<f32>(x, zero), special, constant(NOT_A_NUMBER))
}

/** ln(1 + f) + e ln 2 for 1 + f between √½ and √2. */
@inline
export function logReduced(f: v128, e: v128): v128 {
  const z = mul(f, f)
  let p = madd(constant(Q0), f, constant(Q1))
  p = madd(p, f, constant(Q2))
  p = madd(p, f, constant(Q3))
  p = madd(p, f, constant(Q4))
  p = madd(p, f, constant(Q5))
  p = madd(p, f, constant(Q6))
  p = madd(p, f, constant(Q7))
  p = madd(p, f, constant(Q8))
  let y = sub(mul(mul(p, f), z), mul(e, constant(LN2_LOW)))
  y = sub(y, mul(z, constant(HALF)))
  return sub(add(f, y), mul(e, constant(LN2_HIGH)))
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + u) with u = e^(−|x|); what 1 + u rounds away is added again. */
@inline
export function softplus(x: v128): v128 {
  const one = constant(ONE)
  const u = exp(v128.neg<f32>(v128.abs<f32>(x)))
  const w = add(one, u)
  const lost = sub(u, sub(w, one))
  const positive = v128.and(x, v128.gt<f32>(x, f32x4.splat(0)))
  return add(positive, add(log(w), div(lost, w)))
}

/** sin r for |r| ≤ π/4. */
@inline
export function sinReduced(r: v128): v128 {
  const z = mul(r, r)
  const p = madd(madd(constant(S0), z, constant(S1)), z, constant(S2))
  return madd(mul(p, z), r, r)
}

/** cos r for |r| ≤ π/4. */
@inline
export function cosReduced(r: v128): v128 {
  const z = mul(r, r)
  const p = madd(madd(constant(C0), z, constant(C1)), z, constant(C2))
  return add(madd(mul(p, z), z, mul(z, v128.neg<f32>(constant(HALF)))), constant(ONE))
}

/** sin and cos are computed for |x| up to this. */
export const LARGEST_ANGLE: f32 = 1e6

@inline
function quarterTurns(x: v128): v128 {
  return v128.nearest<f64>(v128.mul<f64>(x, constant(TWO_OVER_PI)))
}

@inline
function withoutTurns(x: v128, n: v128): v128 {
  const r = v128.add<f64>(x, v128.mul<f64>(n, constant(HALF_PI_HIGH)))
  return f32x4.demote_f64x2_zero(v128.add<f64>(r, v128.mul<f64>(n, constant(HALF_PI_LOW))))
}

/** sin(x + quarters · π/2). The multiple of π/2 that is nearest to x is taken off in double precision. */
@inline
export function sine(x: v128, quarters: i32): v128 {
  const low = f64x2.promote_low_f32x4(x)
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1))
  const nLow = quarterTurns(low)
  const nHigh = quarterTurns(high)
  const r = v128.shuffle<i64>(withoutTurns(low, nLow), withoutTurns(high, nHigh), 0, 2)
  const n = v128.shuffle<i64>(i32x4.trunc_sat_f64x2_s_zero(nLow), i32x4.trunc_sat_f64x2_s_zero(nHigh), 0, 2)
  return sineOfQuadrant(r, quarters ? v128.add<i32>(n, constant(WHOLE_ONE)) : n)
}

/** sin(r + n·π/2) for |r| ≤ π/4. */
@inline
export function sineOfQuadrant(r: v128, n: v128): v128 {
  const one = constant(WHOLE_ONE)
  const odd = v128.eq<i32>(v128.and(n, one), one)
  const sign = v128.shl<i32>(v128.and(n, constant(WHOLE_TWO)), 30)
  return v128.xor(where(odd, cosReduced(r), sinReduced(r)), sign)
}
