import { cosine, warmUp } from '../../src/models'
import { digitsDdpm } from '../../src/models/pretrained/digitsDdpm'
import { recipe } from './recipe'

export default recipe({
  builder: digitsDdpm,
  seed: 1,
  steps: 6000,
  batch: 64,
  settings: () => ({ rate: warmUp(cosine(2e-3), 200), clip: 1, ema: 0.998 }),
  measure: () => Promise.resolve({}),
})
