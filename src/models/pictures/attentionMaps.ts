/**
 * Where a model looks: how much each pixel of x_t attends to each word that it is told, the weights softmax(QKᵀ/√c) of its cross-attention,
 * averaged over layers and written at the picture's size.
 *
 * Tang et al., "What the DAAM: interpreting Stable Diffusion using cross attention", ACL 2023, https://arxiv.org/abs/2210.04885
 */
import * as tf from '@tensorflow/tfjs'
import type { Condition } from '../condition'
import { expectStates, type NetworkDenoiser } from '../denoiser'
import { over } from '../process'
import { combine, type Time } from '../state'
import type { UNetNetwork } from '../unet'

/**
 * @param model a denoiser of a `unet({ …, conditioning: 'cross-attention' })`.
 * @param x states of shape [n, height, width, channels], at the time t.
 * @returns a tensor of shape [n, height, width, tokens], whose sums over tokens are one.
 * @throws TypeError for a model that looks at no tokens.
 */
export function attentionMaps(
  model: NetworkDenoiser,
  x: tf.Tensor,
  t: Time,
  condition: Condition,
): tf.Tensor4D {
  const { network, head, params } = model as Partial<NetworkDenoiser>
  const look = (network as UNetNetwork | undefined)?.attention
  if (!look || !head || !params)
    throw new TypeError(
      "attentionMaps: the model must be a denoiser of unet({ …, conditioning: 'cross-attention' }) that can be told tokens",
    )
  expectStates(x, model.shape)
  return tf.tidy(() => {
    const label = over(t, head.label)
    const labels = tf.tensor1d(typeof label === 'number' ? [label] : Float32Array.from(label))
    return look(params, combine([over(t, head.input), x]), labels, condition)
  })
}
