/** What the cards of a cascade's models say. */
import * as tf from '@tensorflow/tfjs'
import { data, ddim, given, metrics, refining, sample, shrunk, type Denoiser } from '../../src/models'
import { blockMeans } from '../../src/models/pictures/cascade'
import type { Measured } from '../../src/models/pretrained'
import type { RandomStream } from '../../src/tensor'

const PICTURES = 400
const STEPS = 20

/** How far coarse digits are from real ones, pixel by pixel. */
export async function coarseQuality(
  model: Denoiser,
  stream: RandomStream,
): Promise<Readonly<Record<string, Measured>>> {
  const digits = shrunk(data.digits({ size: 32 }), 4)
  const { labels } = digits.drawLabelled!(PICTURES, stream)
  const drawn = await sample(ddim(given(model, { class: labels }), { steps: STEPS }), PICTURES, { stream })
  const others = digits.draw(PICTURES, stream)
  const of = (what: string): string =>
    `Fréchet distance between the pixels of ${PICTURES} ${what} and of as many others that are real`
  const measured = async (x: tf.Tensor, what: string): Promise<Measured> => {
    const { value, standardError } = await metrics.frechet(x, others)
    return { value, standardError, of: of(what) }
  }
  return {
    frechet: await measured(drawn, `digits, ${STEPS} steps of DDIM,`),
    frechetReal: await measured(digits.draw(PICTURES, stream), 'real digits'),
  }
}

/** Whether fine digits are fine versions of the coarse ones that they are made of. */
export async function refiningQuality(
  model: Denoiser,
  stream: RandomStream,
): Promise<Readonly<Record<string, Measured>>> {
  const [n, noise, steps] = [100, 0.1, 12]
  const { x, labels } = data.digits({ size: model.shape[0]! }).drawLabelled(n, stream)
  const coarse = blockMeans(x, 2)
  const fine = await sample(
    ddim(refining(model, coarse, { noise, condition: { class: labels }, stream }), { steps }),
    n,
    {
      stream,
    },
  )
  const squares = tf.tidy(() => tf.squaredDifference(blockMeans(fine, 2), coarse).mean([1, 2, 3]))
  const { value, standardError } = metrics.mean(await squares.data())
  tf.dispose([x, coarse, fine, squares])
  const of = `mean squared difference between ${n} coarse digits, seen through noise of ${noise}, and the means over blocks of what is made of them`
  return { unfaithfulness: { value, standardError, of } }
}
