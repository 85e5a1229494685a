/** Four single-precision numbers at a time. */

/** a·b + c: with one rounding where the build has relaxed SIMD and the processor fuses, with two elsewhere. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? v128.relaxed_madd<f32>(a, b, c)
    : v128.add<f32>(v128.mul<f32>(a, b), c)
}
