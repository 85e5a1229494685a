/** Arithmetic on four single-precision numbers at a time. */

/** a·b + c: with one rounding where the build has relaxed SIMD and the processor fuses, with two elsewhere. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<f32>(a, b, c) : v128.add<f32>(v128.mul<f32>(a, b), c)
}

@inline
export function add(a: v128, b: v128): v128 {
  return v128.add<f32>(a, b)
}

@inline
export function sub(a: v128, b: v128): v128 {
  return v128.sub<f32>(a, b)
}

@inline
export function mul(a: v128, b: v128): v128 {
  return v128.mul<f32>(a, b)
}

@inline
export function div(a: v128, b: v128): v128 {
  return v128.div<f32>(a, b)
}

/** `a` where the bits of `mask` are set, else `b`. */
@inline
export function where(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask)
}

/** The larger one; `a` where either is not a number. */
@inline
export function larger(a: v128, b: v128): v128 {
  return v128.pmax<f32>(a, b)
}

/** The smaller one; `a` where either is not a number. */
@inline
export function smaller(a: v128, b: v128): v128 {
  return v128.pmin<f32>(a, b)
}

/** The sum of the four numbers. */
@inline
export function total(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  )
}
