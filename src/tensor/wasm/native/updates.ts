/** Numbers changed where they are. */
import { add, div, madd, mul, sub } from './vector'

/** A step of Adam on four parameters. */
@inline
function adamStep(
  theta: usize,
  m: usize,
  v: usize,
  g: v128,
  beta1: v128,
  rest1: v128,
  beta2: v128,
  rest2: v128,
  keep: v128,
  size: v128,
  correction: v128,
  epsilon: v128,
  lanes: i32,
): void {
  const one = lanes == 1
  const newM = madd(one ? v128.load32_splat(m) : v128.load(m), beta1, mul(g, rest1))
  const newV = madd(one ? v128.load32_splat(v) : v128.load(v), beta2, mul(mul(g, g), rest2))
  const step = div(mul(newM, size), add(v128.sqrt<f32>(mul(newV, correction)), epsilon))
  const newTheta = sub(mul(one ? v128.load32_splat(theta) : v128.load(theta), keep), step)
  if (one) {
    v128.store_lane<f32>(m, newM, 0)
    v128.store_lane<f32>(v, newV, 0)
    v128.store_lane<f32>(theta, newTheta, 0)
  } else {
    v128.store(m, newM)
    v128.store(v, newV)
    v128.store(theta, newTheta)
  }
}

/**
 * m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   θ ← keep · θ − size · m / (√(correction · v) + ε),
 * for `count` numbers.
 */
export function adam(
  theta: usize,
  m: usize,
  v: usize,
  g: usize,
  count: i32,
  beta1: f64,
  beta2: f64,
  keep: f64,
  size: f64,
  correction: f64,
  epsilon: f64,
): void {
  const b1 = f32x4.splat(beta1 as f32)
  const r1 = f32x4.splat((1 - beta1) as f32)
  const b2 = f32x4.splat(beta2 as f32)
  const r2 = f32x4.splat((1 - beta2) as f32)
  const k = f32x4.splat(keep as f32)
  const s = f32x4.splat(size as f32)
  const c = f32x4.splat(correction as f32)
  const e = f32x4.splat(epsilon as f32)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    adamStep(theta, m, v, v128.load(g), b1, r1, b2, r2, k, s, c, e, 4)
    theta += 16
    m += 16
    v += 16
    g += 16
  }
  for (; i < count; i++) {
    adamStep(theta, m, v, v128.load32_splat(g), b1, r1, b2, r2, k, s, c, e, 1)
    theta += 4
    m += 4
    v += 4
    g += 4
  }
}

/** The same for many tensors. @param table for each the addresses of θ, m, v and g, and how many numbers each of them is. */
export function adamAll(
  table: usize,
  tensors: i32,
  beta1: f64,
  beta2: f64,
  keep: f64,
  size: f64,
  correction: f64,
  epsilon: f64,
): void {
  for (; tensors > 0; tensors--) {
    const count = load<i32>(table, 16)
    adam(
      load<u32>(table),
      load<u32>(table, 4),
      load<u32>(table, 8),
      load<u32>(table, 12),
      count,
      beta1,
      beta2,
      keep,
      size,
      correction,
      epsilon,
    )
    table += 20
  }
}

/** x ← keep · x + rest · y, for `count` numbers. */
export function mix(x: usize, y: usize, count: i32, keep: f64, rest: f64): void {
  const k = f32x4.splat(keep as f32)
  const r = f32x4.splat(rest as f32)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    v128.store(x, madd(v128.load(x), k, mul(v128.load(y), r)))
    x += 16
    y += 16
  }
  for (; i < count; i++) {
    v128.store_lane<f32>(x, madd(v128.load32_splat(x), k, mul(v128.load32_splat(y), r)), 0)
    x += 4
    y += 4
  }
}

/** The same for many tensors. @param table for each the addresses of x and y, and how many numbers each of them is. */
export function mixAll(table: usize, tensors: i32, keep: f64, rest: f64): void {
  for (; tensors > 0; tensors--) {
    mix(load<u32>(table), load<u32>(table, 4), load<i32>(table, 8), keep, rest)
    table += 12
  }
}

/** Σ x² over the numbers of many tensors. @param table for each its address, and how many numbers it is. */
export function sumOfAllSquares(table: usize, tensors: i32): f64 {
  let sum: f64 = 0
  for (; tensors > 0; tensors--) {
    sum += sumOfSquares(load<u32>(table), load<i32>(table, 4))
    table += 8
  }
  return sum
}

/** Σ x², in double precision from sums of at most 64 terms on. */
export function sumOfSquares(x: usize, count: i32): f64 {
  let sum: f64 = 0
  let i = 0
  while (i + 4 <= count) {
    let s = f32x4.splat(0)
    for (let end = min(count - 3, i + 256); i < end; i += 4) {
      const y = v128.load(x)
      s = madd(y, y, s)
      x += 16
    }
    const low = f64x2.promote_low_f32x4(s)
    const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(s, s, 1, 1))
    const both = v128.add<f64>(low, high)
    sum += f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1)
  }
  for (; i < count; i++) {
    const y = load<f32>(x) as f64
    sum += y * y
    x += 4
  }
  return sum
}
