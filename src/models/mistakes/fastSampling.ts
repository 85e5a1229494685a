/** Mistakes with flow matching, flow maps and tokens. */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { mixture } from '../data/mixture'
import {
  crossEntropy,
  exactTokens,
  maskedTokens,
  mdlm,
  tokenLaw,
  type TokenDenoiser,
  type TokenProcess,
} from '../discrete'
import { exact } from '../exact'
import { asMeanFlow, consistencyScalings, jvp, meanFlowTarget, type MeanFlow } from '../maps'
import { assignment, interpolants, squaredDistances } from '../matching'
import type { Curve } from '../process'
import { rectified } from '../processes'
import { combine } from '../state'
import { expectNear, mistake, MistakeError } from './mistake'

/** The variance of the Gaussian that all is tried on. */
const V = 0.3

/** The largest |z| that chance alone gives about one time in a million. */
const MOST = 5

/** @throws MistakeError unless the mean of the numbers is zero within five standard errors. */
function expectNoMean(what: string, values: ArrayLike<number>): void {
  const n = values.length
  let [sum, squares] = [0, 0]
  for (let i = 0; i < n; i++) sum += values[i]!
  for (let i = 0; i < n; i++) squares += (values[i]! - sum / n) ** 2
  const errors = Math.abs(sum / n) / (Math.sqrt(squares) / n)
  if (errors <= MOST) return
  throw new MistakeError(`${what} is ${errors.toFixed(1)} standard errors away from 0, more than ${MOST}`)
}

/** Runs a check that waits for nothing, as one that may. */
function settled(check: () => void): Promise<void> {
  return new Promise((resolve) => {
    check()
    resolve()
  })
}

/** What a step of flow matching is trained on, from x₀, ε and t. */
type PathForm = (
  x0: Float64Array,
  noise: Float64Array,
  t: number,
) => { x: Float64Array; target: Float64Array }

const flowTimeReversed = mistake<PathForm>({
  title: 'flow matching with the data at t = 1, in a program whose data are at t = 0',
  written: 'x_t = t\\,x_0 + (1 - t)\\,\\varepsilon, \\quad v = \\varepsilon - x_0',
  correct: 'x_t = (1 - t)\\,x_0 + t\\,\\varepsilon, \\quad v = \\varepsilon - x_0',
  right: (x0, noise, t) => ({ x: combine([1 - t, x0], [t, noise]), target: combine([1, noise], [-1, x0]) }),
  wrong: (x0, noise, t) => ({ x: combine([t, x0], [1 - t, noise]), target: combine([1, noise], [-1, x0]) }),
  check: (form, stream = currentStream()) =>
    settled(() => {
      const n = 4000
      const model = exact<Float64Array>(rectified(), mixture({ means: [[0]], deviations: Math.sqrt(V) }))
      const x0 = stream.normal(n).map((z) => Math.sqrt(V) * z)
      const { x, target } = form(x0, stream.normal(n), 0.8)
      const velocity = model.predict(x, 0.8).velocity
      expectNoMean(
        'the target less the exact velocity, times x_t,',
        target.map((u, i) => (u - velocity[i]!) * x[i]!),
      )
    }),
})

const consistencyWithoutBoundary = mistake<
  (sigmaMin: number, sigmaData: number) => { skip: Curve; out: Curve }
>({
  title: 'a consistency model that is not the identity at the smallest noise',
  written:
    'c_{skip} = \\frac{\\sigma_d^2}{\\sigma^2 + \\sigma_d^2}, \\quad c_{out} = \\frac{\\sigma_d\\,\\sigma}{\\sqrt{\\sigma^2 + \\sigma_d^2}}',
  correct:
    'c_{skip} = \\frac{\\sigma_d^2}{(\\sigma - \\sigma_{min})^2 + \\sigma_d^2}, \\quad c_{out} = \\frac{\\sigma_d (\\sigma - \\sigma_{min})}{\\sqrt{\\sigma^2 + \\sigma_d^2}}',
  right: consistencyScalings,
  wrong: (_, sigmaData) => consistencyScalings(0, sigmaData),
  check: (form) =>
    settled(() => {
      const { skip, out } = form(0.002, 0.5)
      expectNear('c_skip at σ_min', skip(0.002), 1, 1e-12)
      expectNear('c_out at σ_min', out(0.002), 0, 1e-12)
    }),
})

/** Two neighbours on a path, at noise levels low < high. */
type NeighboursForm = (
  x0: Float64Array,
  low: number,
  high: number,
  stream: RandomStream,
) => readonly [below: Float64Array, above: Float64Array]

const consistencyWithOtherNoise = mistake<NeighboursForm>({
  title: 'consistency training with other noise at the neighbouring level',
  written: "x_n = x_0 + \\sigma_n z, \\quad x_{n+1} = x_0 + \\sigma_{n+1} z'",
  correct: 'x_n = x_0 + \\sigma_n z, \\quad x_{n+1} = x_0 + \\sigma_{n+1} z',
  right: (x0, low, high, stream) => {
    const z = stream.normal(x0.length)
    return [combine([1, x0], [low, z]), combine([1, x0], [high, z])]
  },
  wrong: (x0, low, high, stream) => [
    combine([1, x0], [low, stream.normal(x0.length)]),
    combine([1, x0], [high, stream.normal(x0.length)]),
  ],
  check: (form, stream = currentStream()) =>
    settled(() => {
      const n = 4000
      const [below, above] = form(stream.normal(n), 1, 1.25, stream)
      const square = below.reduce((sum, x, i) => sum + (above[i]! - x) ** 2, 0) / n
      expectNear(
        'the mean squared distance of neighbours at σ = 1 and 1.25',
        square,
        0.0625,
        5 * 0.0625 * Math.sqrt(2 / n),
      )
    }),
})

type TargetForm = (
  model: MeanFlow,
  x: tf.Tensor,
  velocity: tf.Tensor,
  t: Float64Array,
  s: Float64Array,
) => tf.Tensor

/** v − c (t − s) du/dt, differentiable. */
function freeTarget(c: number): TargetForm {
  return (model, x, velocity, t, s) => {
    const [at, until] = [column(t), column(s)]
    const change = jvp(
      (x, t, s) => model.average(x, t as tf.Tensor1D, s as tf.Tensor1D),
      [x, at, until],
      [velocity, tf.onesLike(at), tf.zerosLike(until)],
    )
    return combine([1, velocity], [t.map((time, i) => -c * (time - s[i]!)), change])
  }
}

function column(times: Float64Array): tf.Tensor1D {
  return tf.tensor1d(Float32Array.from(times))
}

/** The exact average velocity of N(0, V) on straight paths, x (v_t − v_s) / ((t − s)(v_t + √(v_s v_t))). */
function averageVelocity(x: tf.Tensor, t: tf.Tensor1D, s: tf.Tensor1D): tf.Tensor {
  const variance = (t: tf.Tensor): tf.Tensor => tf.add(tf.mul(tf.square(tf.sub(1, t)), V), tf.square(t))
  const [vt, vs] = [variance(t), variance(s)]
  const chord = tf.sub(tf.mul(tf.add(t, s), 1 + V), 2 * V)
  return tf.mul(x, tf.reshape(tf.div(chord, tf.add(vt, tf.sqrt(tf.mul(vt, vs)))), [-1, 1]))
}

/** The derivative of ‖u_θ − target‖² at the exact u for each draw, u_θ = u + θx. */
function slopesAtExact(form: TargetForm, stream: RandomStream): tf.Tensor {
  const n = 8000
  return tf.tidy(() => {
    const [x0, noise] = [tf.mul(stream.normalTensor([n, 1]), Math.sqrt(V)), stream.normalTensor([n, 1])]
    const t = stream.uniform(n).map((u) => 0.3 + 0.7 * u)
    const s = t.map((time) => 0.4 * time)
    const x = combine([t.map((time) => 1 - time), x0], [t, noise])
    const gradient = tf.grad((theta) => {
      const model = asMeanFlow([1], (x, t, s) => tf.add(averageVelocity(x, t, s), tf.mul(theta, x)))
      const target = form(model, x, tf.sub(noise, x0), t, s)
      return tf.sum(tf.square(tf.sub(model.average(x, column(t), column(s)), target)))
    })
    return gradient(tf.zeros([n, 1]))
  })
}

async function checkTarget(form: TargetForm, stream: RandomStream = currentStream()): Promise<void> {
  const slopes = slopesAtExact(form, stream)
  const values = await slopes.data()
  slopes.dispose()
  expectNoMean('the slope of the loss at the exact average velocity', values)
}

const meanFlowWithoutStopGradient = mistake<TargetForm>({
  title: 'MeanFlow with a gradient through its target',
  written: '\\|u_\\theta - (v - (t - s)\\,\\tfrac{d}{dt} u_\\theta)\\|^2',
  correct: '\\|u_\\theta - \\mathrm{sg}(v - (t - s)\\,\\tfrac{d}{dt} u_\\theta)\\|^2',
  right: meanFlowTarget,
  wrong: freeTarget(1),
  check: checkTarget,
})

const meanFlowSign = mistake<TargetForm>({
  title: 'MeanFlow with the wrong sign',
  written: 'u = v + (t - s)\\,\\tfrac{du}{dt}',
  correct: 'u = v - (t - s)\\,\\tfrac{du}{dt}',
  right: meanFlowTarget,
  wrong: (model, x, velocity, t, s) => tf.sub(tf.mul(velocity, 2), meanFlowTarget(model, x, velocity, t, s)),
  check: checkTarget,
})

const flowPairsInverted = mistake<(cost: Float64Array, n: number) => Int32Array>({
  title: 'an optimal pairing read the wrong way round',
  written: '(x_i, y_{\\pi^{-1}(i)})',
  correct: '(x_i, y_{\\pi(i)})',
  right: assignment,
  wrong: (cost, n) => {
    const inverse = new Int32Array(n)
    assignment(cost, n).forEach((j, i) => (inverse[j] = i))
    return inverse
  },
  check: (form, stream = currentStream()) =>
    settled(() => {
      const n = 30
      const [x, y] = [stream.normal(n), stream.normal(n)]
      const cost = squaredDistances(x, y, n)
      const partners = form(cost, n)
      const found = partners.reduce((sum, j, i) => sum + cost[i * n + j]!, 0)
      // On a line, sorted points are paired in order.
      const [a, b] = [Float64Array.from(x).sort(), Float64Array.from(y).sort()]
      const best = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)
      expectNear('the cost of the pairing', found, best, 1e-9 * n)
    }),
})

/** One step down from t, of length h, where velocity and score are known. */
type DownForm = (x: number, h: number, velocity: number, score: number, epsilon: number, z: number) => number

const interpolantScoreSign = mistake<DownForm>({
  title: 'sampling a bridge against the score',
  written: 'x_s = x - h\\,v - h\\,\\epsilon\\,\\nabla\\log p_t + \\sqrt{2 \\epsilon h}\\,z',
  correct: 'x_s = x - h\\,v + h\\,\\epsilon\\,\\nabla\\log p_t + \\sqrt{2 \\epsilon h}\\,z',
  right: (x, h, v, score, epsilon, z) => x - h * v + h * epsilon * score + Math.sqrt(2 * epsilon * h) * z,
  wrong: (x, h, v, score, epsilon, z) => x - h * v - h * epsilon * score + Math.sqrt(2 * epsilon * h) * z,
  check: (form) =>
    settled(() => {
      const path = interpolants.brownianBridge({ sigma: 0.8 })
      // From N(0, 1) at t = 1 to N(0, V): every step is linear, so the variance follows a recursion.
      const steps = 400
      let variance = 1
      for (let i = 0; i < steps; i++) {
        const [t, h] = [1 - i / steps, 1 / steps]
        const marginal = (1 - t) ** 2 * V + t ** 2 + path.gamma(t) ** 2
        const half = -(1 - t) * V + t + path.variancePrime(t) / 2
        const epsilon = path.gamma(t)
        const slope = form(1, h, half / marginal, -1 / marginal, epsilon, 0)
        variance = slope ** 2 * variance + form(0, h, 0, 0, epsilon, 1) ** 2
      }
      expectNear('the variance after 400 steps', variance, V, 0.02)
    }),
})

type TokenLossForm = (model: TokenDenoiser, x0: tf.Tensor, stream: RandomStream) => tf.Scalar

const maskedWithoutWeight = mistake<TokenLossForm>({
  title: 'masked diffusion without the weight 1/t',
  written: '\\mathbb{E}_t \\sum_{i\\ \\mathrm{masked}} -\\log p_\\theta(x_0^i \\mid x_t)',
  correct: '\\mathbb{E}_t\\, \\tfrac{1}{t} \\sum_{i\\ \\mathrm{masked}} -\\log p_\\theta(x_0^i \\mid x_t)',
  right: (model, x0, stream) => mdlm(model, x0, { stream }),
  wrong: (model, x0, stream) => {
    const t = stream.uniform(x0.shape[0])
    return tf.mean(crossEntropy(model, x0, model.process.draw(x0, t, stream), t)).asScalar()
  },
  check: async (form, stream = currentStream()) => {
    const law = tokenLaw({
      sequences: [
        [0, 0],
        [1, 1],
        [0, 1],
      ],
      weights: [3, 2, 1],
    })
    const model = exactTokens(maskedTokens({ categories: 2 }), law)
    const loss = tf.tidy(() =>
      form(model, tf.tile(tf.tensor2d([[0, 0]], [1, 2], 'int32'), [8000, 1]), stream),
    )
    const [found = NaN] = await loss.data()
    loss.dispose()
    // Five standard errors of terms of a few nats; times spread evenly make them smaller still.
    expectNear('the loss of the exact model at a sequence of probability ½', found, Math.log(2), 0.1)
  },
})

/** q(x_s = · | x_t = i, x_0 = k). */
type PosteriorForm = (
  process: TokenProcess,
  i: number,
  k: number,
  s: number,
  t: number,
) => readonly number[] | Promise<readonly number[]>

const tokensDrawnAnew = mistake<PosteriorForm>({
  title: 'tokens corrupted anew from the guess, forgetting x_t',
  written: 'x_s \\sim q(x_s \\mid \\hat x_0)',
  correct: 'x_s \\sim q(x_s \\mid x_t, \\hat x_0)',
  right: async (process, i, k, s, t) => {
    const probabilities = tf.tidy(() => {
      const clean = tf.oneHot(tf.tensor2d([[k]], [1, 1], 'int32'), process.categories).toFloat()
      return process.posterior(tf.tensor2d([[i]], [1, 1], 'int32'), clean, s, t)
    })
    const values = await probabilities.data()
    probabilities.dispose()
    return [...values]
  },
  wrong: (process, _, k, s) => process.transition(0, s).map((row) => row[k]!),
  check: async (form) => {
    const process = maskedTokens({ categories: 2 })
    const [s, t, i, k] = [0.4, 0.7, 2, 1]
    const found = await form(process, i, k, s, t)
    const [before, since] = [process.transition(0, s), process.transition(s, t)]
    for (const j of [0, 1, 2]) {
      // q(x_s | x_t, x_0) q(x_t | x_0) = q(x_t | x_s) q(x_s | x_0)
      const joint = since[i]![j]! * before[j]![k]!
      expectNear(`q(x_s = ${j}, x_t = mask | x_0)`, found[j]! * process.transition(0, t)[i]![k]!, joint, 1e-6)
    }
  },
})

export const fastSamplingMistakes = {
  flowTimeReversed,
  flowPairsInverted,
  interpolantScoreSign,
  consistencyWithoutBoundary,
  consistencyWithOtherNoise,
  meanFlowWithoutStopGradient,
  meanFlowSign,
  maskedWithoutWeight,
  tokensDrawnAnew,
} as const
