/**
 * What a picture can be drawn after: its edges, a scribble of it, a few points that lie on it. Each is made of pictures [n, height, width,
 * channels] and is a picture of one channel, 0 where there is nothing and 1 where there is something, to be told to a ControlNet.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'

/** Sobel's estimate of ∂/∂row; ∂/∂column is its transpose. */
const SOBEL = [
  [-1, -2, -1],
  [0, 0, 0],
  [1, 2, 1],
] as const

/**
 * Edges: how steep the picture is, min(1, |∇x|), of the mean of its channels. Beyond its border a picture goes on as it ends.
 *
 * Sobel and Feldman, 1968
 */
export function edges(x: tf.Tensor): tf.Tensor4D {
  expectPictures(x, 'edges')
  return tf.tidy(() => {
    const grey = x.mean(3, true)
    const padded = continued(grey as tf.Tensor4D)
    const filter = tf.tensor4d(
      SOBEL.flatMap((row, i) => row.map((value, j) => [value / 8, SOBEL[j]![i]! / 8])).flat(),
      [3, 3, 1, 2],
    )
    return tf.conv2d(padded, filter, 1, 'valid').square().sum(3, true).sqrt().minimum<tf.Tensor4D>(1)
  })
}

export interface ScribbleOptions {
  /** What counts as ink: values above it. Default 0. */
  readonly above?: number
  /** Where each scribble is shifted to; default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * Scribbles: the ink of coarse pictures of half the size, enlarged, each shifted by a pixel at most in each direction: where something is, but
 * not how it is written.
 */
export function scribbles(
  x: tf.Tensor,
  { above = 0, stream = currentStream() }: ScribbleOptions = {},
): tf.Tensor4D {
  const [n, height, width] = expectPictures(x, 'scribbles')
  if (height % 2 || width % 2)
    throw new RangeError(
      `scribbles: height and width must be even, to be halved, but are ${height} and ${width}`,
    )
  const shifts = stream.integers(2 * n, 0, 3)
  return tf.tidy(() => {
    const coarse = tf.avgPool(x.mean<tf.Tensor4D>(3, true), 2, 2, 'valid').greater(above).toFloat()
    const wide = coarse.reshape([n * (height / 2), width / 2, 1])
    const twice = tf.concat([wide, wide], 2).reshape([n, height / 2, 1, width])
    const padded = tf
      .concat([twice, twice], 2)
      .reshape<tf.Tensor4D>([n, height, width, 1])
      .pad([
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ])
    // Each of the nine shifts, for those pictures that have it.
    const shifted = Array.from({ length: 9 }, (_, k) => {
      const [down, right] = [Math.floor(k / 3), k % 3]
      const mine = Array.from({ length: n }, (_, i) =>
        Number(shifts[2 * i] === down && shifts[2 * i + 1] === right),
      )
      return padded.slice([0, down, right, 0], [n, height, width, 1]).mul(tf.tensor4d(mine, [n, 1, 1, 1]))
    })
    return tf.addN(shifted) as tf.Tensor4D
  })
}

export interface KeypointOptions {
  /** How many points. Default 5. */
  readonly count?: number
  /** What counts as ink: values above it. Default 0. */
  readonly above?: number
  /** Standard deviation of a point's dot, in pixels. Default 0.7. */
  readonly deviation?: number
}

/**
 * Key points: places in the ink that are far from each other, the topmost first and then each the farthest from those before it, drawn as
 * dots exp(−d²/2σ²). A picture without ink has none.
 *
 * Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985, https://doi.org/10.1016/0304-3975(85)90224-5
 */
export function keypoints(
  x: tf.Tensor,
  { count = 5, above = 0, deviation = 0.7 }: KeypointOptions = {},
): tf.Tensor4D {
  const [n, height, width] = expectPictures(x, 'keypoints')
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`keypoints: count must be a positive whole number, but is ${String(count)}`)
  if (!(deviation > 0 && deviation < Infinity))
    throw new RangeError(`keypoints: deviation must be positive, but is ${String(deviation)}`)
  const places = height * width
  return tf.tidy(() => {
    const ink = x.mean(3).greater(above).toFloat().reshape<tf.Tensor2D>([n, places])
    const at = tf.tensor2d(
      Array.from({ length: places }, (_, k) => [Math.floor(k / width), k % width]),
      [places, 2],
    )
    const squares = at.square().sum(1)
    const distances = (chosen: tf.Tensor1D): tf.Tensor => {
      const centre = tf.matMul(tf.oneHot(chosen, places).toFloat(), at)
      const products = tf.matMul(centre, at, false, true).mul(2)
      return squares.sub(products).add(centre.square().sum(1, true))
    }
    // The first place in reading order: earlier places count more.
    const order = tf.tensor1d(Float32Array.from({ length: places }, (_, k) => places - k))
    let nearest = distances(ink.mul(order).argMax(1))
    for (let k = 1; k < count; k++) nearest = nearest.minimum(distances(ink.mul(nearest).argMax(1)))
    const dots = nearest.div(-2 * deviation ** 2).exp()
    return dots.mul(ink.max(1, true)).reshape<tf.Tensor4D>([n, height, width, 1])
  })
}

/** The picture with its border pixels repeated once around it. */
function continued(x: tf.Tensor4D): tf.Tensor4D {
  const [n, height, width, c] = x.shape
  const rows = tf.concat(
    [x.slice([0, 0, 0, 0], [n, 1, width, c]), x, x.slice([0, height - 1, 0, 0], [n, 1, width, c])],
    1,
  )
  return tf.concat(
    [
      rows.slice([0, 0, 0, 0], [n, height + 2, 1, c]),
      rows,
      rows.slice([0, 0, width - 1, 0], [n, height + 2, 1, c]),
    ],
    2,
  )
}

/** Cells are not type-checked before they run. */
function expectPictures(x: tf.Tensor, caller: string): [n: number, height: number, width: number] {
  if (!(x instanceof tf.Tensor) || x.rank !== 4)
    throw new RangeError(
      `${caller}: pictures must be a tensor of shape [n, height, width, channels]` +
        (x instanceof tf.Tensor ? `, not [${x.shape.join(', ')}]` : ''),
    )
  return [x.shape[0], x.shape[1]!, x.shape[2]!]
}
