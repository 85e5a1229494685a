import { cosine, warmUp } from '../../src/models'
import { digitsVpSde } from '../../src/models/pretrained/digitsVpSde'
import { recipe } from './recipe'

export default recipe({
  builder: digitsVpSde,
  seed: 2,
  steps: 5000,
  batch: 64,
  settings: () => ({ rate: warmUp(cosine(2e-3), 200), clip: 1, ema: 0.998 }),
  measure: () => Promise.resolve({}),
})
