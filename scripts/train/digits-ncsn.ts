import * as tf from '@tensorflow/tfjs'
import {
  annealedLangevin,
  cosine,
  data,
  langevin,
  metrics,
  pretrained,
  runChain,
  sample,
  stepFor,
  warmUp,
  type Measured,
  type NetworkDenoiser,
} from '../../src/models'
import { digitsNcsn } from '../../src/models/pretrained/digitsNcsn'
import type { RandomStream } from '../../src/tensor'
import { recipe } from './recipe'

/** Samples in a set, and those that walk together. */
const [N, TOGETHER] = [100, 100]
/** Steps at each of the forty scales. */
const EACH = 5

/** Times whose scales are tried alone: the smallest, and one in the middle. */
const ALONE = [1, 16]

export default recipe({
  builder: digitsNcsn,
  seed: 20,
  steps: 1500,
  batch: 64,
  settings: () => ({ rate: warmUp(cosine(3e-3), 100), clip: 1, ema: 0.99 }),
  measure: async (model, stream) => {
    const features = await pretrained('digits-features')
    const real = data.digits({ size: 16 }).draw(N, stream)
    const measured = async (x: tf.Tensor, what: string): Promise<Measured> => {
      const { value, standardError } = await metrics.frechet(real, x, { features })
      x.dispose()
      return { value, standardError, of: `Fréchet distance in digits-features of ${N} samples by ${what}` }
    }
    const epsilon = 2 * stepFor({ smallest: 0.05, ratio: (15 / 0.05) ** (1 / 39), each: EACH })
    const annealed = annealedLangevin(model, { epsilon, each: EACH, denoise: true })
    const result: Record<string, Measured> = {
      frechet: await measured(
        await inParts((n) => sample(annealed, n, { stream })),
        `annealed Langevin dynamics, ${EACH} steps at each of 40 scales`,
      ),
    }
    for (const t of ALONE) {
      const sigma = model.process.sigma(t)
      result[`frechetAtScale${t}`] = await measured(
        await inParts((n) => alone(model, t, epsilon * (sigma / 0.05) ** 2, n, stream)),
        `Langevin dynamics at σ = ${sigma.toPrecision(3)} alone, ${40 * EACH} steps`,
      )
    }
    tf.dispose([real, features.params])
    return result
  },
})

/** As many steps at one scale as the annealed walk has in all, from the same noise, and denoised in the end as it is. */
async function alone(
  model: NetworkDenoiser,
  t: number,
  epsilon: number,
  n: number,
  stream: RandomStream,
): Promise<tf.Tensor> {
  const start = tf.tidy(() => stream.normalTensor([n, ...model.shape]).mul(15))
  const x = await runChain(langevin(model.at(t), { epsilon, steps: 40 * EACH }), start, { stream })
  const clean = tf.tidy(() => model.predict(x, t).x0.clone())
  tf.dispose([start, x])
  return clean
}

async function inParts(draw: (n: number) => Promise<tf.Tensor>): Promise<tf.Tensor> {
  const parts: tf.Tensor[] = []
  for (let from = 0; from < N; from += TOGETHER) parts.push(await draw(TOGETHER))
  const all = tf.concat(parts)
  tf.dispose(parts)
  return all
}
