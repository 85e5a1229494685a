/**
 * Attention, y = P v with P = softmax(scale · q kᵀ), for some rows of q at a time: of P there is never more than these rows,
 * which stay in the second-level cache, and backwards they are made again.
 */
import { gemm } from './gemm'
import { softmax, softmaxGradient } from './softmax'

/**
 * @param q of shape [batch, rows, depth], k [batch, keys, depth], v [batch, keys, width]. @param y of shape [batch, rows, width].
 * @param spare room for block × keys numbers, for `block` rows at a time.
 */
export function attention(
  q: usize,
  k: usize,
  v: usize,
  y: usize,
  spare: usize,
  block: i32,
  batch: i32,
  rows: i32,
  keys: i32,
  depth: i32,
  width: i32,
  scale: f32,
): void {
  for (; batch > 0; batch--) {
    for (let first = 0; first < rows; first += block) {
      const count = min(block, rows - first)
      gemm(q + 4 * first * depth, false, k, true, spare, count, keys, depth, 0, false)
      softmax(spare, spare, count, keys, scale)
      gemm(spare, false, v, false, y + 4 * first * width, count, width, keys, 0, false)
    }
    q += 4 * rows * depth
    k += 4 * keys * depth
    v += 4 * keys * width
    y += 4 * rows * width
  }
}

/**
 * The gradients of Σ dy · y:   dv = Pᵀ dy,   ds = scale · P ⊙ (dP − Σ P ⊙ dP) with dP = dy vᵀ,   dq = ds k,   dk = dsᵀ q.
 *
 * @param spare room for 2 × block × keys numbers.
 */
export function attentionGradient(
  q: usize,
  k: usize,
  v: usize,
  dy: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  spare: usize,
  block: i32,
  batch: i32,
  rows: i32,
  keys: i32,
  depth: i32,
  width: i32,
  scale: f32,
): void {
  const slopes = spare + 4 * block * keys
  memory.fill(dk, 0, 4 * batch * keys * depth)
  memory.fill(dv, 0, 4 * batch * keys * width)
  for (; batch > 0; batch--) {
    for (let first = 0; first < rows; first += block) {
      const count = min(block, rows - first)
      const queries = q + 4 * first * depth
      const slope = dy + 4 * first * width
      gemm(queries, false, k, true, spare, count, keys, depth, 0, false)
      softmax(spare, spare, count, keys, scale)
      gemm(spare, true, slope, false, dv, keys, width, count, 0, true)
      gemm(slope, false, v, true, slopes, count, keys, width, 0, false)
      softmaxGradient(spare, slopes, slopes, count, keys, scale)
      gemm(slopes, false, k, false, dq + 4 * first * depth, count, depth, keys, 0, false)
      gemm(slopes, true, queries, false, dk, keys, depth, count, 0, true)
    }
    q += 4 * rows * depth
    k += 4 * keys * depth
    v += 4 * keys * width
    dy += 4 * rows * width
    dq += 4 * rows * depth
    dk += 4 * keys * depth
    dv += 4 * keys * width
  }
}
