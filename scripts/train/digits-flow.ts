import { cosine, warmUp } from '../../src/models'
import { digitsFlow } from '../../src/models/pretrained/digitsFlow'
import { recipe } from './recipe'

export default recipe({
  builder: digitsFlow,
  seed: 1,
  steps: 2800,
  batch: 64,
  streams: { parameters: 'parameters', training: 'training' },
  settings: () => ({ rate: warmUp(cosine(2e-3), 100), clip: 1, ema: 0.998 }),
  measure: () => Promise.resolve({}),
})
