/**
 * Sums along axes. Partial sums of at most 64 terms are taken in single precision, and those are added up in double
 * precision where a sum is one number, so that the error does not grow with the number of terms.
 */
import { add, total } from './vector'

const BLOCK = 64

/** Σ of `count` numbers that follow one another. */
@inline
function sumOf(x: usize, count: i32): f64 {
  let sum: f64 = 0
  while (count > 0) {
    const block = min(count, 16 * BLOCK)
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let i = 0
    for (; i + 16 <= block; i += 16) {
      s0 = add(s0, v128.load(x))
      s1 = add(s1, v128.load(x, 16))
      s2 = add(s2, v128.load(x, 32))
      s3 = add(s3, v128.load(x, 48))
      x += 64
    }
    let rest: f32 = 0
    for (; i < block; i++) {
      rest += load<f32>(x)
      x += 4
    }
    sum += (total(add(add(s0, s1), add(s2, s3))) + rest) as f64
    count -= block
  }
  return sum
}

/**
 * out[o, i] ← scale · Σᵣ x[o, r, i], for x of shape [outer, count, inner].
 */
export function sum(x: usize, out: usize, outer: i32, count: i32, inner: i32, scale: f64): void {
  if (inner == 1) {
    for (; outer > 0; outer--) {
      store<f32>(out, (scale * sumOf(x, count)) as f32)
      x += 4 * count
      out += 4
    }
    return
  }
  const factor = f32x4.splat(scale as f32)
  const stride: usize = 4 * inner
  for (; outer > 0; outer--) {
    let i = 0
    for (; i + 8 <= inner; i += 8) {
      let s0 = f32x4.splat(0)
      let s1 = s0
      let p = x + 4 * i
      for (let r = 0; r < count; r += BLOCK) {
        let t0 = f32x4.splat(0)
        let t1 = t0
        for (let left = min(BLOCK, count - r); left > 0; left--) {
          t0 = add(t0, v128.load(p))
          t1 = add(t1, v128.load(p, 16))
          p += stride
        }
        s0 = add(s0, t0)
        s1 = add(s1, t1)
      }
      v128.store(out + 4 * i, v128.mul<f32>(s0, factor))
      v128.store(out + 4 * i, v128.mul<f32>(s1, factor), 16)
    }
    for (; i < inner; i++) {
      let sum: f64 = 0
      let p = x + 4 * i
      for (let r = 0; r < count; r++) {
        sum += load<f32>(p) as f64
        p += stride
      }
      store<f32>(out + 4 * i, (scale * sum) as f32)
    }
    x += stride * count
    out += stride
  }
}
