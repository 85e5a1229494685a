/**
 * Annealed Langevin dynamics with the scales the wrong way round, or with one step size for all.
 *
 * Rising scales end with as much noise as there ever was. A step that is right for the smallest scale does next to nothing
 * at the largest, so that the start is never forgotten. The check starts from N(0, σ₁²) and follows the variance on N(0, 1)
 * through three scales beside its recursion.
 */
import { currentStream } from '../../../tensor'
import type { Denoiser } from '../../denoiser'
import { data } from '../../data'
import { exact } from '../../exact'
import { langevinStep } from '../../langevin'
import { annealedLangevin } from '../../ncsn'
import { geometricScales, ncsn } from '../../processes'
import type { Sampler } from '../../samplers/walk'
import { walking } from '../../samplers/walk'
import { meanSquare } from './variance'
import { expectNear, mistake, type Mistake } from '../mistake'

type Form = (
  model: Denoiser<Float64Array>,
  options: { readonly epsilon: number; readonly each: number },
) => Sampler<Float64Array>

const SCALES = geometricScales(10, 0.5, 3)
const [EPSILON, EACH, N] = [0.05, 10, 8192]

/** Langevin steps at the scales' times, in the given order and with the given sizes. */
function steps(order: readonly number[], size: (sigma: number, smallest: number) => number): Form {
  return (model, { epsilon, each }) => {
    const visits = order.flatMap((t) => Array.from({ length: each }, () => t))
    const smallest = model.process.sigma(1)
    return walking(model, [...visits, visits.at(-1)!], {}, [], () => ({
      step: (asked, x, i, stream) => {
        const t = visits[i]!
        return langevinStep(asked.at(t), x, epsilon * size(model.process.sigma(t), smallest), stream)
      },
    }))
  }
}

const right: Form = (model, options) => annealedLangevin(model, options)

const check: Mistake<Form>['check'] = async (form, stream = currentStream()) => {
  const model = exact<Float64Array>(ncsn({ sigmas: SCALES }), data.gaussian({ mean: [0] }))
  const first = SCALES[0]!
  let x: Float64Array = stream.normal(N).map((z) => first * z)
  for await (const state of form(model, { epsilon: EPSILON, each: EACH })(x, stream)) x = state.x
  let expected = first ** 2
  for (const sigma of SCALES)
    for (let k = 0; k < EACH; k++) {
      const delta = EPSILON * (sigma / SCALES.at(-1)!) ** 2
      expected = (1 - delta / 2 / (1 + sigma ** 2)) ** 2 * expected + delta
    }
  expectNear(
    'the variance on N(0, 1) after annealing',
    meanSquare(x),
    expected,
    4 * expected * Math.sqrt(2 / N),
  )
}

export const annealingUpwards = mistake<Form>({
  title: 'Annealing from the smallest noise scale to the largest',
  written: String.raw`\sigma_1 < \sigma_2 < \dots < \sigma_L`,
  correct: String.raw`\sigma_1 > \sigma_2 > \dots > \sigma_L`,
  right,
  wrong: steps([1, 2, 3], (sigma, smallest) => (sigma / smallest) ** 2),
  check,
})

export const annealingWithOneStep = mistake<Form>({
  title: 'One step size for all noise scales',
  written: String.raw`\alpha_i = \epsilon`,
  correct: String.raw`\alpha_i = \epsilon\, \sigma_i^2 / \sigma_L^2`,
  right,
  wrong: steps([3, 2, 1], () => 1),
  check,
})
