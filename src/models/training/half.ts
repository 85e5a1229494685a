/**
 * Numbers of half precision, IEEE 754's binary16: a sign, five bits of exponent and ten of fraction. They reach 65504, and are rounded to
 * within 2⁻¹¹ of their size, or 2⁻²⁵ below 2⁻¹⁴.
 */

const number = new Float32Array(1)
const bits = new Uint32Array(number.buffer)

const INFINITE = 0x7c00
/** From here on a number is rounded to infinity: 65504 and half the step to what would follow, as single precision's bits. */
const OVERFLOW = 0x477ff000
/** 2⁻¹⁴, as single precision's bits: below it halves are whole multiples of 2⁻²⁴. */
const SMALLEST_NORMAL = 0x38800000
/** What the exponents of both formats differ by, where single precision has its exponent. */
const REBIAS = 0x38000000

/** The sixteen bits of the half that is nearest to a number of single precision, of two equally near the even one. */
export function halfOf(value: number): number {
  number[0] = value
  const sign = (bits[0]! >>> 16) & 0x8000
  const size = bits[0]! & 0x7fffffff
  if (size > 0x7f800000) return sign | INFINITE | 0x200
  if (size >= OVERFLOW) return sign | INFINITE
  if (size >= SMALLEST_NORMAL) return sign | ((size - REBIAS + 0xfff + ((size >>> 13) & 1)) >>> 13)
  // Exact: a power of two takes nothing from a number's digits.
  const multiple = Math.abs(number[0]) * 2 ** 24
  const below = Math.floor(multiple)
  const rest = multiple - below
  return sign | (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below)
}

/** The number that sixteen bits stand for. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity
  return exponent ? sign * (1024 + fraction) * 2 ** (exponent - 25) : sign * fraction * 2 ** -24
}
