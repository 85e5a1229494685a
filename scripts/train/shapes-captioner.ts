import { cosine, data, metrics, warmUp } from '../../src/models'
import { shapesCaptioner } from '../../src/models/pretrained/shapesCaptioner'
import { recipe } from './recipe'

const PICTURES = 500

export default recipe({
  builder: shapesCaptioner,
  seed: 21,
  steps: 10_000,
  batch: 64,
  streams: { parameters: 'shapes-captioner/parameters', training: 'shapes-captioner/training' },
  settings: () => ({ rate: warmUp(cosine(1.5e-3), 50), clip: 1, ema: 0.998 }),
  async measure(model, stream) {
    const x = data.shapes({ things: 'any' }).draw(PICTURES, stream)
    const said = data.captions.decode(await model.describe(x))
    const right = await metrics.captionAccuracy(x, said)
    const of = `share of ${PICTURES} clean pictures whose caption is true of them, as the picture is measured`
    return { accuracy: { value: right.value, standardError: right.standardError, of } }
  },
})
