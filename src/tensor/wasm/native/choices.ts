/** Comparisons, choices between numbers, and rows by their index. Truths are bytes, 1 and 0. */

const GREATER = 0
const GREATER_EQUAL = 1
const EQUAL = 2

@inline
function compareOf(op: i32, a: v128, b: v128): v128 {
  if (op == GREATER) return v128.gt<f32>(a, b)
  if (op == GREATER_EQUAL) return v128.ge<f32>(a, b)
  if (op == EQUAL) return v128.eq<f32>(a, b)
  return v128.ne<f32>(a, b)
}

@inline
function compareLoop(
  op: i32,
  a: usize,
  stepA: i32,
  b: usize,
  stepB: i32,
  out: usize,
  inner: i32,
  outer: i32,
  outerA: i32,
  outerB: i32,
): void {
  for (; outer > 0; outer--) {
    let p = a
    let q = b
    let i = 0
    if (stepA != 0 && stepB != 0)
      for (; i + 16 <= inner; i += 16) {
        const m0 = compareOf(op, v128.load(p), v128.load(q))
        const m1 = compareOf(op, v128.load(p, 16), v128.load(q, 16))
        const m2 = compareOf(op, v128.load(p, 32), v128.load(q, 32))
        const m3 = compareOf(op, v128.load(p, 48), v128.load(q, 48))
        v128.store(out, v128.neg<i8>(v128.narrow<i16>(v128.narrow<i32>(m0, m1), v128.narrow<i32>(m2, m3))))
        p += 64
        q += 64
        out += 16
      }
    else if (stepA != 0) {
      const y = v128.load32_splat(q)
      for (; i + 16 <= inner; i += 16) {
        const m0 = compareOf(op, v128.load(p), y)
        const m1 = compareOf(op, v128.load(p, 16), y)
        const m2 = compareOf(op, v128.load(p, 32), y)
        const m3 = compareOf(op, v128.load(p, 48), y)
        v128.store(out, v128.neg<i8>(v128.narrow<i16>(v128.narrow<i32>(m0, m1), v128.narrow<i32>(m2, m3))))
        p += 64
        out += 16
      }
    }
    for (; i < inner; i++) {
      const mask = compareOf(op, v128.load32_splat(p), v128.load32_splat(q))
      store<u8>(out, (i32x4.extract_lane(mask, 0) & 1) as u8)
      p += 4 * stepA
      q += 4 * stepB
      out += 1
    }
    a += 4 * outerA
    b += 4 * outerB
  }
}

/** out ← op(a, b), with steps as in `binary`. */
export function compare(
  op: i32,
  a: usize,
  stepA: i32,
  b: usize,
  stepB: i32,
  out: usize,
  inner: i32,
  outer: i32,
  outerA: i32,
  outerB: i32,
): void {
  if (op == GREATER) compareLoop(GREATER, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else if (op == GREATER_EQUAL) compareLoop(GREATER_EQUAL, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else if (op == EQUAL) compareLoop(EQUAL, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else compareLoop(3, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
}

/** out ← t where the condition holds, else e: `count` numbers of four bytes. */
export function select(condition: usize, t: usize, e: usize, out: usize, count: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const truths = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(condition + i)))
    const mask = v128.ne<i32>(truths, i32x4.splat(0))
    v128.store(out, v128.bitselect(v128.load(t), v128.load(e), mask))
    t += 16
    e += 16
    out += 16
  }
  for (; i < count; i++) {
    store<i32>(out, load<u8>(condition + i) ? load<i32>(t) : load<i32>(e))
    t += 4
    e += 4
    out += 4
  }
}

/** out[o, j, i] ← x[o, indices[j], i] for x of shape [outer, size, inner] and `count` indices. */
export function gatherRows(
  x: usize,
  indices: usize,
  out: usize,
  outer: i32,
  size: i32,
  inner: i32,
  count: i32,
): void {
  const bytes: usize = 4 * inner
  for (; outer > 0; outer--) {
    for (let j = 0; j < count; j++) {
      const from = x + load<i32>(indices + 4 * j) * bytes
      if (inner < 16) for (let i: usize = 0; i < bytes; i += 4) store<i32>(out + i, load<i32>(from + i))
      else memory.copy(out, from, bytes)
      out += bytes
    }
    x += size * bytes
  }
}

/** out[indices[j], i] ← Σ x[j, i] over the j of each index, for rows of `inner` numbers; indices outside `size` count for nothing. */
export function addRows(x: usize, indices: usize, out: usize, size: i32, inner: i32, count: i32): void {
  const bytes: usize = 4 * inner
  memory.fill(out, 0, size * bytes)
  for (; count > 0; count--) {
    const index = load<i32>(indices)
    if ((index as u32) < (size as u32)) {
      const to = out + index * bytes
      let i: usize = 0
      for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.add<f32>(v128.load(to + i), v128.load(x + i)))
      for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(x + i))
    }
    indices += 4
    x += bytes
  }
}

/** Whether all `count` indices are at least 0 and less than `size`. */
export function indicesAreInside(indices: usize, count: i32, size: i32): bool {
  for (let i = 0; i < count; i++) if (load<u32>(indices + 4 * i) >= (size as u32)) return false
  return true
}

/** out ← xⁿ for whole n > 0, by repeated squaring. */
export function power(x: usize, out: usize, count: i32, n: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) v128.store(out + 4 * i, powerOf(v128.load(x + 4 * i), n))
  for (; i < count; i++) v128.store_lane<f32>(out + 4 * i, powerOf(v128.load32_splat(x + 4 * i), n), 0)
}

@inline
function powerOf(x: v128, n: i32): v128 {
  while (!(n & 1)) {
    x = v128.mul<f32>(x, x)
    n >>= 1
  }
  let y = x
  for (n >>= 1; n > 0; n >>= 1) {
    x = v128.mul<f32>(x, x)
    if (n & 1) y = v128.mul<f32>(y, x)
  }
  return y
}
