/** What residual blocks end with: a layer's result added to what goes past it, in one pass on WASM and WebGPU. */
import * as tf from '@tensorflow/tfjs'
import { affine } from './layers'
import { onOurKernels } from './ours'
import { CONVOLUTION_ONTO } from './wasm/convolution'
import { AFFINE_ONTO } from './wasm/layers'

/**
 * rest + b + xW.
 *
 * @param rest of shape [n, outputs]. @param bias b of shape [outputs].
 * @param x of shape [n, inputs]. @param weights W of shape [inputs, outputs].
 * @returns a tensor of the shape of `rest`.
 * @throws RangeError where shapes do not fit.
 */
export function affineOnto(rest: tf.Tensor, bias: tf.Tensor, x: tf.Tensor, weights: tf.Tensor): tf.Tensor2D {
  const wanted = [x.shape[0], weights.shape[1]!]
  const product = x.rank === 2 && weights.rank === 2 && x.shape[1] === weights.shape[0]
  if (!product || !tf.util.arraysEqual(rest.shape, wanted) || !tf.util.arraysEqual(bias.shape, [wanted[1]!]))
    throw new RangeError(
      `affineOnto: ${shapeOf(rest)}, a bias of ${shapeOf(bias)}, x of ${shapeOf(x)} and weights of ${shapeOf(weights)} do not fit`,
    )
  const inputs = { rest, x, weights, bias }
  const made = onOurKernels(Object.values(inputs), () => run(AFFINE_ONTO, inputs))
  return (made ?? tf.tidy(() => rest.add(affine(bias, [x, weights])))) as tf.Tensor2D
}

/**
 * rest + x ∗ filter + b, the convolution of x's own size.
 *
 * @param rest of shape [n, height, width, outChannels]. @param bias b of shape [outChannels].
 * @param x of shape [n, height, width, channels]. @param filter of shape [filterHeight, filterWidth, channels, outChannels].
 * @returns a tensor of the shape of `rest`.
 * @throws RangeError where shapes do not fit.
 */
export function convolutionOnto(
  rest: tf.Tensor,
  bias: tf.Tensor,
  x: tf.Tensor,
  filter: tf.Tensor,
): tf.Tensor4D {
  const wanted = [...x.shape.slice(0, 3), filter.shape[3]!]
  const layer = x.rank === 4 && filter.rank === 4 && x.shape[3] === filter.shape[2]
  if (!layer || !tf.util.arraysEqual(rest.shape, wanted) || !tf.util.arraysEqual(bias.shape, [wanted[3]!]))
    throw new RangeError(
      `convolutionOnto: ${shapeOf(rest)}, a bias of ${shapeOf(bias)}, x of ${shapeOf(x)} and a filter of ${shapeOf(filter)} do not fit`,
    )
  const inputs = { rest, x, filter, bias }
  const made = onOurKernels(Object.values(inputs), () => run(CONVOLUTION_ONTO, inputs, SAME))
  if (made) return made as tf.Tensor4D
  return tf.tidy(() =>
    rest.add<tf.Tensor4D>(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')).add(bias),
  )
}

const SAME = { strides: 1, pad: 'same' } as const

const shapeOf = ({ shape }: tf.Tensor): string => `[${shape.join(', ')}]`

tf.registerGradient({
  kernelName: AFFINE_ONTO,
  inputsToSave: ['x', 'weights'],
  gradFunc: (d, saved) => {
    const dy = d as tf.Tensor2D
    const [x, weights] = saved as [tf.Tensor2D, tf.Tensor2D]
    return {
      rest: () => dy.clone(),
      bias: () => tf.sum(dy, 0),
      x: () => tf.matMul(dy, weights, false, true),
      weights: () => tf.matMul(x, dy, true, false),
    }
  },
})

tf.registerGradient({
  kernelName: CONVOLUTION_ONTO,
  inputsToSave: ['x', 'filter'],
  gradFunc: (d, saved) => {
    const dy = d as tf.Tensor4D
    const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D]
    return {
      rest: () => dy.clone(),
      bias: () => tf.sum(dy, [0, 1, 2]),
      x: () => run(tf.Conv2DBackpropInput, { dy, filter }, { ...SAME, inputShape: x.shape }),
      filter: () => run(tf.Conv2DBackpropFilter, { x, dy }, { ...SAME, filterShape: filter.shape }),
    }
  },
})

function run(
  kernel: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: object = {},
): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(kernel, inputs, attributes as tf.NamedAttrMap)
}
