/**
 * Pictures that a network is told, such as a coarse picture to refine, a grey one to colour, or what is known around a hole: they stand beside
 * the state, as more channels of its pixels,
 *
 *   x ↦ [x, m ⊙ y, m],   m = 1 where the picture y is told and 0 where it is not.
 *
 * Saharia et al., "Palette: image-to-image diffusion models", 2022, https://arxiv.org/abs/2111.05826
 */
import * as tf from '@tensorflow/tfjs'
import { told, type Condition, type ConditionKinds } from '../condition'

export interface Beside {
  /** Channels that are added. */
  readonly channels: number
  /** The state with its pictures. */
  begin(x: tf.Tensor, condition: Condition | undefined): tf.Tensor
}

/** @throws RangeError for a picture whose height and width are not the state's. */
export function besidePictures(
  caller: string,
  kinds: ConditionKinds,
  [height, width]: readonly number[],
): Beside {
  const pictures = Object.entries(kinds).flatMap(([name, kind]) => {
    if (!('picture' in kind)) return []
    const [h, w, channels] = kind.picture
    if (h !== height || w !== width)
      throw new RangeError(
        `${caller}: the picture ${name} has ${h} × ${w} pixels, but states have ${height} × ${width}: enlarge it before it is told`,
      )
    return [{ name, kind, channels }]
  })
  return {
    channels: pictures.reduce((sum, { channels }) => sum + channels + 1, 0),
    begin(x, condition) {
      const n = x.shape[0]
      const places = [n, height!, width!]
      const beside = pictures.flatMap(({ name, kind, channels }) => {
        const { value, told: is } = told(condition, name, kind, n)
        if (!value) return [tf.zeros([...places, channels + 1])]
        const mask = is ? is.reshape([n, 1, 1, 1]) : tf.ones([1, 1, 1, 1])
        return [value.mul(mask).add(tf.zeros([...places, channels])), mask.add(tf.zeros([...places, 1]))]
      })
      return beside.length ? tf.concat([x, ...beside], 3) : x
    },
  }
}
