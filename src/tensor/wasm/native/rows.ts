/** What is done to the rows of a matrix once its products are there. */

/** Activations: 1 is max(x, 0), 2 is min(max(x, 0), 6), 3 is x where positive, else slope · x. */
@inline
function activated(x: v128, activation: i32, slope: v128): v128 {
  const zero = f32x4.splat(0)
  if (activation == 1) return v128.max<f32>(x, zero)
  if (activation == 2) return v128.min<f32>(v128.max<f32>(x, zero), f32x4.splat(6))
  if (activation == 3) return v128.bitselect(v128.mul<f32>(x, slope), x, v128.lt<f32>(x, zero))
  return x
}

/**
 * c ← activation(c + bias) for each row of c, m × n.
 *
 * @param bias n numbers, or the address 0 for none.
 */
export function finishRows(c: usize, m: i32, n: i32, bias: usize, activation: i32, slope: f32): void {
  const slopes = f32x4.splat(slope)
  for (let i = 0; i < m; i++) {
    let j = 0
    for (; j + 4 <= n; j += 4) {
      let x = v128.load(c)
      if (bias) x = v128.add<f32>(x, v128.load(bias + 4 * j))
      v128.store(c, activated(x, activation, slopes))
      c += 16
    }
    for (; j < n; j++) {
      let x = v128.load32_zero(c)
      if (bias) x = v128.add<f32>(x, v128.load32_zero(bias + 4 * j))
      v128.store_lane<f32>(c, activated(x, activation, slopes), 0)
      c += 4
    }
  }
}
