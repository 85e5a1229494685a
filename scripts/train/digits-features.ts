import { cosine, warmUp } from '../../src/models'
import { digitsFeatures } from '../../src/models/pretrained/digitsFeatures'
import { recipe } from './recipe'

export default recipe({
  builder: digitsFeatures,
  seed: 3,
  steps: 2500,
  batch: 64,
  settings: () => ({ rate: warmUp(cosine(2e-3), 100), clip: 1, ema: 0.99 }),
  measure: () => Promise.resolve({}),
})
