import { cosine, dpmpp2M, warmUp } from '../../src/models'
import { digitsDdpm } from '../../src/models/pretrained/digitsDdpm'
import { digitsQuality } from './digitsQuality'
import { recipe } from './recipe'

export default recipe({
  builder: digitsDdpm,
  seed: 1,
  steps: 8000,
  batch: 32,
  settings: () => ({ rate: warmUp(cosine(2e-3), 200), clip: 1, ema: 0.999 }),
  measure: (model, stream) =>
    digitsQuality(model, (told) => dpmpp2M(told, { steps: 20 }), '20 steps of DPM-Solver++ (2M)', stream),
})
