/** Attention and its gradients, in two halves of a batch. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { inTwo } from './dividing'
import { withRoom, type AttentionShape, type Kernels } from './native'

/** @param addresses of q, k, v and y. @param block rows of scores that are made at a time. */
export function attentionOf(
  kernels: Kernels,
  backend: BackendWasm,
  addresses: readonly number[],
  shape: AttentionShape,
  block: number,
): void {
  const [q, k, v, y] = addresses as [number, number, number, number]
  const { half, rest, queries, keys, values, results, products } = halvesOf(shape)
  const room = block * shape[2]
  withRoom(backend, 2 * room, (spare) => {
    if (!half) return kernels.native.attention(q, k, v, y, spare, block, ...shape)
    inTwo(
      kernels,
      'attention',
      2 * products,
      [q, k, v, y, spare, block, ...half],
      [q + queries, k + keys, v + values, y + results, spare + 4 * room, block, ...rest],
    )
  })
}

/** @param addresses of q, k, v and dy, and of dq, dk and dv. */
export function attentionGradientOf(
  kernels: Kernels,
  backend: BackendWasm,
  addresses: readonly number[],
  shape: AttentionShape,
  block: number,
): void {
  type Seven = [number, number, number, number, number, number, number]
  const [q, k, v, dy, dq, dk, dv] = addresses as Seven
  const { half, rest, queries, keys, values, results, products } = halvesOf(shape)
  const room = 2 * block * shape[2]
  withRoom(backend, 2 * room, (spare) => {
    if (!half) return kernels.native.attentionGradient(...(addresses as Seven), spare, block, ...shape)
    const [q2, k2, v2, dy2] = [q + queries, k + keys, v + values, dy + results]
    inTwo(
      kernels,
      'attentionGradient',
      5 * products,
      [q, k, v, dy, dq, dk, dv, spare, block, ...half],
      [q2, k2, v2, dy2, dq + queries, dk + keys, dv + values, spare + 4 * room, block, ...rest],
    )
  })
}

/** The shapes of both halves, none where there is only one, and how many bytes the first has of everything. */
function halvesOf([batch, rows, keys, depth, width, scale]: AttentionShape) {
  const first = Math.ceil(batch / 2)
  const shapeOf = (count: number): AttentionShape => [count, rows, keys, depth, width, scale]
  return {
    half: batch > 1 ? shapeOf(first) : undefined,
    rest: shapeOf(batch - first),
    queries: 4 * first * rows * depth,
    keys: 4 * first * keys * depth,
    values: 4 * first * keys * width,
    results: 4 * first * rows * width,
    products: (batch * rows * keys * (depth + width)) / 2,
  }
}
