import { cosine, grids, heun, warmUp } from '../../src/models'
import { digitsFlow } from '../../src/models/pretrained/digitsFlow'
import { digitsQuality } from './digitsQuality'
import { recipe } from './recipe'

export default recipe({
  builder: digitsFlow,
  seed: 1,
  steps: 2800,
  batch: 64,
  streams: { parameters: 'parameters', training: 'training' },
  settings: () => ({ rate: warmUp(cosine(2e-3), 100), clip: 1, ema: 0.998 }),
  // On evenly spaced times the last step is as long as the first, and leaves the paper grey: the distance is 25.
  measure: (model, stream) =>
    digitsQuality(
      model,
      (told) => heun(told, { steps: 8, grid: grids.quadratic }),
      '8 steps of Heun on quadratic times',
      stream,
    ),
})
