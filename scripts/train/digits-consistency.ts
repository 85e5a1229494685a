import {
  consistencyDistillation,
  copyParams,
  cosine,
  data,
  given,
  heun,
  metrics,
  multistep,
  pretrained,
  pseudoHuber,
  sample,
  warmUp,
  type Measured,
  type Sampler,
} from '../../src/models'
import { digitsConsistency } from '../../src/models/pretrained/digitsConsistency'
import { recipe } from './recipe'

/** Samples in a set. */
const N = 300

export default recipe({
  builder: digitsConsistency,
  seed: 2,
  steps: 240,
  batch: 32,
  async settings(model) {
    const teacher = await pretrained('digits-flow')
    copyParams(model, teacher)
    const loss = consistencyDistillation(teacher, { levels: 8, decay: 0.8, distance: pseudoHuber(0.5) })
    return { loss, rate: warmUp(cosine(2e-3), 10), clip: 1, ema: 0.97 }
  },
  async measure(model, stream) {
    const [teacher, features] = [await pretrained('digits-flow'), await pretrained('digits-features')]
    const told = { class: Int32Array.from({ length: N }, (_, i) => i % 10) }
    const real = data.digits({ size: 16 }).draw(N, stream)
    const distance = async (sampler: Sampler, what: string): Promise<Measured> => {
      const x = await sample(sampler, N, { stream })
      const { value, standardError } = await metrics.frechet(x, real, { features })
      x.dispose()
      return {
        value,
        standardError,
        of: `Fréchet distance of ${what} and digits, in digits-features, ${N} of each`,
      }
    }
    const jumps = (sigmas: readonly number[]) => multistep(given(model, told), { sigmas })
    return {
      frechetInOneStep: await distance(jumps([80]), 'samples in one step'),
      frechetInTwoSteps: await distance(jumps([80, 1.5]), 'samples in two steps, at σ = 80 and 1.5,'),
      frechetOfTeacher: await distance(
        heun(given(teacher, told), { steps: 8 }),
        'samples of digits-flow by 8 steps of Heun',
      ),
    }
  },
})
