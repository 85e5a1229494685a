import { consistencyDistillation, copyParams, cosine, pseudoHuber, warmUp } from '../../src/models'
import { pretrained } from '../../src/models/pretrained'
import { digitsConsistency } from '../../src/models/pretrained/digitsConsistency'
import { recipe } from './recipe'

export default recipe({
  builder: digitsConsistency,
  seed: 2,
  steps: 300,
  batch: 64,
  async settings(model) {
    const teacher = await pretrained('digits-flow')
    copyParams(model, teacher)
    const loss = consistencyDistillation(teacher, { levels: 12, decay: 0.9, distance: pseudoHuber(0.5) })
    return { loss, rate: warmUp(cosine(1.5e-3), 20), clip: 1, ema: 0.98 }
  },
  measure: () => Promise.resolve({}),
})
