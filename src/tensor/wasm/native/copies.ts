/** Numbers of four bytes each, copied from wherever they lie to one place, one after another. */

/** Rows shorter than this are copied number by number. */
const SHORT = 16

@inline
function copyRow(from: usize, step: i32, to: usize, count: i32): void {
  if (step == 1 && count >= SHORT) memory.copy(to, from, 4 * count)
  else if (step == 0) {
    const x = v128.load32_splat(from)
    let i = 0
    for (; i + 4 <= count; i += 4) v128.store(to + 4 * i, x)
    for (; i < count; i++) v128.store_lane<f32>(to + 4 * i, x, 0)
  } else
    for (let i = 0; i < count; i++) {
      store<i32>(to + 4 * i, load<i32>(from))
      from += 4 * step
    }
}

/** Four rows of four numbers, `stride` bytes apart, written as four columns. */
@inline
export function transpose4(from: usize, stride: usize, to: usize, strideTo: usize): void {
  const r0 = v128.load(from)
  const r1 = v128.load(from + stride)
  const r2 = v128.load(from + 2 * stride)
  const r3 = v128.load(from + 3 * stride)
  const a = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5)
  const b = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5)
  const c = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7)
  const d = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<i64>(a, b, 0, 2))
  v128.store(to + strideTo, v128.shuffle<i64>(a, b, 1, 3))
  v128.store(to + 2 * strideTo, v128.shuffle<i64>(c, d, 0, 2))
  v128.store(to + 3 * strideTo, v128.shuffle<i64>(c, d, 1, 3))
}

/** to[i, j] ← from[i + j·stride]: n rows of m. */
function transposed(from: usize, stride: i32, to: usize, n: i32, m: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    let j = 0
    for (; j + 4 <= m; j += 4)
      transpose4(from + 4 * (i + j * stride), 4 * stride, to + 4 * (i * m + j), 4 * m)
    for (; j < m; j++)
      for (let k = i; k < i + 4; k++) store<i32>(to + 4 * (k * m + j), load<i32>(from + 4 * (k + j * stride)))
  }
  for (; i < n; i++) copyRow(from + 4 * i, stride, to + 4 * i * m, m)
}

/**
 * to[i, j, k] ← from[i·s0 + j·s1 + k·s2] for i < n0, j < n1, k < n2; steps in numbers, 0 to repeat.
 */
export function gather(
  from: usize,
  to: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  s0: i32,
  s1: i32,
  s2: i32,
): void {
  for (let i = 0; i < n0; i++) {
    if (s1 == 1 && s2 > 1) transposed(from, s2, to, n1, n2)
    else
      for (let j = 0; j < n1; j++) copyRow(from + 4 * j * s1, s2, to + 4 * j * n2, n2)
    from += 4 * s0
    to += 4 * n1 * n2
  }
}

/** Copies `rows` rows of `count` numbers that follow one another to places `strideTo` numbers apart. */
export function scatterRows(from: usize, to: usize, rows: i32, count: i32, strideTo: i32): void {
  for (; rows > 0; rows--) {
    copyRow(from, 1, to, count)
    from += 4 * count
    to += 4 * strideTo
  }
}
