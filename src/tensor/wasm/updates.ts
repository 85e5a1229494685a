/** Adam, running averages and lengths over many tensors at once: one call, with a table of where they are. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { revised, unshare } from '../revision'
import type { AdamParameter, AdamStep } from '../updates'
import { addressOf, withRoom } from './native'
import { onWasm } from './index'

/** A step of Adam for all of these. @returns false where they are not on our WASM kernels: then nothing has been done. */
export function updateByAdam(parameters: readonly AdamParameter[], step: AdamStep): boolean {
  const { beta1, beta2, size, correction, epsilon, keep = 1 } = step
  const tensors = parameters.flatMap(({ theta, m, v, gradient }) => [theta, m, v, gradient])
  const done = onWasm(tensors, ({ native }) => {
    const changed = parameters.flatMap(({ theta, m, v }) => [theta, m, v])
    for (const variable of changed) unshare(variable)
    const rows = parameters.map(({ theta, m, v, gradient }) => [theta, m, v, gradient])
    withTable(rows, (table) =>
      native.adamAll(table, rows.length, beta1, beta2, keep, size, correction, epsilon),
    )
    revised(...changed)
    return true
  })
  return done ?? false
}

/** x ← keep · x + (1 − keep) · y for all pairs. @returns false as `updateByAdam` does. */
export function mixAll(pairs: readonly (readonly [x: tf.Variable, y: tf.Tensor])[], keep: number): boolean {
  const done = onWasm(pairs.flat(), ({ native }) => {
    const changed = pairs.map(([x]) => x)
    for (const variable of changed) unshare(variable)
    withTable(pairs, (table) => native.mixAll(table, pairs.length, keep, 1 - keep))
    revised(...changed)
    return true
  })
  return done ?? false
}

/** Σ x² over all numbers of all tensors; undefined where they are not on our WASM kernels. */
export function lengthSquared(tensors: readonly tf.Tensor[]): number | undefined {
  const rows = tensors.map((x) => [x])
  return onWasm(tensors, ({ native }) => {
    let sum = 0
    withTable(rows, (table) => {
      sum = native.sumOfAllSquares(table, rows.length)
    })
    return sum
  })
}

/** Runs `f` with the address of a table: a row for each list, of where its tensors are and how many numbers each of them has. */
function withTable(rows: readonly (readonly tf.Tensor[])[], f: (table: number) => void): void {
  const backend = tf.backend() as BackendWasm
  const numbers = rows.flatMap((row) => [...row.map((tensor) => addressOf(backend, tensor)), row[0]!.size])
  withRoom(backend, numbers.length, (table) => {
    // Written last: making room may move the memory's view.
    new Uint32Array(heapOf(backend), table, numbers.length).set(numbers)
    f(table)
  })
}

function heapOf({ wasm }: BackendWasm): ArrayBuffer {
  return (wasm as unknown as { readonly HEAPU8: Uint8Array<ArrayBuffer> }).HEAPU8.buffer
}
