/**
 * The time told to a network as the bare number of the step.
 *
 * A thousand is a thousand times what networks are made for: the time drowns x_t in the first layer, and its units saturate.
 * The check trains a small network for a while, told the time by the label in question, and looks at how far its predictions
 * are from the exact ones.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../../tensor'
import { data } from '../../data'
import { denoiser } from '../../denoiser'
import { exact } from '../../exact'
import { head } from '../../head'
import type { Network } from '../../network'
import type { Curve, GaussianProcess } from '../../process'
import { ddpm } from '../../processes'
import { train } from '../../train'
import { cosine } from '../../training/rates'
import { mistake, MistakeError, short } from '../mistake'

/** How the network is told the time. */
type Label = (process: GaussianProcess) => Curve

const HIDDEN = 16

/** A small network whose first layer sees (x, label). */
const plain: Network = Object.assign(
  (params: Readonly<Record<string, tf.Tensor>>, x: tf.Tensor, label: tf.Tensor1D): tf.Tensor => {
    const time = label.size === 1 ? tf.fill([x.shape[0], 1], 1).mul(label) : label.expandDims(1)
    const h = tf.tanh(tf.matMul(tf.concat([x, time], 1), params.W0!).add(params.b0!))
    const k = tf.tanh(tf.matMul(h, params.W1!).add(params.b1!))
    return tf.matMul(k, params.W2!)
  },
  {
    shape: [1],
    conditions: {},
    initial: (stream: { normalTensor(shape: number[]): tf.Tensor }) => ({
      W0: stream.normalTensor([2, HIDDEN]).mul(0.7),
      b0: stream.normalTensor([HIDDEN]).mul(0.5),
      W1: stream.normalTensor([HIDDEN, HIDDEN]).div(4),
      b1: tf.zeros([HIDDEN]),
      W2: stream.normalTensor([HIDDEN, 1]).mul(0.1),
    }),
  },
)

/** The largest mean squared distance from the exact prediction that passes; untrained it is about 0.7. */
const LIMIT = 0.05

export const rawTime = mistake<Label>({
  title: 'The bare step number as a feature',
  written: String.raw`\epsilon_\theta(x_t, t), \quad t \in \{1, \dots, 1000\}`,
  correct: String.raw`\epsilon_\theta(x_t, \lambda_t), \quad \lambda_t = \log(\alpha_t/\sigma_t)`,
  right: (process) => head(process, 'noise').label,
  wrong: () => (t) => t,
  async check(label, stream = currentStream()) {
    const process = ddpm()
    const law = data.mixture({ means: [[0]], deviations: 0.5 })
    const reading = { ...head(process, 'noise'), label: label(process) }
    const model = denoiser(process, plain, { predicts: reading, stream })
    await train(model, law, { steps: 200, batch: 64, rate: cosine(3e-2), stream })
    const best = exact(process, law)
    let sum = 0
    const times = [20, 100, 300, 600, 900]
    for (const t of times) {
      const distance = tf.tidy(() => {
        const x = process.draw(law.draw(500, stream), t, stream)
        return model.predict(x, t).noise.sub(best.predict(x, t).noise).square().mean()
      })
      sum += (await distance.data())[0]! / times.length
      distance.dispose()
    }
    tf.dispose(model.params)
    if (!(sum <= LIMIT))
      throw new MistakeError(
        `after 200 steps the prediction is ${short(sum)} from the exact one in mean square, but should be within ${LIMIT}`,
      )
  },
})
