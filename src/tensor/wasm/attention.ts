/** Softmax, and attention without a matrix of all scores. */
import * as tf from '@tensorflow/tfjs'
import { attentionGradientOf, attentionOf } from './attentionHalves'
import { addressOf, type AttentionShape } from './native'
import { override, register } from './registry'

export const ATTENTION = 'GenbookAttention'
export const ATTENTION_GRADIENT = 'GenbookAttentionGradient'

/** Numbers in the rows of scores that are made at a time: they stay in the second-level cache. */
const BLOCK = 32_768

interface Attributes {
  /** What products of queries and keys are multiplied by. */
  readonly scale: number
}

export function registerAttention(): void {
  override<{ readonly logits: tf.TensorInfo }, { readonly dim: number }>(
    tf.Softmax,
    ({ inputs: { logits }, attrs: { dim }, backend }, { native }) => {
      if (logits.dtype !== 'float32' || (dim !== -1 && dim !== logits.shape.length - 1)) return undefined
      const out = backend.makeOutput(logits.shape, 'float32')
      const count = logits.shape.at(-1) ?? 1
      const rows = count ? tf.util.sizeFromShape(logits.shape) / count : 0
      native.softmax(addressOf(backend, logits), addressOf(backend, out), rows, count, 1)
      return out
    },
  )

  register<readonly tf.TensorInfo[], Attributes>(
    ATTENTION,
    ({ inputs: [q, k, v], attrs: { scale }, backend }, kernels) => {
      const { shape, block } = planOf(q!, k!, v!, scale)
      const out = backend.makeOutput([...q!.shape.slice(0, -1), v!.shape.at(-1)!], 'float32')
      const addresses = [q!, k!, v!, out].map((tensor) => addressOf(backend, tensor))
      attentionOf(kernels, backend, addresses, shape, block)
      return out
    },
  )

  register<readonly tf.TensorInfo[], Attributes>(
    ATTENTION_GRADIENT,
    ({ inputs: [q, k, v, dy], attrs: { scale }, backend }, kernels) => {
      const { shape, block } = planOf(q!, k!, v!, scale)
      const outs = [q!, k!, v!].map((tensor) => backend.makeOutput(tensor.shape, 'float32'))
      const addresses = [q!, k!, v!, dy!, ...outs].map((tensor) => addressOf(backend, tensor))
      attentionGradientOf(kernels, backend, addresses, shape, block)
      return outs
    },
  )
}

function planOf(
  q: tf.TensorInfo,
  k: tf.TensorInfo,
  v: tf.TensorInfo,
  scale: number,
): { readonly shape: AttentionShape; readonly block: number } {
  const [batch, rows, depth] = q.shape as [number, number, number]
  const [keys, width] = [k.shape[1]!, v.shape.at(-1)!]
  // A multiple of the six rows that the product takes.
  const block = Math.min(rows, Math.max(12, 6 * Math.floor(BLOCK / keys / 6)))
  return { shape: [batch, rows, keys, depth, width, scale], block }
}
