/** Mistakes with energies and their constants, as slides and programs have them. */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, parameter, type RandomStream } from '../../tensor'
import { contrast } from '../energy/contrastive'
import { energyField, type EnergyField } from '../energy/energy'
import { langevinStep } from '../langevin'
import { expectNear, mistake } from './mistake'

/** log p of every one of finitely many states, from their energies. */
export type LogProbabilities = (energies: readonly number[]) => readonly number[]

const sumInsteadOfLogZ = mistake<LogProbabilities>({
  title: 'log p with the sum of energies in place of log Z',
  written: String.raw`\log p(x) = -f(x) - \sum_{x'} f(x')`,
  correct: String.raw`\log p(x) = -f(x) - \log\sum_{x'} e^{-f(x')}`,
  right: (energies) => {
    const logZ = Math.log(energies.reduce((sum, f) => sum + Math.exp(-f), 0))
    return energies.map((f) => -f - logZ)
  },
  wrong: (energies) => {
    const total = energies.reduce((sum, f) => sum + f, 0)
    return energies.map((f) => -f - total)
  },
  check: async (form) => {
    const mass = form([0.2, -1, 1.5, 0.7]).reduce((sum, log) => sum + Math.exp(log), 0)
    expectNear('the sum of all probabilities', mass, 1, 1e-12)
    return Promise.resolve()
  },
})

/** d log p/dθ over data x of one number, for E = θx²/2. */
export type LikelihoodGradient = (x: Float64Array, theta: number) => number

/** Z does not depend on x: that gradient is zero, and never was the difficulty. */
const partitionGradientInX = mistake<LikelihoodGradient>({
  title: 'The gradient of Z in x',
  written: String.raw`\nabla_\theta\log p = -\nabla_\theta E(x) - \nabla_x\log Z`,
  correct: String.raw`\nabla_\theta\log p = -\nabla_\theta E(x) - \nabla_\theta\log Z`,
  // log Z = ½ log(2π/θ).
  right: (x, theta) => 1 / (2 * theta) - meanSquare(x) / 2,
  wrong: (x) => -meanSquare(x) / 2,
  check: async (form, stream = currentStream()) => {
    const x = stream.normal(1000)
    const likelihood = (theta: number): number =>
      (-theta * meanSquare(x)) / 2 - 0.5 * Math.log((2 * Math.PI) / theta)
    const h = 1e-5
    const slope = (likelihood(0.8 + h) - likelihood(0.8 - h)) / (2 * h)
    expectNear('the gradient of the log-likelihood at θ = 0.8', form(x, 0.8), slope, 1e-6)
    return Promise.resolve()
  },
})

const meanSquare = (x: Float64Array): number => x.reduce((sum, value) => sum + value * value, 0) / x.length

/** Z of N(0, I) in d dimensions. */
export type GaussianConstant = (d: number) => number

const gaussianConstant = mistake<GaussianConstant>({
  title: 'The constant of the normal law upside down',
  written: String.raw`Z = (2\pi)^{-d/2}`,
  correct: String.raw`Z = \int e^{-\|x\|^2/2}\,dx = (2\pi)^{d/2}`,
  right: (d) => (2 * Math.PI) ** (d / 2),
  wrong: (d) => (2 * Math.PI) ** (-d / 2),
  check: async (form) => {
    let line = 0
    for (let x = -8; x < 8; x += 0.01) line += Math.exp((-x * x) / 2) * 0.01
    for (const d of [1, 2, 5]) expectNear(`Z in ${d} dimensions`, form(d), line ** d, 1e-6 * line ** d)
    return Promise.resolve()
  },
})

/** ∇_W L of a Boltzmann machine from E_data yyᵀ and E_model yyᵀ, entry by entry. */
export type BoltzmannGradient = (ofData: readonly number[], ofModel: readonly number[]) => readonly number[]

const boltzmannWithoutHalf = mistake<BoltzmannGradient>({
  title: 'The Boltzmann machine’s gradient without ½',
  written: String.raw`\nabla_W L = \mathbb{E}_{\text{data}}\,yy^\top - \mathbb{E}_{\text{model}}\,yy^\top`,
  correct: String.raw`\nabla_W L = \tfrac12\left(\mathbb{E}_{\text{data}}\,yy^\top - \mathbb{E}_{\text{model}}\,yy^\top\right)`,
  right: (ofData, ofModel) => ofData.map((m, i) => 0.5 * (m - ofModel[i]!)),
  wrong: (ofData, ofModel) => ofData.map((m, i) => m - ofModel[i]!),
  check: async (form) => {
    const states = [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ] as const
    const half = (y: readonly [number, number], w: readonly number[]): number =>
      0.5 * (w[0]! + w[3]! + (w[1]! + w[2]!) * y[0] * y[1])
    const w = [0.1, 0.4, 0.4, -0.2]
    const logZ = (w: readonly number[]): number =>
      Math.log(states.reduce((sum, y) => sum + Math.exp(half(y, w)), 0))
    const moments = (p: (y: readonly [number, number]) => number): number[] =>
      [0, 1, 2, 3].map((entry) => states.reduce((sum, y) => sum + p(y) * y[entry >> 1]! * y[entry & 1]!, 0))
    // Data: the state (1, 1) three times in four, else (1, −1).
    const share = (y: readonly [number, number]): number => (y[0] < 0 ? 0 : y[1] > 0 ? 0.75 : 0.25)
    const found = form(
      moments(share),
      moments((y) => Math.exp(half(y, w) - logZ(w))),
    )
    const likelihood = (w: readonly number[]): number =>
      states.reduce((sum, y) => sum + share(y) * half(y, w), 0) - logZ(w)
    const h = 1e-5
    for (const entry of [0, 1, 2, 3]) {
      const moved = (by: number): number[] => w.map((value, i) => (i === entry ? value + by : value))
      expectNear(
        `∂L/∂W at entry ${entry}`,
        found[entry]!,
        (likelihood(moved(h)) - likelihood(moved(-h))) / (2 * h),
        1e-8,
      )
    }
    return Promise.resolve()
  },
})

/** The loss of contrastive divergence with one Langevin step. */
export type ContrastiveLoss = (model: EnergyField, x: tf.Tensor, stream: RandomStream) => tf.Scalar

const STEP = 0.5

/** Then the model learns to move its samples, and not to give them a higher energy. */
const gradientThroughSamples = mistake<ContrastiveLoss>({
  title: 'Contrastive divergence with the gradient through its samples',
  written: String.raw`\nabla_\theta\left[E_\theta(x) - E_\theta(x^-(\theta))\right]`,
  correct: String.raw`\nabla_\theta E_\theta(x) - \left.\nabla_\theta E_\theta(x^-)\right|_{x^-\ \text{fixed}}`,
  right: (model, x, stream) =>
    contrast(
      model,
      x,
      constant(() => langevinStep(model, x, STEP, stream)),
    ),
  wrong: (model, x, stream) => contrast(model, x, langevinStep(model, x, STEP, stream)),
  check: async (form, stream = currentStream()) => {
    // E = θx²/2 at θ = 1.5: the derivative is (E x² − E x⁻²)/2.
    const [n, theta] = [512, 1.5]
    const x = stream.normal(n)
    const noise = stream.split('noise')
    const z = stream.split('noise').normal(n)
    const moved = x.map((value, i) => value * (1 - (STEP / 2) * theta) + Math.sqrt(STEP) * z[i]!)
    const value = await derivative(
      (t) => energyField((y) => tf.square(y).sum<tf.Tensor1D>(1).mul(t).mul(0.5)),
      theta,
      (model) => form(model, tf.tensor2d(Float32Array.from(x), [n, 1]), noise),
    )
    expectNear('dL/dθ at θ = 1.5', value, (meanSquare(x) - meanSquare(moved)) / 2, 1e-4)
  },
})

/** The derivative of a loss in the one parameter of an energy. */
async function derivative(
  energy: (theta: tf.Tensor) => EnergyField,
  theta: number,
  loss: (model: EnergyField) => tf.Scalar,
): Promise<number> {
  const t = tf.tidy(() => parameter(tf.scalar(theta)))
  const gradient = tf.tidy(() => tf.variableGrads(() => loss(energy(t)), [t]).grads[t.name]!)
  const [value = NaN] = await gradient.data()
  tf.dispose([t, gradient])
  return value
}

export const energyMistakes = {
  sumInsteadOfLogZ,
  partitionGradientInX,
  gaussianConstant,
  boltzmannWithoutHalf,
  gradientThroughSamples,
} as const
