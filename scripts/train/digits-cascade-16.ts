import { cosine, warmUp } from '../../src/models'
import { digitsCascade16 } from '../../src/models/pretrained/digitsCascade'
import { refiningQuality } from './cascadeQuality'
import { recipe } from './recipe'

export default recipe({
  builder: digitsCascade16,
  seed: 25,
  steps: 900,
  batch: 32,
  settings: () => ({ rate: warmUp(cosine(3e-3), 50), clip: 1, ema: 0.995 }),
  measure: refiningQuality,
})
