/**
 * A residual block that is told the time by adaptive group normalisation (AdaGN):
 *
 *   h = conv(SiLU(norm(x)))
 *   h = conv(SiLU((1 + s) ⊙ norm(h) + b)),   [s, b] = e W    e the embedding of time and conditions
 *   x ↦ skip(x) + h
 *
 * or, told by addition as in DDPM, h = conv(SiLU(norm(h + e W))).
 *
 * The last convolution starts at zero, so a fresh block is its skip connection; that is a 1 × 1 convolution where the number
 * of channels changes, and nothing elsewhere.
 *
 * He et al., "Deep residual learning for image recognition", 2016, https://arxiv.org/abs/1512.03385; Dhariwal and Nichol, 2021,
 * section 3.1, https://arxiv.org/abs/2105.05233; Ho, Jain and Abbeel, 2020, https://arxiv.org/abs/2006.11239
 */
import * as tf from '@tensorflow/tfjs'
import { groupNorm as normaliseGroups } from '../../tensor'
import { convolution, dense, freshOf, groupNorm, type Layer } from './layers'

/** How a block is told: by scales and shifts of its group normalisation, or by what is added before it. */
export type Modulation = 'group-norm' | 'add'

/** @param embedding length of e. @param groups of the two normalisations; must divide both numbers of channels. */
export function resBlock(
  name: string,
  from: number,
  to: number,
  embedding: number,
  groups: number,
  modulation: Modulation = 'group-norm',
): Layer<[e: tf.Tensor]> {
  const norm = groupNorm(`${name}.norm`, from, groups, 'silu')
  const first = convolution(`${name}.first`, from, to, { gain: 1.68 })
  const added = modulation === 'add'
  const told = dense(`${name}.told`, embedding, added ? to : 2 * to, 0.5)
  const after = added ? groupNorm(`${name}.after`, to, groups, 'silu') : undefined
  const second = convolution(`${name}.second`, to, to, { gain: 0 })
  const skip = from === to ? undefined : convolution(`${name}.skip`, from, to, { size: 1 })
  const layers = [norm, first, told, ...(after ? [after] : []), second, ...(skip ? [skip] : [])]
  return {
    initial: (stream) => freshOf(layers, stream),
    apply: (params, x, e) => {
      const h = first.apply(params, norm.apply(params, x))
      if (after) {
        const plus = told.apply(params, e)
        const moved = after.apply(params, h.add(plus.reshape([plus.shape[0], 1, 1, to])))
        return second.onto(params, skip ? skip.apply(params, x) : x, moved)
      }
      const [scale, shift] = tf.split(told.apply(params, e), 2, 1) as [tf.Tensor, tf.Tensor]
      const modulated = normaliseGroups(h, forAll(scale.add(1)), forAll(shift), {
        groups,
        activation: 'silu',
      })
      return second.onto(params, skip ? skip.apply(params, x) : x, modulated)
    },
  }
}

/** A single row is the same for all pictures. */
function forAll(rows: tf.Tensor): tf.Tensor {
  return rows.shape[0] === 1 ? rows.reshape([rows.shape[1]!]) : rows
}
