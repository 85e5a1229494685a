/** How far samples of all digits alike are from digits: what the cards of models say that sample in several ways. */
import * as tf from '@tensorflow/tfjs'
import { data, metrics, pretrained, sample, type Measured, type Sampler } from '../../src/models'
import { RandomStream } from '../../src/tensor'

/** Samples in a set, and how many independent sets. */
const N = 2000
const SPLITS = 5
/** Samples that walk together. */
const TOGETHER = 250

/**
 * The mean Fréchet distance of five independent pairs of 2000 samples and 2000 digits each. Of one seed, the sets of digits, the classes
 * asked for and the noise that samples start from are the same: what differs between two distances is what makes the samples.
 *
 * @param sampler of the model that has been told these classes.
 * @param words what the samples are of.
 */
export function digitsDistance(
  sampler: (told: { readonly class: Int32Array }) => Sampler,
  words: string,
  seed: number,
): Promise<Measured> {
  const { classes } = data.digits({ size: 16 })
  const draw = async (stream: RandomStream): Promise<tf.Tensor> => {
    const labels = Int32Array.from(stream.integers(N, 0, classes.length))
    const parts: tf.Tensor[] = []
    for (let from = 0; from < N; from += TOGETHER)
      parts.push(
        await sample(sampler({ class: labels.subarray(from, from + TOGETHER) }), TOGETHER, { stream }),
      )
    const x = tf.concat(parts)
    tf.dispose(parts)
    return x
  }
  return distance(draw, `samples ${words}`, seed)
}

/** The same of other digits: what nobody gets below but by luck. */
export function distanceOfReal(seed: number): Promise<Measured> {
  const digits = data.digits({ size: 16 })
  return distance((stream) => Promise.resolve(digits.draw(N, stream)), 'other digits', seed)
}

async function distance(
  draw: (stream: RandomStream) => Promise<tf.Tensor>,
  words: string,
  seed: number,
): Promise<Measured> {
  const features = await pretrained('digits-features')
  const digits = data.digits({ size: 16 })
  const distances: number[] = []
  for (let split = 1; split <= SPLITS; split++) {
    const x = await draw(new RandomStream(seed, `distance: samples ${split}`))
    const real = digits.draw(N, new RandomStream(seed, `distance: digits ${split}`))
    distances.push((await metrics.frechet(x, real, { features, errors: false })).value)
    console.log(`  ${words}, set ${split}: ${distances.at(-1)}`)
    tf.dispose([x, real])
  }
  tf.dispose(features.params)
  const { value, standardError } = metrics.mean(distances)
  return {
    value,
    standardError,
    of: `Fréchet distance of ${words} and digits, in digits-features, ${SPLITS} times ${N} of each, the same digits for all of this card`,
  }
}
