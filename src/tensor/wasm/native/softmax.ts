/** Softmax of rows: e^(s(x − max x)) over its sum. Sums of many terms are taken in double precision. */
import { exp } from './functions'
import { add, madd, mul, sub, total } from './vector'

/** Vectors whose sum is taken in single precision. */
const BLOCK = 64

/** The largest of `count` numbers; not a number where one is none. */
@inline
function largestOf(x: usize, count: i32): f32 {
  let most = f32x4.splat(-Infinity)
  let i = 0
  for (; i + 4 <= count; i += 4) most = v128.max<f32>(most, v128.load(x + 4 * i))
  for (; i < count; i++) most = v128.max<f32>(most, v128.load32_splat(x + 4 * i))
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  )
}

/** out ← e^(scale (x − most)). @returns the sum. */
@inline
function exponentials(x: usize, out: usize, count: i32, most: f32, scale: v128): f64 {
  const away = f32x4.splat(most)
  let sum: f64 = 0
  let i = 0
  while (i + 4 <= count) {
    let s = f32x4.splat(0)
    for (const end = min(count - 3, i + 4 * BLOCK); i < end; i += 4) {
      const e = exp(mul(sub(v128.load(x + 4 * i), away), scale))
      v128.store(out + 4 * i, e)
      s = add(s, e)
    }
    sum += total(s) as f64
  }
  for (; i < count; i++) {
    const e = exp(mul(sub(v128.load32_splat(x + 4 * i), away), scale))
    v128.store_lane<f32>(out + 4 * i, e, 0)
    sum += f32x4.extract_lane(e, 0) as f64
  }
  return sum
}

/** out ← softmax(scale · x) for `rows` rows of `count` numbers; x and out may be the same. @param scale positive. */
export function softmax(x: usize, out: usize, rows: i32, count: i32, scale: f32): void {
  const scales = f32x4.splat(scale)
  for (; rows > 0; rows--) {
    const rate = (1 / exponentials(x, out, count, largestOf(x, count), scales)) as f32
    const rates = f32x4.splat(rate)
    let i = 0
    for (; i + 4 <= count; i += 4) v128.store(out + 4 * i, mul(v128.load(out + 4 * i), rates))
    for (; i < count; i++) store<f32>(out + 4 * i, load<f32>(out + 4 * i) * rate)
    x += 4 * count
    out += 4 * count
  }
}

/** Σ y dy. */
@inline
function dot(y: usize, dy: usize, count: i32): f64 {
  let sum: f64 = 0
  let i = 0
  while (i + 4 <= count) {
    let s = f32x4.splat(0)
    for (const end = min(count - 3, i + 4 * BLOCK); i < end; i += 4)
      s = madd(v128.load(y + 4 * i), v128.load(dy + 4 * i), s)
    sum += total(s) as f64
  }
  for (; i < count; i++) sum += (load<f32>(y + 4 * i) as f64) * (load<f32>(dy + 4 * i) as f64)
  return sum
}

/** out ← scale · y (dy − Σ y dy), the gradient where y is the softmax; dy and out may be the same. */
export function softmaxGradient(y: usize, dy: usize, out: usize, rows: i32, count: i32, scale: f32): void {
  const scales = f32x4.splat(scale)
  for (; rows > 0; rows--) {
    const mean = dot(y, dy, count) as f32
    const means = f32x4.splat(mean)
    let i = 0
    for (; i + 4 <= count; i += 4) {
      const rest = mul(sub(v128.load(dy + 4 * i), means), v128.load(y + 4 * i))
      v128.store(out + 4 * i, mul(rest, scales))
    }
    for (; i < count; i++)
      store<f32>(out + 4 * i, scale * load<f32>(y + 4 * i) * (load<f32>(dy + 4 * i) - mean))
    y += 4 * count
    dy += 4 * count
    out += 4 * count
  }
}
