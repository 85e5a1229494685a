/**
 * Gradients of gradients of image operations.
 *
 * Average pooling, convolution and resizing are linear, and so are the kernels that TensorFlow.js runs for
 * their gradients, but those have no gradients of their own. Each is the transpose of an operation that exists.
 */
import * as tf from '@tensorflow/tfjs'

type Images = tf.Tensor4D

interface Window {
  readonly filterSize: number | [number, number]
  readonly strides: number | [number, number]
  readonly pad: 'valid' | 'same' | number
}

interface Convolution {
  readonly strides: number | [number, number]
  readonly pad: 'valid' | 'same' | number
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

interface Resize {
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

/** The transpose of average pooling is undone by average pooling. */
const avgPoolGrad: tf.GradConfig = {
  kernelName: tf.AvgPoolGrad,
  inputsToSave: ['input'],
  gradFunc: (d, [input], attrs) => {
    const { filterSize, strides, pad } = attrs as unknown as Window
    return {
      dy: () => tf.avgPool(d as Images, filterSize, strides, pad),
      input: () => tf.zerosLike(input!),
    }
  },
}

/** dw of y = x ∗ w, as below; TensorFlow.js has that of dx. */
const filterGradient: tf.GradConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  inputsToSave: ['x', 'dy'],
  gradFunc: (d, [x, dy], attrs) => {
    const { strides, pad, dataFormat, dimRoundingMode } = attrs as unknown as Convolution
    return {
      x: () =>
        run(
          tf.Conv2DBackpropInput,
          { dy: dy!, filter: d as Images },
          { strides, pad, dataFormat, dimRoundingMode, inputShape: x!.shape },
        ),
      dy: () => tf.conv2d(x as Images, d as Images, strides, pad, dataFormat, 1, dimRoundingMode),
    }
  },
}

/** dx of y = x ∗ w is linear in dy, by the same convolution, and in w. */
const depthwiseInput: tf.GradConfig = {
  kernelName: tf.DepthwiseConv2dNativeBackpropInput,
  inputsToSave: ['dy', 'filter'],
  gradFunc: (d, [dy, filter], attrs) => ({
    dy: () => convolve(d as Images, filter as Images, attrs),
    filter: () =>
      run(
        tf.DepthwiseConv2dNativeBackpropFilter,
        { x: d as Images, dy: dy! },
        { ...attrs, filterShape: filter!.shape },
      ),
  }),
}

/** dw of y = x ∗ w is linear in dy, by convolving x with what comes in place of w, and in x. */
const depthwiseFilter: tf.GradConfig = {
  kernelName: tf.DepthwiseConv2dNativeBackpropFilter,
  inputsToSave: ['x', 'dy'],
  gradFunc: (d, [x, dy], attrs) => ({
    x: () =>
      run(
        tf.DepthwiseConv2dNativeBackpropInput,
        { dy: dy!, filter: d as Images },
        { ...attrs, inputShape: x!.shape },
      ),
    dy: () => convolve(x as Images, d as Images, attrs),
  }),
}

/** Every pixel of the larger image took one of the smaller: so does its gradient. */
const resizeGrad: tf.GradConfig = {
  kernelName: tf.ResizeNearestNeighborGrad,
  inputsToSave: ['dy', 'images'],
  gradFunc: (d, [dy, images], attrs) => {
    const { alignCorners, halfPixelCenters } = attrs as unknown as Resize
    const size = dy!.shape.slice(1, 3) as [number, number]
    return {
      dy: () => tf.image.resizeNearestNeighbor(d as Images, size, alignCorners, halfPixelCenters),
      images: () => tf.zerosLike(images!),
    }
  },
}

function convolve(x: Images, filter: Images, attrs: object): tf.Tensor {
  const { strides, pad, dilations, dimRoundingMode } = attrs as Record<string, unknown>
  return run(tf.DepthwiseConv2dNative, { x, filter }, { strides, pad, dilations, dimRoundingMode })
}

function run(kernel: string, inputs: Readonly<Record<string, tf.Tensor>>, attrs: object): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(kernel, inputs, attrs as tf.NamedAttrMap)
}

export const imageGradients: readonly tf.GradConfig[] = [
  avgPoolGrad,
  filterGradient,
  depthwiseInput,
  depthwiseFilter,
  resizeGrad,
]
