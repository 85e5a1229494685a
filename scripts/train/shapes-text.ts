import { cosine, warmUp } from '../../src/models'
import { shapesText } from '../../src/models/pretrained/shapesText'
import { captionQuality } from './captionQuality'
import { recipe } from './recipe'

export default recipe({
  builder: shapesText,
  seed: 20,
  steps: 9500,
  batch: 32,
  streams: { parameters: 'shapes-text/parameters', training: 'shapes-text/training' },
  settings: () => ({ rate: warmUp(cosine(1.5e-3), 100), clip: 1, ema: 0.999 }),
  measure: captionQuality,
})
