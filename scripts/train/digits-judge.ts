import { cosine, data, metrics, warmUp } from '../../src/models'
import { digitsJudge } from '../../src/models/pretrained/digitsJudge'
import { recipe } from './recipe'

export default recipe({
  builder: digitsJudge,
  seed: 22,
  steps: 800,
  batch: 64,
  settings: () => ({ rate: warmUp(cosine(3e-3), 100), clip: 1, ema: 0.99 }),
  measure: async (model, stream) => {
    const { x, labels } = data.digits({ size: 16 }).drawLabelled(5000, stream)
    const { value, standardError } = await metrics.agreement(x, labels, model)
    x.dispose()
    return { accuracy: { value, standardError, of: 'share of 5000 fresh digits that it names rightly' } }
  },
})
