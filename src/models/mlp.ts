/**
 * A multilayer perceptron that knows the time, and what else it is told.
 *
 *   e   = [sin ω₁λ, …, sin ω_mλ, cos ω₁λ, …, cos ω_mλ]        a Fourier embedding of the label λ
 *   h₀  = x
 *   hᵢ₊₁ = SiLU(hᵢ Wᵢ + e Uᵢ + bᵢ)
 *   F   = h_L W_L + b_L
 *
 * Conditions come into it as `conditioning.ts` says: by default their embedding c adds cVᵢ to each layer.
 *
 * The frequencies ω are geometric from 1/4 to 8: with λ = log(α/σ) between −10 and 10, the slowest turns less than once
 * over all noise levels.
 */
import * as tf from '@tensorflow/tfjs'
import { affine, silu, type RandomStream } from '../tensor'
import type { Perceptron } from '../tensor/fused/training'
import { webGpuWaves } from '../tensor/webgpu/batches'
import { conditionKinds, type Condition, type ConditionOptions } from './condition'
import { injection, type Conditioning } from './conditioning'
import type { EncodeOptions, LayeredNetwork } from './layered'
import type { Network, Params } from './network'
import { featuresOf, timeFeatures } from './timeFeatures'

/** What keeps the size of SiLU's outputs, E[SiLU(z)²]^(−½) for a standard normal z. */
const SILU_GAIN = 1.68
/** Lets the first layer tell apart points a third of the data's size from each other. */
const FIRST_GAIN = 3

export interface MlpOptions {
  /** Length of one state. */
  readonly dim: number
  /** Length of one output. Default: `dim`. */
  readonly outputs?: number
  /** Widths of the hidden layers. Default: three of 128. */
  readonly hidden?: readonly number[]
  /** Length of the embedding of the time, an even number. Default: 32. */
  readonly embedding?: number
  /** What it can be told: `{ class: 10, y: 2 }` is one of ten classes and a vector of two numbers. Default: nothing. */
  readonly conditions?: ConditionOptions
  /** How it is told: `add` (the default), `scale-shift`, `concat` or `cross-attention`. */
  readonly conditioning?: Conditioning
}

/** A perceptron as numbers: what those need who evaluate it by themselves. */
export interface PerceptronForm {
  /** dim, the hidden widths, and the length of the output. */
  readonly widths: readonly number[]
  /** The names of each layer's parameters. */
  readonly names: Perceptron<string>
  /** e, of shape [n, m]; not differentiated. */
  readonly features: (label: tf.Tensor1D) => tf.Tensor2D
  /** c for n states, of shape [n or 1, k]. Absent where nothing can be told. */
  readonly embedded?: (params: Params, condition: Condition, n: number) => tf.Tensor
  /** W₀, …, W_L. */
  readonly weights: (params: Params) => tf.Tensor2D[]
  /**
   * What is added to each layer's products, for each label: eUᵢ + cVᵢ + bᵢ of the hidden layers and b_L, of shape
   * [labels, hidden and output widths together].
   *
   * @param condition one for all states.
   * @throws RangeError where it is not.
   */
  readonly biases: (params: Params, labels: readonly number[], condition: Condition) => tf.Tensor2D
}

/** Of every network of `mlp`; null where its conditions do more than add to its layers. */
const forms = new WeakMap<Network, PerceptronForm | null>()

/** The form of a network of `mlp` whose conditions do nothing but add to its layers; undefined of others. */
export function perceptronForm(network: Network): PerceptronForm | undefined {
  return forms.get(network) ?? undefined
}

/** Whether a network is one of `mlp`, whatever its conditions do. */
export function isPerceptron(network: Network): boolean {
  return forms.has(network)
}

/**
 * A network on states of shape [n, dim].
 *
 * @throws RangeError for a width that is not a positive whole number.
 */
export function mlp({
  dim,
  outputs: length = dim,
  hidden = [128, 128, 128],
  embedding = 32,
  conditions: told = {},
  conditioning = 'add',
}: MlpOptions): LayeredNetwork {
  // Cells are not type-checked before they run.
  const given: unknown = hidden
  if (!Array.isArray(given)) throw new TypeError('mlp: hidden must be an array of widths, such as [128, 128]')
  for (const [name, width] of [
    ['dim', dim],
    ['outputs', length],
    ['embedding / 2', embedding / 2],
    ...hidden.map((w) => ['hidden', w]),
  ] as [string, number][])
    if (!Number.isSafeInteger(width) || width < 1)
      throw new RangeError(`mlp: ${name} must be a positive whole number, but is ${width}`)
  const time = timeFeatures.geometric(embedding)
  const conditions = conditionKinds(told)
  const picture = Object.keys(conditions).find((name) => 'picture' in conditions[name]!)
  if (picture)
    throw new RangeError(`mlp: a perceptron cannot be told the picture ${picture}; take unet(…) or dit(…)`)
  const condition = injection(conditions, conditioning, embedding)
  const widths = [dim + condition.inputs, ...hidden]

  /** h₁, …, h_L, to each of which `added` is added before the next layer sees it. */
  const layers = (
    params: Params,
    x: tf.Tensor,
    label: tf.Tensor1D,
    given?: Condition,
    added?: readonly tf.Tensor[],
  ): { readonly activations: tf.Tensor[]; readonly h: tf.Tensor } => {
    const e = featuresOf(time, label)
    const reading = condition.read(params, given, x.shape[0])
    const activations: tf.Tensor[] = []
    let h = reading.begin(x)
    for (const layer of hidden.keys()) {
      h = silu(
        reading.layer(
          affine(params[`b${layer}`]!, [h, params[`W${layer}`]!], [e, params[`U${layer}`]!]),
          layer,
        ),
      )
      if (added?.length) h = h.add(added[layer]!)
      activations.push(h)
    }
    return { activations, h }
  }
  const adding = (
    params: Params,
    x: tf.Tensor,
    label: tf.Tensor1D,
    added?: readonly tf.Tensor[],
    given?: Condition,
  ): tf.Tensor =>
    tf.tidy(() => {
      const { h } = layers(params, x, label, given, added)
      return affine(params[`b${hidden.length}`]!, [h, params[`W${hidden.length}`]!])
    })
  const network = (params: Params, x: tf.Tensor, label: tf.Tensor1D, condition?: Condition): tf.Tensor =>
    adding(params, x, label, undefined, condition)

  const tells = Object.keys(conditions).length > 0
  const form: PerceptronForm = {
    widths: [dim, ...hidden, length],
    names: [...hidden, length].map((_, layer) => ({
      weights: `W${layer}`,
      bias: `b${layer}`,
      ...(layer < hidden.length && { ofFeatures: `U${layer}` }),
      ...(layer < hidden.length && tells && { ofCondition: `condition.V${layer}` }),
    })),
    features: (label) => webGpuWaves(label, time.frequencies) ?? featuresOf(time, label),
    ...(tells && { embedded: (params, given, n) => condition.embedded(params, given, n) }),
    weights: (params) => [...hidden, length].map((_, layer) => params[`W${layer}`] as tf.Tensor2D),
    biases: (params, labels, given) =>
      tf.tidy(() => {
        const e = featuresOf(time, tf.tensor1d(Float32Array.from(labels)))
        const reading = condition.read(params, given, 1)
        const layers = hidden.map((_, layer) =>
          reading.layer(affine(params[`b${layer}`]!, [e, params[`U${layer}`]!]), layer),
        )
        return tf.concat(
          [...layers, tf.tile(params[`b${hidden.length}`]!.expandDims(0), [labels.length, 1])],
          1,
        )
      }) as tf.Tensor2D,
  }
  // Activations keep their size from layer to layer; the last layer starts near zero, so that an untrained network
  // predicts nothing in particular.
  const initial = (stream: RandomStream): Params => {
    const params: Record<string, tf.Tensor> = {}
    for (const [layer, outputs] of hidden.entries()) {
      params[`W${layer}`] = weights(stream, widths[layer]!, outputs, layer === 0 ? FIRST_GAIN : SILU_GAIN)
      params[`U${layer}`] = weights(stream, embedding, outputs, 1)
      params[`b${layer}`] = tf.zeros([outputs])
    }
    params[`W${hidden.length}`] = weights(stream, widths.at(-1)!, length, 0.01)
    params[`b${hidden.length}`] = tf.zeros([length])
    return Object.assign(params, condition.initial(hidden, stream))
  }
  const last = hidden.length
  const made = Object.assign(network, {
    shape: [dim],
    conditions,
    initial,
    activations: hidden.map((width) => [width]),
    entry: [dim],
    comesBefore: (name: string) => name !== `W${last}` && name !== `b${last}`,
    encode: (params: Params, x: tf.Tensor, label: tf.Tensor1D, { condition, hint }: EncodeOptions = {}) =>
      layers(params, hint ? x.add(hint) : x, label, condition).activations,
    adding,
  })
  forms.set(made, conditioning === 'add' || !tells ? form : null)
  return made
}

/** Normal weights of standard deviation gain/√inputs. */
function weights(stream: RandomStream, inputs: number, outputs: number, gain: number): tf.Tensor {
  return tf.mul(stream.normalTensor([inputs, outputs]), gain / Math.sqrt(inputs))
}
