/** Mistakes in solving the reverse SDE and the probability-flow ODE, most seen in the variances after 200 steps. */
import { currentStream, type RandomStream } from '../../tensor'
import { data } from '../data'
import type { Denoiser } from '../denoiser'
import { exact } from '../exact'
import { endTime, grids } from '../grids'
import type { Curve, GaussianProcess } from '../process'
import { ve, vp } from '../processes'
import { heun } from '../samplers/flow'
import { improvedEuler, type ImprovedEulerOptions } from '../samplers/improvedEuler'
import {
  langevinCorrector,
  reverseDiffusion,
  type LangevinCorrectorOptions,
} from '../samplers/reverseDiffusion'
import { eulerMaruyama, stochasticHeun } from '../samplers/reverseSde'
import { walk, type Corrector } from '../samplers/walk'
import { combine, normalLike, type Time } from '../state'
import { expectVariances, STEPS, thinAndWide, type Started } from './diffusion/variances'
import { expectNear, mistake, type Mistake } from './mistake'

/** A sampler of a model, with the standard deviation of its start. */
type Form = (model: Denoiser<Float64Array>) => Started
type Check = Mistake<Form>['check']

const process = vp()
const times = grids.linear(process, STEPS, process.times.to, endTime(process))
const START = process.sigma(1)

/** Follows the variance of one coordinate, whose data have the variance v, by a rule for its factor and added variance. */
function recursion(
  on: GaussianProcess,
  visited: readonly number[],
  rule: (total: Curve, t: number, s: number) => { readonly factor: number; readonly added: number },
): (v: number) => number {
  return (v) => {
    const total: Curve = (t) => on.alpha(t) ** 2 * v + on.sigma(t) ** 2
    let variance = on.sigma(visited[0]!) ** 2
    for (let i = 0; i + 1 < visited.length; i++) {
      const { factor, added } = rule(total, visited[i]!, visited[i + 1]!)
      variance = factor ** 2 * variance + added
    }
    return variance
  }
}

const beta: Curve = (t) => 0.1 + 19.9 * t

const expectEulerMaruyama: Check = (form) =>
  expectVariances(
    form(thinAndWide(process)),
    // x + Δt (½βx + βs) + √(βΔt) z with s = −x/v_t.
    recursion(process, times, (total, t, s) => ({
      factor: 1 + (t - s) * beta(t) * (0.5 - 1 / total(t)),
      added: (t - s) * beta(t),
    })),
  )

const rightEulerMaruyama: Form = (model) => ({ start: START, sampler: eulerMaruyama(model, { times }) })

/** x − [f x − share g² s] Δt + deviation · z, Δt > 0, with every part open to change. */
function wrongEulerMaruyama({
  share = 1,
  direction = 1,
  deviation = (t, s) => Math.sqrt(process.diffusion(t) * (t - s)),
  asked = (t) => t,
}: {
  share?: number
  direction?: number
  deviation?: (t: number, s: number) => number
  asked?: (t: number, s: number) => number
}): Form {
  return (model) => ({
    start: START,
    sampler: walk(model, times, (counted, x, t, s, stream) => {
      const step = direction * (t - s)
      const { score } = counted.predict(x, asked(t, s))
      return combine(
        [1 - step * process.drift(t), x],
        [step * share * process.diffusion(t), score],
        [deviation(t, s), normalLike(x, stream)],
      )
    }),
  })
}

const reverse = String.raw`dx = [f x - g^2 \nabla\log p_t(x)]\,dt + g\,d\bar w`
const step = String.raw`x \leftarrow x - [f x - g^2 s_\theta]\,\Delta t + g\sqrt{\Delta t}\, z, \quad \Delta t > 0`

const reverseDriftWithHalf = mistake<Form>({
  title: 'The reverse SDE with the drift of the ODE',
  written: String.raw`dx = [f x - \tfrac12 g^2 \nabla\log p_t(x)]\,dt + g\,d\bar w`,
  correct: reverse,
  right: rightEulerMaruyama,
  wrong: wrongEulerMaruyama({ share: 0.5 }),
  check: expectEulerMaruyama,
})

const forwardDrift = mistake<Form>({
  title:
    'The reverse SDE with the drift of the forward one: time falls, but Δt is put in with the wrong sign',
  written: String.raw`x \leftarrow x + [f x - g^2 s_\theta]\,\Delta t + g\sqrt{\Delta t}\, z, \quad \Delta t > 0`,
  correct: step,
  right: rightEulerMaruyama,
  wrong: wrongEulerMaruyama({ direction: -1 }),
  check: expectEulerMaruyama,
})

const noiseByTheStep = mistake<Form>({
  title: 'Noise that grows with Δt, and not with its root',
  written: String.raw`x \leftarrow x - [f x - g^2 s_\theta]\,\Delta t + g\,\Delta t\, z`,
  correct: step,
  right: rightEulerMaruyama,
  wrong: wrongEulerMaruyama({ deviation: (t, s) => Math.sqrt(process.diffusion(t)) * (t - s) }),
  check: expectEulerMaruyama,
})

const rootOfNegativeStep = mistake<Form>({
  title: 'The root of a negative time step',
  written: String.raw`x \leftarrow x + [f x - g^2 s_\theta]\,\Delta t + g\sqrt{\Delta t}\, z, \quad \Delta t < 0`,
  correct: String.raw`x \leftarrow x + [f x - g^2 s_\theta]\,\Delta t + g\sqrt{|\Delta t|}\, z, \quad \Delta t < 0`,
  right: rightEulerMaruyama,
  wrong: wrongEulerMaruyama({ deviation: (t, s) => Math.sqrt(process.diffusion(t)) * Math.sqrt(s - t) }),
  check: expectEulerMaruyama,
})

const scoreOfTheNextTime = mistake<Form>({
  title: 'The score asked at the time that the step leads to, of the state that it comes from',
  written: String.raw`x_s = x_t - [f x_t - g^2 s_\theta(x_t, s)]\,\Delta t + g\sqrt{\Delta t}\, z`,
  correct: String.raw`x_s = x_t - [f x_t - g^2 s_\theta(x_t, t)]\,\Delta t + g\sqrt{\Delta t}\, z`,
  right: rightEulerMaruyama,
  wrong: wrongEulerMaruyama({ asked: (_, s) => s }),
  check: expectEulerMaruyama,
})

const posteriorNoiseInEuler = mistake<Form>({
  title: 'Euler–Maruyama with the variance of DDPM’s posterior',
  written: String.raw`x \leftarrow x - [f x - g^2 s_\theta]\,\Delta t + \sqrt{\tilde\beta}\, z`,
  correct: step,
  right: rightEulerMaruyama,
  wrong: wrongEulerMaruyama({ deviation: (t, s) => Math.sqrt(process.posterior(s, t).variance) }),
  check: expectEulerMaruyama,
})

const kernelForDiffusion = mistake<Form>({
  title: 'σ of the kernel taken for the σ in dx = σ(t) dw, which is g',
  written: String.raw`x \leftarrow x - [f x - \sigma_t^2 s_\theta]\,\Delta t + \sigma_t\sqrt{\Delta t}\, z, \quad x_t = \alpha_t x_0 + \sigma_t\varepsilon`,
  correct: String.raw`x \leftarrow x - [f x - g_t^2 s_\theta]\,\Delta t + g_t\sqrt{\Delta t}\, z, \quad g^2 = (\sigma^2)' - 2f\sigma^2`,
  right: rightEulerMaruyama,
  wrong: (model) => ({
    start: START,
    sampler: walk(model, times, (counted, x, t, s, stream) => {
      const sigma = process.sigma(t)
      return combine(
        [1 - (t - s) * process.drift(t), x],
        [(t - s) * sigma ** 2, counted.predict(x, t).score],
        [sigma * Math.sqrt(t - s), normalLike(x, stream)],
      )
    }),
  }),
  check: expectEulerMaruyama,
})

const flowWithoutHalf = mistake<Form>({
  title: 'Sampling by the probability-flow ODE without ½',
  written: String.raw`\frac{dx}{dt} = f x - g^2 \nabla\log p_t(x)`,
  correct: String.raw`\frac{dx}{dt} = f x - \tfrac12 g^2 \nabla\log p_t(x)`,
  right: (model) => ({ start: START, sampler: heun(model, { times }) }),
  wrong: (model) => ({
    start: START,
    sampler: walk(model, times, (counted, x, t, s) => {
      const slope = (x: Float64Array, t: number): Float64Array =>
        combine([process.drift(t), x], [-process.diffusion(t), counted.predict(x, t).score])
      const first = slope(x, t)
      return combine([1, x], [(s - t) / 2, first], [(s - t) / 2, slope(combine([1, x], [s - t, first]), s)])
    }),
  }),
  check: (form) =>
    expectVariances(
      form(thinAndWide(process)),
      // Heun's factor of dx/dt = ½β(1/v_t − 1) x.
      recursion(process, times, (total, t, s) => {
        const slope: Curve = (t) => 0.5 * beta(t) * (1 / total(t) - 1)
        const [h, first] = [s - t, slope(t)]
        return { factor: 1 + (h / 2) * (first + slope(s) * (1 + h * first)), added: 0 }
      }),
    ),
})

const noiseOfEachStage = mistake<Form>({
  title: 'A stochastic Runge–Kutta step with noise of its own in each stage',
  written: String.raw`x + \tfrac12(K_1 + K_2), \quad K_i = -a_i\,\Delta t + g_i\sqrt{\Delta t}\, z_i`,
  correct: String.raw`x + \tfrac12(K_1 + K_2), \quad K_i = -a_i\,\Delta t + g_i\sqrt{\Delta t}\, z`,
  right: (model) => ({ start: START, sampler: stochasticHeun(model, { times }) }),
  wrong: (model) => ({
    start: START,
    sampler: walk(model, times, (counted, x, t, s, stream) => {
      const stage = (x: Float64Array, t: number, h: number): Float64Array =>
        combine(
          [-h * process.drift(t), x],
          [h * process.diffusion(t), counted.predict(x, t).score],
          [Math.sqrt(process.diffusion(t) * h), normalLike(x, stream)],
        )
      const first = stage(x, t, t - s)
      return combine([1, x], [0.5, first], [0.5, stage(combine([1, x], [1, first]), s, t - s)])
    }),
  }),
  check: (form) =>
    expectVariances(
      form(thinAndWide(process)),
      recursion(process, times, (total, t, s) => {
        const h = t - s
        const slope: Curve = (t) => h * beta(t) * (0.5 - 1 / total(t))
        const noise: Curve = (t) => Math.sqrt(beta(t) * h)
        return {
          factor: 1 + 0.5 * (slope(t) + slope(s) * (1 + slope(t))),
          added: (0.5 * (noise(t) + slope(s) * noise(t) + noise(s))) ** 2,
        }
      }),
    ),
})

const exploding = ve()
const explodingTimes = grids.linear(exploding, STEPS, 1, endTime(exploding))

const squareOfDifference = mistake<Form>({
  title: 'The predictor with the square of the difference of the noise scales',
  written: String.raw`x_i = x_{i+1} + (\sigma_{i+1} - \sigma_i)^2 s_\theta + (\sigma_{i+1} - \sigma_i)\, z`,
  correct: String.raw`x_i = x_{i+1} + (\sigma_{i+1}^2 - \sigma_i^2)\, s_\theta + \sqrt{\sigma_{i+1}^2 - \sigma_i^2}\, z`,
  right: (model) => ({
    start: exploding.sigma(1),
    sampler: reverseDiffusion(model, { times: explodingTimes }),
  }),
  wrong: (model) => ({
    start: exploding.sigma(1),
    sampler: walk(model, explodingTimes, (counted, x, t, s, stream) => {
      const difference = exploding.sigma(t) - exploding.sigma(s)
      return combine(
        [1, x],
        [difference ** 2, counted.predict(x, t).score],
        [difference, normalLike(x, stream)],
      )
    }),
  }),
  check: (form) =>
    expectVariances(
      form(thinAndWide(exploding)),
      recursion(exploding, explodingTimes, (total, t, s) => {
        const difference = exploding.sigma(t) ** 2 - exploding.sigma(s) ** 2
        return { factor: 1 - difference / total(t), added: difference }
      }),
    ),
})

/** Adaptive steps, by what becomes of refused noise. */
type AdaptiveForm = NonNullable<ImprovedEulerOptions<Float64Array>['noise']>

const refusedNoiseRedrawn = mistake<AdaptiveForm>({
  title: 'A refused step tried again with fresh noise',
  written: String.raw`E > 1: \quad \text{draw } z \text{ anew and try a smaller } h`,
  correct: String.raw`E > 1: \quad \text{try } qh \text{ with } w' = q\,w + \sqrt{q(1-q)h}\,z`,
  right: 'remembered',
  wrong: 'redrawn',
  async check(noise, stream = currentStream()) {
    const [v, n] = [0.25, 400]
    const model = exact<Float64Array>(process, data.mixture({ means: [[0]], deviations: Math.sqrt(v) }))
    let x = new Float64Array()
    const sampler = improvedEuler(model, { noise, relative: 0.1, absolute: 0.05 })
    for await (const state of sampler(stream.normal(n), stream)) x = Float64Array.from(state.x)
    const variance = x.reduce((sum, value) => sum + value ** 2, 0) / n
    // Five standard errors; redrawn noise more than doubles it.
    expectNear('the variance of 400 samples of N(0, ¼)', variance, v, 5 * v * Math.sqrt(2 / n))
  },
})

/** Whose norms set the step of the corrector. */
type CorrectorForm = NonNullable<LangevinCorrectorOptions['norm']>

const stepsByOwnNorm = mistake<CorrectorForm>({
  title: 'Langevin steps as long as each particle’s own score asks for',
  written: String.raw`\epsilon_i = 2\alpha\,(r\,\|z_i\| / \|s_\theta(x_i)\|)^2`,
  correct: String.raw`\epsilon = 2\alpha\,(r\,\overline{\|z\|} / \overline{\|s_\theta(x)\|})^2`,
  right: 'batch',
  wrong: 'particle',
  check(norm, stream: RandomStream = currentStream()) {
    const n = 1000
    const model = exact<Float64Array>(exploding, data.mixture({ means: [[0, 0]], deviations: 1 }))
    const corrector: Corrector<Float64Array, Time> = langevinCorrector({ ratio: 0.2, norm, steps: 30 })
    const x = corrector(model, stream.normal(2 * n), { t: 0.011, s: 0.01, stream })
    const variance = x.reduce((sum, value) => sum + value ** 2, 0) / (2 * n)
    // Five standard errors, and r² for the length of the steps.
    expectNear('the variance of N(0, I) after 30 corrections', variance, 1, 5 * Math.sqrt(1 / n) + 0.04)
  },
})

export const samplerMistakes = {
  reverseDriftWithHalf,
  forwardDrift,
  noiseByTheStep,
  rootOfNegativeStep,
  scoreOfTheNextTime,
  posteriorNoiseInEuler,
  kernelForDiffusion,
  flowWithoutHalf,
  noiseOfEachStage,
  squareOfDifference,
  refusedNoiseRedrawn,
  stepsByOwnNorm,
} as const
