/** Distilled from `digits-vpsde`: from five thousand of its paths. */
import {
  copyParams,
  cosine,
  dpmpp2M,
  given,
  multistep,
  pathDistillation,
  pretrained,
  pseudoHuber,
  timeAt,
  warmUp,
  type Condition,
  type Sampler,
} from '../../src/models'
import { digitsConsistency } from '../../src/models/pretrained/digitsConsistency'
import { RandomStream } from '../../src/tensor'
import { digitsDistance, distanceOfReal } from './digitsDistance'
import { recipe } from './recipe'

const SEED = 2

export default recipe({
  builder: digitsConsistency,
  seed: SEED,
  steps: 3000,
  batch: 32,
  async settings(model) {
    const teacher = await pretrained('digits-vpsde')
    copyParams(model, teacher)
    const loss = await pathDistillation(teacher, {
      sampler: (told) =>
        dpmpp2M(told, { steps: 18, start: timeAt(teacher.process, -Math.log(model.sigmaMax)) }),
      n: 5000,
      classes: 10,
      distance: pseudoHuber(0.1),
      stream: new RandomStream(SEED, 'digits-consistency: paths'),
    })
    return { loss, rate: warmUp(cosine(2e-3), 100), clip: 1, ema: 0.999 }
  },
  async measure(model) {
    const teacher = await pretrained('digits-vpsde')
    const jumps =
      (sigmas: readonly number[]) =>
      (told: Condition): Sampler =>
        multistep(given(model, told), { sigmas })
    return {
      frechetInOneStep: await digitsDistance(jumps([80]), 'in one step', SEED),
      // Of 0.4, 0.8, 1.2, 2 and 3 as second levels none was better than another by more than its error.
      frechetInTwoSteps: await digitsDistance(jumps([80, 0.8]), 'in two steps, at σ = 80 and 0.8', SEED),
      frechetOfReal: await distanceOfReal(SEED),
      frechetOfTeacher: await digitsDistance(
        (told) => dpmpp2M(given(teacher, told), { steps: 10 }),
        'of digits-vpsde by 10 steps of DPM-Solver++ (2M)',
        SEED,
      ),
    }
  },
})
