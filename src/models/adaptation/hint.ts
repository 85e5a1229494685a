/**
 * How a ControlNet's condition c reaches the copy: as a hint Z₀ f(c) + z₀ that is added where the copy begins, Z₀ and z₀ zero at first.
 *
 *   vectors    f(c) = c
 *   pictures   f = SiLU(conv(SiLU(conv(c)))), small, trained with the copy; squares of pixels become channels where the
 *              entry is coarser than the picture
 */
import type * as tf from '@tensorflow/tfjs'
import { silu, type RandomStream } from '../../tensor'
import type { ConditionKind } from '../condition'
import type { Params } from '../network'
import { cut } from '../pictures/dit'
import { convolution, freshOf } from '../unet/layers'

export interface Hint {
  /** Numbers of f(c) at each place. */
  readonly width: number
  /** Fresh parameters of f, without Z₀ and z₀. They belong to the caller. */
  initial(stream: RandomStream): Record<string, tf.Tensor>
  /** f(c), of shape [n or 1, …places, width]. */
  apply(params: Params, c: tf.Tensor): tf.Tensor
}

/** Channels inside f. */
const CHANNELS = 16

/**
 * @param kind of the condition: a vector or a picture.
 * @param entry the shape of what the hint is added to.
 * @throws RangeError for a picture that does not fit the entry.
 */
export function hintOf(kind: ConditionKind, entry: readonly number[]): Hint {
  if (!('picture' in kind)) {
    const width = 'vector' in kind ? kind.vector : 0
    const places = entry.slice(0, -1).map(() => 1)
    return { width, initial: () => ({}), apply: (_, c) => c.reshape([c.shape[0], ...places, width]) }
  }
  const [height, columns, channels] = kind.picture
  const [h = 0, w = 0] = entry
  const patch = height / h
  if (entry.length !== 3 || !Number.isSafeInteger(patch) || patch < 1 || columns / w !== patch)
    throw new RangeError(
      `controlNet: a picture of ${height} × ${columns} pixels does not fit a network whose states are ` +
        (entry.length === 3 ? `pictures of another size` : `vectors: tell it a vector, { length }`),
    )
  const [first, second] = [
    convolution('hint.0', channels, CHANNELS, { gain: 1.68 }),
    convolution('hint.1', CHANNELS, CHANNELS, { gain: 1.68 }),
  ]
  return {
    width: CHANNELS * patch ** 2,
    initial: (stream) => freshOf([first, second], stream),
    apply(params, c) {
      const features = silu(second.apply(params, silu(first.apply(params, c)))) as tf.Tensor4D
      return patch === 1 ? features : cut(features, patch).reshape([c.shape[0], h, w, CHANNELS * patch ** 2])
    },
  }
}
