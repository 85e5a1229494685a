/** How well captions are shown: what the cards of models that paint captions say. */
import * as tf from '@tensorflow/tfjs'
import { classifierFree, data, ddim, metrics, sample, type Denoiser } from '../../src/models'
import type { Measured } from '../../src/models/pretrained'
import type { RandomStream } from '../../src/tensor'

const PICTURES = 200
const STEPS = 20
const SCALE = 2

/**
 * Caption accuracy, whole and by attribute, of pictures that are painted for captions as they are drawn.
 *
 * @param decode of what is sampled. Default: samples are pictures.
 */
export async function captionQuality(
  model: Denoiser,
  stream: RandomStream,
  decode: (x: tf.Tensor) => tf.Tensor = (x) => x,
): Promise<Readonly<Record<string, Measured>>> {
  const { scenes, x } = data.shapes({ things: 'any' }).drawScenes(PICTURES, stream)
  const captions = scenes.map(({ caption }) => caption)
  const caption = tf.tensor2d(data.captions.encode(captions), [PICTURES, 9], 'int32')
  const painted = decode(
    await sample(ddim(classifierFree(model, { caption }, { scale: SCALE }), { steps: STEPS }), PICTURES, {
      stream,
    }),
  )
  const found = await metrics.captionAccuracy(painted, captions)
  const of = (what: string): string =>
    `${what}, of ${PICTURES} pictures for captions as drawn, γ = ${SCALE}, ${STEPS} steps of DDIM; judged by measuring them`
  tf.dispose([x, caption, painted])
  const { value, standardError, size, colour, shape, relation } = found
  const share = (estimate: { value: number; standardError: number }, what: string): Measured => ({
    value: estimate.value,
    standardError: estimate.standardError,
    of: of(what),
  })
  return {
    captionAccuracy: share({ value, standardError }, 'share that shows all of the caption'),
    size: share(size, 'share of things of the right size'),
    colour: share(colour, 'share of things of the right colour'),
    shape: share(shape, 'share of things of the right shape'),
    relation: share(relation, 'share of relations that hold'),
  }
}
