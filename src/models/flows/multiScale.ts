/**
 * Flows in several scales: after each level half of the channels are latent at once, and only the other half goes on,
 *
 *   h₀ = x,   [h_{k+1}, y_k] = level_k(squeeze(h_k)),   z_k = (y_k − μ_k(h_{k+1})) e^{−a_k(h_{k+1})},   z = (z₀, …, z_K),
 *
 * so that coarse structure is worked on longer than detail, at a fraction of the cost. The last level keeps all of its
 * channels. The network (μ_k, a_k) says what detail to expect of the coarse picture; it starts at zero.
 *
 * Dinh, Sohl-Dickstein and Bengio, 2016, section 3.6, https://arxiv.org/abs/1605.08803; the learned expectation: Kingma and
 * Dhariwal, 2018, https://arxiv.org/abs/1807.03039
 */
import * as tf from '@tensorflow/tfjs'
import type { Params } from '../network'
import { bijection, expectShape, noLogDet, sizeOf, type Bijection } from './bijection'
import { own, prefixed } from './chain'
import { convolutional } from './conditioner'
import { squeeze } from './permutation'

export interface MultiScaleOptions {
  /** [height, width, channels]; height and width must be divisible by 2 for each level. */
  readonly shape: readonly number[]
  /** How many times pictures are squeezed. Default 2. */
  readonly levels?: number
  /** The bijection of a level, on squeezed pictures of this shape; it must keep the shape. */
  readonly level: (shape: readonly number[], level: number) => Bijection
  /** Channels inside the networks that expect detail. Default 32. */
  readonly channels?: number
  readonly name?: string
}

interface Level {
  readonly squeeze: Bijection
  readonly steps: Bijection
  /** Of what is handed on and of what becomes latent; the last level hands nothing on. */
  readonly coarse: readonly [number, number, number] | undefined
  readonly detail: readonly [number, number, number]
  readonly expect: ReturnType<ReturnType<typeof convolutional>> | undefined
}

/**
 * @returns a bijection to vectors: the details of the first level first, the coarsest part last.
 * @throws RangeError where the sizes cannot be halved as often.
 */
export function multiScale({
  shape,
  levels = 2,
  level,
  channels = 32,
  name = 'multi-scale flow',
}: MultiScaleOptions): Bijection {
  const [height = 0, width = 0] = expectShape(shape, name)
  if (!Number.isSafeInteger(levels) || levels < 1)
    throw new RangeError(`${name}: levels must be a positive whole number, but is ${levels}`)
  if (shape.length !== 3 || height % 2 ** levels || width % 2 ** levels)
    throw new RangeError(
      `${name}: ${levels} levels halve pictures ${levels} times, so height and width must be multiples of ${2 ** levels}, ` +
        `but the shape is [${shape.join(', ')}]`,
    )
  let current = shape
  const parts = Array.from({ length: levels }, (_, k): Level => {
    const squeezed = squeeze({ shape: current })
    const [h, w, c] = squeezed.latentShape as [number, number, number]
    const steps = level([h, w, c], k)
    if (String(steps.shape) !== String(steps.latentShape) || String(steps.shape) !== String([h, w, c]))
      throw new RangeError(
        `${name}: the bijection of level ${k} must keep the shape [${h}, ${w}, ${c}], but is ${steps.name} from ` +
          `[${steps.shape.join(', ')}] to [${steps.latentShape.join(', ')}]`,
      )
    if (k === levels - 1)
      return { squeeze: squeezed, steps, coarse: undefined, detail: [h, w, c], expect: undefined }
    const half = c / 2
    current = [h, w, half]
    // Two answers, μ and a, for each number of the detail, which has the coarse part's shape.
    return {
      squeeze: squeezed,
      steps,
      coarse: [h, w, half],
      detail: [h, w, half],
      expect: convolutional({ channels })([h, w, half], 2),
    }
  })
  const size = sizeOf(shape)
  /** μ and a of a level's detail, given its coarse part, each of the detail's shape. */
  const expected = (params: Params, k: number, coarse: tf.Tensor): readonly [tf.Tensor, tf.Tensor] => {
    const { expect, detail } = parts[k]!
    const answers = expect!(own(params, `${k}.expect`), coarse.reshape([-1, sizeOf(detail)]))
    const [mean, scale] = tf.split(answers.reshape([-1, 2, sizeOf(detail)]), 2, 1) as [tf.Tensor, tf.Tensor]
    return [mean.reshape([-1, ...detail]), tf.tanh(scale.reshape([-1, ...detail]).div(BOUND)).mul(BOUND)]
  }

  return bijection({
    name,
    shape,
    latentShape: [size],
    initial: (stream) =>
      Object.assign(
        {},
        ...parts.flatMap(({ steps, expect }, k) => [
          prefixed(`${k}.steps`, steps.initial(stream)),
          ...(expect ? [prefixed(`${k}.expect`, expect.initial(stream))] : []),
        ]),
      ) as Params,

    forward(params, x, stream) {
      const details: tf.Tensor[] = []
      let h = x
      let logDet = noLogDet(x)
      for (const [k, { squeeze, steps, coarse }] of parts.entries()) {
        const mapped = steps.forward(own(params, `${k}.steps`), squeeze.forward({}, h).value, stream)
        logDet = logDet.add(mapped.logDet)
        if (!coarse) {
          details.push(mapped.value)
          continue
        }
        const [rest, detail] = tf.split(mapped.value, 2, 3) as [tf.Tensor, tf.Tensor]
        const [mean, logScale] = expected(params, k, rest)
        details.push(detail.sub(mean).mul(logScale.neg().exp()))
        logDet = logDet.sub(logScale.sum([1, 2, 3]))
        h = rest
      }
      const n = x.shape[0]
      return {
        value: tf.concat(
          details.map((detail) => detail.reshape([n, -1])),
          1,
        ),
        logDet,
      }
    },

    inverse(params, z, stream) {
      const sizes = parts.map(({ detail }) => sizeOf(detail))
      const details = tf.split(z, sizes, 1)
      let h: tf.Tensor | undefined
      let logDet = noLogDet(z)
      for (const k of [...parts.keys()].reverse()) {
        const { squeeze, steps, detail } = parts[k]!
        const latent = details[k]!.reshape([-1, ...detail])
        let joined = latent
        if (h) {
          const [mean, logScale] = expected(params, k, h)
          joined = tf.concat([h, latent.mul(logScale.exp()).add(mean)], 3)
          logDet = logDet.add(logScale.sum([1, 2, 3]))
        }
        const mapped = steps.inverse(own(params, `${k}.steps`), joined, stream)
        logDet = logDet.add(mapped.logDet)
        h = squeeze.inverse({}, mapped.value).value
      }
      return { value: h!, logDet }
    },

    adapted(params, x) {
      const all: Record<string, tf.Tensor> = { ...params }
      let h = x
      for (const [k, { squeeze, steps, coarse }] of parts.entries()) {
        const squeezed = squeeze.forward({}, h).value
        const adapted = steps.adapted?.(own(params, `${k}.steps`), squeezed) ?? own(params, `${k}.steps`)
        Object.assign(all, prefixed(`${k}.steps`, adapted))
        if (coarse) h = tf.split(steps.forward(adapted, squeezed).value, 2, 3)[0]!
      }
      return all
    },
  })
}

/** The scale of a detail stays within e^±3. */
const BOUND = 3
