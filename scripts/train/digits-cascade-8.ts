import { cosine, warmUp } from '../../src/models'
import { digitsCascade8 } from '../../src/models/pretrained/digitsCascade'
import { coarseQuality } from './cascadeQuality'
import { recipe } from './recipe'

export default recipe({
  builder: digitsCascade8,
  seed: 24,
  steps: 1200,
  batch: 64,
  settings: () => ({ rate: warmUp(cosine(3e-3), 50), clip: 1, ema: 0.995 }),
  measure: coarseQuality,
})
