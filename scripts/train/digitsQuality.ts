/** How good samples of digits are: what the cards of the models of digits say. */
import * as tf from '@tensorflow/tfjs'
import {
  data,
  given,
  metrics,
  pretrained,
  sample,
  type Denoiser,
  type Measured,
  type Pretrained,
  type Sampler,
} from '../../src/models'
import type { RandomStream } from '../../src/tensor'

/** Samples in a set, and how many independent sets. */
const N = 2000
const SPLITS = 5
/** Samples that walk together. */
const TOGETHER = 250

/**
 * Fréchet distances of five independent pairs of 2000 samples each: the model's and the data's, two of the data, and of data with noise
 * of 0.1 and data. Precision, recall, Inception score and agreement with the class asked for are those of the first pair.
 *
 * @param sampler of a model that has been told all classes.
 */
export async function digitsQuality(
  model: Denoiser,
  sampler: (model: Denoiser) => Sampler,
  words: string,
  stream: RandomStream,
): Promise<Record<string, Measured>> {
  const features = await pretrained('digits-features')
  const real = data.digits({ size: 16 })
  const distances = { model: [] as number[], real: [] as number[], noisy: [] as number[] }
  let first: Record<string, Measured> | undefined
  for (let split = 0; split < SPLITS; split++) {
    const [a, b] = [real.draw(N, stream), real.draw(N, stream)]
    const { x, labels } = await drawn(model, sampler, real, stream)
    const noisy = tf.tidy(() => b.add(stream.normalTensor(b.shape).mul(0.1)))
    const distance = async (y: tf.Tensor): Promise<number> =>
      (await metrics.frechet(a, y, { features, errors: false })).value
    distances.model.push(await distance(x))
    distances.real.push(await distance(b))
    distances.noisy.push(await distance(noisy))
    console.log(
      `  set ${split + 1}: ${distances.model.at(-1)}, real ${distances.real.at(-1)}, noisy ${distances.noisy.at(-1)}`,
    )
    first ??= await ofFirst(features, a, x, labels)
    tf.dispose([a, b, x, noisy])
  }
  tf.dispose(features.params)
  const of = (what: string) => `${what}, in digits-features, ${SPLITS} times ${N} of each`
  return {
    frechet: mean(distances.model, of(`Fréchet distance of samples by ${words} and digits`)),
    frechetOfReal: mean(distances.real, of('Fréchet distance of two sets of digits')),
    frechetOfNoise: mean(distances.noisy, of('Fréchet distance of digits with noise of 0.1 and digits')),
    ...first,
  }
}

type Judge = Pretrained<'digits-features'>

async function ofFirst(
  features: Judge,
  real: tf.Tensor,
  x: tf.Tensor,
  labels: Int32Array,
): Promise<Record<string, Measured>> {
  const of = (what: string) => `${what}, ${N} samples`
  const { precision, recall } = await metrics.precisionRecall(real, x, { features })
  const score = await metrics.inceptionScore(x, { classifier: features })
  const said = tf.tidy(() => features.probabilities(x).argMax(1).dataSync())
  const agreement = metrics.accuracy(said, labels)
  const measured = (
    { value, standardError }: { value: number; standardError: number },
    what: string,
  ): Measured => ({
    value,
    standardError,
    of: of(what),
  })
  return {
    precision: measured(precision, 'precision in digits-features, three neighbours'),
    recall: measured(recall, 'recall in digits-features, three neighbours'),
    inceptionScore: measured(score, 'Inception score by digits-features'),
    agreement: measured(agreement, 'share in which digits-features sees the class that was asked for'),
  }
}

/** Samples of all classes alike. */
export async function drawn(
  model: Denoiser,
  sampler: (model: Denoiser) => Sampler,
  real: ReturnType<typeof data.digits>,
  stream: RandomStream,
): Promise<{ readonly x: tf.Tensor; readonly labels: Int32Array }> {
  const labels = Int32Array.from(stream.integers(N, 0, real.classes.length))
  const parts: tf.Tensor[] = []
  for (let from = 0; from < N; from += TOGETHER) {
    const told = given(model, { class: labels.subarray(from, from + TOGETHER) })
    parts.push(await sample(sampler(told), TOGETHER, { stream }))
  }
  const x = tf.concat(parts)
  tf.dispose(parts)
  return { x, labels }
}

function mean(values: readonly number[], of: string): Measured {
  const { value, standardError } = metrics.mean(values)
  return { value, standardError, of }
}
