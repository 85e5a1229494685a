import { cosine, warmUp } from '../../src/models'
import { digitsCascade32 } from '../../src/models/pretrained/digitsCascade'
import { refiningQuality } from './cascadeQuality'
import { recipe } from './recipe'

export default recipe({
  builder: digitsCascade32,
  seed: 26,
  steps: 500,
  batch: 16,
  settings: () => ({ rate: warmUp(cosine(3e-3), 50), clip: 1, ema: 0.995 }),
  measure: refiningQuality,
})
