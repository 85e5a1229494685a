/**
 * VP with β from 0.1 to 20 is the limit of DDPM's chain of a thousand steps, and networks are told λ = log(α/σ) in both. So this one
 * starts from `digits-ddpm`, and learns the times between the chain's.
 */
import { cosine, dpmpp2M, warmUp } from '../../src/models'
import { digitsVpSde } from '../../src/models/pretrained/digitsVpSde'
import { digitsQuality } from './digitsQuality'
import { fewSteps } from './fewSteps'
import { recipe } from './recipe'
import { startFrom } from './startFrom'

export default recipe({
  builder: digitsVpSde,
  seed: 2,
  steps: 800,
  batch: 32,
  settings: async (model) => {
    await startFrom('digits-ddpm', model)
    return { rate: warmUp(cosine(1e-3), 100), clip: 1, ema: 0.999 }
  },
  measure: async (model, stream) => ({
    ...(await digitsQuality(
      model,
      (told) => dpmpp2M(told, { steps: 20 }),
      '20 steps of DPM-Solver++ (2M)',
      stream,
    )),
    ...(await fewSteps(model, 2)),
  }),
})
