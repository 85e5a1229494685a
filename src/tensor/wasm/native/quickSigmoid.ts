/**
 * σ(x) = 1/(1 + e⁻ˣ) where only what matters beside 1 matters, as in SiLU(x) = x/(1 + e⁻ˣ): e⁻ˣ = 2ᵖ = 2ⁿ 2ᶠ with n whole and
 * |f| ≤ ½, and 2ᶠ by that polynomial of the fifth degree with value 1 at 0 whose largest relative error is least, 1.1 · 10⁻⁷.
 *
 * V8 keeps variables in registers, but not constants: a loop reads these once, into variables.
 */
import { enter } from './constants'
import { add, div, larger, madd, mul, smaller, sub } from './vector'

export const MINUS_LOG2_E: usize = 16 * 64
export const LARGEST: usize = 16 * 65
export const SMALLEST: usize = 16 * 66
export const MAGIC: usize = 16 * 67
export const E1: usize = 16 * 68
export const E2: usize = 16 * 69
export const E3: usize = 16 * 70
export const E4: usize = 16 * 71
export const E5: usize = 16 * 72
export const ONE: usize = 16 * 73

export function prepareQuickSigmoid(): void {
  enter(MINUS_LOG2_E, -1.4426950408889634)
  // σ is 10⁻³⁰ at least: products with less may be no normal numbers any more, with which processors are a hundred times slower.
  enter(LARGEST, 100)
  enter(SMALLEST, -126)
  // As in `functions.ts`.
  enter(MAGIC, 12582912)
  enter(E1, 0.6931470036506653)
  enter(E2, 0.24022242426872253)
  enter(E3, 0.05550733581185341)
  enter(E4, 0.009671512991189957)
  enter(E5, 0.001326472731307149)
  enter(ONE, 1)
}

/** 1 + 2ᵖ, with a relative error of at most 2 · 10⁻⁷; the other arguments are the constants of this file. */
@inline
export function onePlusPower(
  p: v128,
  largest: v128,
  smallest: v128,
  magic: v128,
  e1: v128,
  e2: v128,
  e3: v128,
  e4: v128,
  e5: v128,
  one: v128,
): v128 {
  const power = larger(smaller(p, largest), smallest)
  const rounded = add(power, magic)
  const f = sub(power, sub(rounded, magic))
  let u = madd(e5, f, e4)
  u = madd(u, f, e3)
  u = madd(u, f, e2)
  u = madd(u, f, e1)
  u = madd(u, f, one)
  // Adding n to the exponent multiplies by 2ⁿ; all other bits of the rounded number are shifted out.
  return add(one, v128.add<i32>(u, v128.shl<i32>(rounded, 23)))
}

/** σ(x), with an error of at most 2 · 10⁻⁷. */
@inline
export function quickSigmoid(
  x: v128,
  minusLog2e: v128,
  largest: v128,
  smallest: v128,
  magic: v128,
  e1: v128,
  e2: v128,
  e3: v128,
  e4: v128,
  e5: v128,
  one: v128,
): v128 {
  return div(one, onePlusPower(mul(x, minusLog2e), largest, smallest, magic, e1, e2, e3, e4, e5, one))
}
