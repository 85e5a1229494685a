/** How well a model with a density explains samples. */
import * as tf from '@tensorflow/tfjs'
import { meanOf, type Estimate } from './estimate'
import { isPointSet, rowsOf, type Samples } from './samples'

/** Something with a density: a mixture, a flow, an exact model at a time, or a function. log p(x) is [n] for x of [n, …]. */
export type KnownDensity =
  | { readonly logDensity: (x: tf.Tensor) => tf.Tensor | Promise<tf.Tensor> }
  | ((x: tf.Tensor) => tf.Tensor | Promise<tf.Tensor>)

/**
 * The negative log-likelihood of held-out samples, −mean log p(x).
 *
 * @param unit `nats`, the default, or `bits per dimension`: −log₂ p(x) / d + offset.
 * @param offset added in bits per dimension only. For pixels in 256 steps that were scaled to [0, 1] it is 8, for [−1, 1]
 * it is 7: the logarithm of the scale. Default 0.
 * @returns its standard error from the variance of log p(x).
 */
export async function nll(
  model: KnownDensity,
  x: Samples,
  { unit = 'nats', offset = 0 }: { unit?: 'nats' | 'bits per dimension'; offset?: number } = {},
): Promise<Estimate> {
  if (unit !== 'nats' && unit !== 'bits per dimension')
    throw new RangeError(`nll: unit must be 'nats' or 'bits per dimension', not ${String(unit)}`)
  if (!Number.isFinite(offset)) throw new RangeError(`nll: offset must be a finite number, but is ${offset}`)
  if (unit === 'nats' && offset !== 0) throw new RangeError('nll: an offset belongs to bits per dimension')
  const { dim } = await rowsOf(x, 'nll: x')
  const log = await logDensities(model, x, 'nll')
  const { value, standardError, method } = meanOf(log)
  const scale = unit === 'nats' ? 1 : dim * Math.LN2
  return { value: -value / scale + offset, standardError: standardError / scale, method }
}

/** log p of every sample, as doubles. */
export async function logDensities(model: KnownDensity, x: Samples, what: string): Promise<Float64Array> {
  const logDensity =
    typeof model === 'function' ? model : (model as Partial<typeof model> | undefined)?.logDensity
  if (typeof logDensity !== 'function')
    throw new TypeError(`${what}: the model must have a density: logDensity(x), or a function x ↦ log p(x)`)
  const owned = x instanceof tf.Tensor ? undefined : await tensorOf(x, what)
  const input = owned ?? (x as tf.Tensor)
  const result = await logDensity(input)
  try {
    if (!(result instanceof tf.Tensor) || result.size !== input.shape[0])
      throw new TypeError(`${what}: the model must give one log p for each of the ${input.shape[0]} samples`)
    return Float64Array.from(await result.data())
  } finally {
    tf.dispose([result, ...(owned ? [owned] : [])])
  }
}

async function tensorOf(x: Exclude<Samples, tf.Tensor>, what: string): Promise<tf.Tensor> {
  const { values, n, dim } = await rowsOf(x, what)
  const shape = isPointSet(x) ? x.shape : [dim]
  return tf.tensor(Float32Array.from(values), [n, ...shape])
}
