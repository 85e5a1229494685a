/** Data made of other data: rounded to cells, cells filled, pictures mirrored. */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../../tensor'
import type { Condition } from '../../condition'
import type { ConditionedData } from '../conditioned'
import type { Data, LabelledData } from '../data'
import { cellOf, quantise, type Cells } from './cells'

/** What is left of data whose draws are changed. */
export type Changed<D extends Data> = Pick<
  D,
  Extract<keyof D, 'name' | 'shape' | 'classes' | 'draw' | 'drawLabelled' | 'drawConditioned'>
>

/**
 * Discrete data made continuous: uniform noise fills the cell around each value,
 *
 *   x + (u − ½) · width/levels,   u uniform on [0, 1),
 *
 * so that the density of the result bounds the probability of the discrete data: E log p(x + u) ≤ log P(x), in nats and
 * after the change of scale that `bitsPerDimension` makes.
 *
 * Theis, van den Oord and Bethge, 2016, https://arxiv.org/abs/1511.01844
 *
 * @param data whose values are the middles of cells, as those of `data.images`.
 * @param options.levels how many cells there are. Default 256.
 * @param options.range what they divide. Default [−1, 1].
 */
export function dequantised<D extends Data>(
  data: D,
  { levels = 256, range = [-1, 1] }: Partial<Cells> = {},
): Changed<D> {
  const cell = cellOf('dequantised', { levels, range })
  return changed('dequantised', data, (x, stream) =>
    tf.tidy(() => x.add(stream.uniformTensor(x.shape, -cell / 2, cell / 2))),
  )
}

/**
 * Data rounded to the middles of cells, so that each number is one of a few: a flow of them is worth bits per dimension.
 *
 * @param options.levels how many cells there are: 8 are values of three bits.
 * @param options.range what they divide. Default [−1, 1]; numbers outside go to the nearest cell.
 */
export function quantised<D extends Data>(data: D, { levels, range = [-1, 1] }: Cells): Changed<D> {
  cellOf('quantised', { levels, range })
  return changed('quantised', data, (x) => quantise(x, { levels, range }))
}

/**
 * Pictures mirrored left to right, each with probability ½. Not for writing.
 *
 * @param data pictures of shape [height, width, channels].
 */
export function flipped<D extends Data>(data: D): Changed<D> {
  if ((data as Partial<Data> | undefined)?.shape?.length !== 3)
    throw new RangeError('flipped: the data must be pictures of shape [height, width, channels]')
  return changed('flipped', data, (x, stream) =>
    tf.tidy(() => {
      const turned = Float32Array.from(stream.uniform(x.shape[0]), (u) => Number(u < 0.5))
      const chosen = tf.tensor(turned, [x.shape[0], 1, 1, 1])
      return x.add(chosen.mul(x.reverse(2).sub(x)))
    }),
  )
}

/** The same data with every draw changed. */
function changed<D extends Data>(
  what: string,
  data: D,
  change: (x: tf.Tensor, stream: RandomStream) => tf.Tensor,
): Changed<D> {
  // Cells are not type-checked before they run.
  if (typeof (data as Partial<Data> | undefined)?.draw !== 'function')
    throw new TypeError(`${what}: the argument must be data to draw from, such as data.digits()`)
  const through = (x: tf.Tensor, stream: RandomStream): tf.Tensor => {
    try {
      return change(x, stream)
    } finally {
      x.dispose()
    }
  }
  const { drawLabelled, drawConditioned } = data as Partial<LabelledData & ConditionedData>
  const draw = (n: number, stream = currentStream()) => through(data.draw(n, stream), stream)
  const made = {
    name: data.name,
    shape: data.shape,
    ...('classes' in data && { classes: data.classes }),
    draw: holding(draw, data),
    ...(drawLabelled && {
      drawLabelled: (n: number, stream = currentStream()) => {
        const { x, labels } = drawLabelled.call(data, n, stream)
        return { x: through(x, stream), labels }
      },
    }),
    ...(drawConditioned && {
      drawConditioned: (n: number, stream = currentStream()): { x: tf.Tensor; condition: Condition } => {
        const { x, condition } = drawConditioned.call(data, n, stream)
        return { x: through(x, stream), condition }
      },
    }),
  }
  // Which draws there are depends on the data, as the type says.
  return made as unknown as Changed<D>
}
