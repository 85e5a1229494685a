/**
 * Group normalisation: in each member of a batch, the channels of a group share a mean μ and a variance σ²,
 *
 *   y = scale · (x − μ) / √(σ² + ε) + shift,   or SiLU of that.
 *
 * With a scale and a shift for each member of the batch it is adaptive group normalisation.
 *
 * Wu and He, "Group normalization", ECCV 2018, https://arxiv.org/abs/1803.08494
 */
import * as tf from '@tensorflow/tfjs'
import { silu, siluSlope } from './layers'
import { onOurKernels } from './ours'
import { GROUP_NORM, GROUP_NORM_GRADIENT } from './wasm/layers'

export interface GroupNormOptions {
  /** How many groups the channels are divided into. Default: 1, which is layer normalisation. */
  readonly groups?: number
  /** ε. Default 1e-5. */
  readonly epsilon?: number
  /** What is done to the result. Default: nothing. */
  readonly activation?: 'silu'
}

interface Attributes {
  readonly groups: number
  readonly epsilon: number
  readonly activate: boolean
}

/** More channels than our kernel's scratch memory holds are left to TensorFlow.js. */
const MOST_CHANNELS = 4096

/**
 * @param x of shape [n, …, channels].
 * @param scale and `shift` of shape [channels], or both of shape [n, channels] with numbers for each member of the batch.
 * @returns a tensor of x's shape.
 * @throws RangeError where shapes do not fit, or the groups do not divide the channels.
 */
export function groupNorm(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  { groups = 1, epsilon = 1e-5, activation }: GroupNormOptions = {},
): tf.Tensor {
  const channels = x.shape.at(-1) ?? 0
  const wanted = scale.rank === 2 ? [x.shape[0], channels] : [channels]
  if (x.rank < 2 || [scale, shift].some(({ shape }) => !tf.util.arraysEqual(shape, wanted)))
    throw new RangeError(
      `groupNorm: x of shape [${x.shape.join(', ')}], a scale of shape [${scale.shape.join(', ')}] and a shift of shape ` +
        `[${shift.shape.join(', ')}] do not fit`,
    )
  if (!Number.isSafeInteger(groups) || groups < 1 || channels % groups)
    throw new RangeError(`groupNorm: ${groups} groups do not divide ${channels} channels`)
  if (!(epsilon > 0)) throw new RangeError(`groupNorm: epsilon must be positive, but is ${epsilon}`)
  const attributes: Attributes = { groups, epsilon, activate: activation === 'silu' }
  const inputs = [x, scale, shift]
  const fits = channels <= MOST_CHANNELS && x.size > 0
  return (
    (fits ? onOurKernels(inputs, () => run<tf.Tensor>(GROUP_NORM, inputs, attributes)) : undefined) ??
    plain(x, scale, shift, attributes)
  )
}

/** x̂ and 1/√(σ² + ε), both of shape [n, places, groups, channels of a group] or repeated along it. */
function normalised(x: tf.Tensor, { groups, epsilon }: Attributes): { hat: tf.Tensor; rate: tf.Tensor } {
  const centred = inGroups(x, groups).sub(inGroups(x, groups).mean([1, 3], true))
  const rate = centred.square().mean([1, 3], true).add(epsilon).rsqrt()
  return { hat: centred.mul(rate), rate }
}

/** Of shape [channels] or [n, channels], to be repeated along all places of x. */
function forPlaces(values: tf.Tensor, x: tf.Tensor): tf.Tensor {
  if (values.rank === 1) return values
  return values.reshape([x.shape[0], ...x.shape.slice(1, -1).fill(1), x.shape.at(-1)!])
}

function inGroups(x: tf.Tensor, groups: number): tf.Tensor4D {
  const places = tf.util.sizeFromShape(x.shape.slice(1, -1))
  return x.reshape([x.shape[0], places, groups, x.shape.at(-1)! / groups])
}

/** The same by TensorFlow.js's operations. */
function plain(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, attributes: Attributes): tf.Tensor {
  return tf.tidy(() => {
    const z = normalised(x, attributes).hat.reshape(x.shape).mul(forPlaces(scale, x)).add(forPlaces(shift, x))
    return attributes.activate ? silu(z) : z
  })
}

/**
 * The gradients of Σ dy · y, with dz that of what SiLU is applied to and ⟨⟩ the mean over a group:
 *
 *   dx = (scale dz − ⟨scale dz⟩ − x̂ ⟨scale dz x̂⟩) / √(σ² + ε),   dscale = Σ dz x̂,   dshift = Σ dz.
 */
function plainGradients(
  x: tf.Tensor,
  dy: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  attributes: Attributes,
): tf.Tensor[] {
  const { hat, rate } = normalised(x, attributes)
  const flat = hat.reshape(x.shape)
  const gain = forPlaces(scale, x)
  const dz = attributes.activate ? siluSlope(dy, flat.mul(gain).add(forPlaces(shift, x))) : dy
  const g = inGroups(dz.mul(gain), attributes.groups)
  const rest = g.sub(g.mean([1, 3], true)).sub(hat.mul(g.mul(hat).mean([1, 3], true)))
  const axes = x.shape
    .slice(0, -1)
    .map((_, axis) => axis)
    .slice(scale.rank - 1)
  return [rest.mul(rate).reshape(x.shape), dz.mul(flat).sum(axes), dz.sum(axes)]
}

tf.registerGradient({
  kernelName: GROUP_NORM,
  saveAllInputs: true,
  gradFunc: (d, saved, attrs) => {
    const attributes = attrs as unknown as Attributes
    const [x, scale, shift] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
    const dy = d as tf.Tensor
    // Where the gradient will be differentiated itself, it is made of operations that can be.
    const { gradientDepth } = (tf.engine() as unknown as { state: { gradientDepth: number } }).state
    const gradients =
      gradientDepth > 0
        ? plainGradients(x, dy, scale, shift, attributes)
        : run<tf.Tensor[]>(GROUP_NORM_GRADIENT, [x, dy, scale, shift], attributes)
    return Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]))
  },
})

function run<T extends tf.Tensor | tf.Tensor[]>(
  kernel: string,
  inputs: readonly tf.Tensor[],
  attributes: object,
): T {
  return tf.engine().runKernel(kernel, inputs as unknown as tf.NamedTensorMap, attributes as tf.NamedAttrMap)
}
