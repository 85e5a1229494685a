/**
 * Bijections one after the other, and turned around.
 *
 *   f = f_K ∘ … ∘ f_1,   log |det ∂f| = Σ log |det ∂f_k|.
 */
import type * as tf from '@tensorflow/tfjs'
import type { Params } from '../network'
import { bijection, noLogDet, type Bijection, type Mapped } from './bijection'

/**
 * The composition of bijections, the first of which sees the data. The parameters of the k-th, counted from 0, are its
 * own with `k.` before their names.
 *
 * @throws RangeError where one does not take what the one before it gives.
 */
export function compose(parts: readonly Bijection[], name?: string): Bijection {
  const [first] = parts
  if (!first) throw new RangeError('compose needs at least one bijection')
  for (const [k, part] of parts.entries()) {
    const previous = parts[k - 1]
    if (previous && String(previous.latentShape) !== String(part.shape))
      throw new RangeError(
        `compose: ${part.name}, number ${k}, takes states of shape [${part.shape.join(', ')}], ` +
          `but ${previous.name} before it gives [${previous.latentShape.join(', ')}]`,
      )
  }
  const along = (
    start: tf.Tensor,
    order: readonly number[],
    map: (part: Bijection, k: number, x: tf.Tensor) => Mapped,
  ): Mapped => {
    let mapped: Mapped = { value: start, logDet: noLogDet(start) }
    for (const k of order) {
      const { value, logDet } = map(parts[k]!, k, mapped.value)
      mapped = { value, logDet: mapped.logDet.add(logDet) }
    }
    return mapped
  }
  const upwards = parts.map((_, k) => k)
  const downwards = [...upwards].reverse()

  return bijection({
    name: name ?? parts.map((part) => part.name).join(', '),
    shape: first.shape,
    latentShape: parts.at(-1)!.latentShape,
    initial: (stream) =>
      Object.assign({}, ...parts.map((part, k) => prefixed(k, part.initial(stream)))) as Params,
    forward: (params, x, stream) =>
      along(x, upwards, (part, k, value) => part.forward(own(params, k), value, stream)),
    inverse: (params, z, stream) =>
      along(z, downwards, (part, k, value) => part.inverse(own(params, k), value, stream)),
    // Each sees the first batch as the ones before it pass it on.
    adapted(params, x) {
      const all: Record<string, tf.Tensor> = { ...params }
      along(x, upwards, (part, k, value) => {
        const adapted = part.adapted?.(own(params, k), value) ?? own(params, k)
        Object.assign(all, prefixed(k, adapted))
        return part.forward(adapted, value)
      })
      return all
    },
  })
}

/** The bijection taken the other way: what was latent is data. */
export function inverted(of: Bijection): Bijection {
  return {
    name: `inverse of ${of.name}`,
    shape: of.latentShape,
    latentShape: of.shape,
    initial: (stream) => of.initial(stream),
    forward: (params, x, stream) => of.inverse(params, x, stream),
    inverse: (params, z, stream) => of.forward(params, z, stream),
  }
}

/** The parameters of a part, with its name and a dot before theirs. */
export function prefixed(part: string | number, params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [`${part}.${name}`, value]))
}

/** Those of all parameters that are a part's, by the names that it knows. */
export function own(params: Params, part: string | number): Params {
  const prefix = `${part}.`
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  )
}
