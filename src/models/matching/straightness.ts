/**
 * How straight a flow is: the mean squared distance between its velocity and the chord of its path,
 *
 *   S = ∫₀¹ E ‖(Z₁ − Z₀) − v(Z_t, t)‖² dt,   dZ/dt = v(Z_t, t),
 *
 * along its own trajectories. S = 0 just where all of them are straight lines, passed at constant speed: then one Euler
 * step is exact.
 *
 * Liu, Gong and Liu, 2023, equation 6, https://arxiv.org/abs/2209.03003
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, counted, currentStream, keepingTensors, poll, type RandomStream } from '../../tensor'
import { expectCount } from '../data/data'
import { inScope, type Denoiser } from '../denoiser'
import { combine, normalLike, type State } from '../state'
import { heunStep } from './heun'

export interface Straightness {
  /** S. */
  readonly value: number
  /** Times from 1 to 0, and E ‖(Z₁ − Z₀) − v‖² at each. */
  readonly t: readonly number[]
  readonly deviation: readonly number[]
}

export interface StraightnessOptions<S extends State> {
  /** Paths that are followed. Default 1024. */
  readonly n?: number
  /** Heun steps along each. Default 50. */
  readonly steps?: number
  /** Where paths start at t = 1, of shape [n, …]. Default: standard normal noise. */
  readonly start?: S
  readonly stream?: RandomStream
}

/**
 * @param model a velocity on [0, 1], such as a denoiser of the `rectified()` process.
 * @returns S by the trapezoidal rule over the steps, with what it was integrated from.
 */
export function straightness<S extends State = tf.Tensor>(
  model: Denoiser<S>,
  { n = 1024, steps = 50, start, stream = currentStream() }: StraightnessOptions<S> = {},
): Promise<Straightness> {
  expectUnitInterval('straightness', model)
  expectCount(n)
  expectSteps('straightness', steps)
  return keepingTensors(async () => {
    const t = Array.from({ length: steps + 1 }, (_, i) => 1 - i / steps)
    const first = start ?? (tf.tidy(() => normalLike(tf.zeros([n, ...model.shape]), stream)) as S)
    const made: S[] = start ? [] : [first]
    const keep = (x: S): S => {
      made.push(x)
      return x
    }
    try {
      let x = first
      const velocities: S[] = []
      for (const i of counted('straightness', t.length)) {
        const time = t[i]!
        poll()
        if (i % 10 === 9) await breathe()
        velocities.push(keep(inScope(x, () => model.predict(x, time).velocity)))
        const now = x
        if (i < steps) x = keep(inScope(x, () => heunStep(model, now, time, t[i + 1]!)))
      }
      const chord = keep(combine([1, first], [-1, x]))
      const deviation: number[] = []
      for (const v of velocities) deviation.push(await meanSquare(combine([1, chord], [-1, v]), model.shape))
      const value = deviation.reduce((sum, d, i) => sum + (d * (i % steps === 0 ? 0.5 : 1)) / steps, 0)
      return { value, t, deviation }
    } finally {
      for (const x of made) if (x instanceof tf.Tensor) x.dispose()
    }
  })
}

/** The mean over the batch of the squared length, of a state that is disposed of. */
async function meanSquare(x: State, shape: readonly number[]): Promise<number> {
  const values = x instanceof tf.Tensor ? await x.data() : x
  if (x instanceof tf.Tensor) x.dispose()
  let sum = 0
  for (const value of values) sum += value * value
  return (sum * shape.reduce((size, length) => size * length, 1)) / values.length
}

/** @throws TypeError or RangeError unless the model is a velocity on [0, 1]. */
export function expectUnitInterval<S extends State>(name: string, model: Denoiser<S>): void {
  const process = (model as Partial<Denoiser<S>> | undefined)?.process
  if (!process)
    throw new TypeError(`${name}: the first argument must be a denoiser, such as denoiser(rectified(), …)`)
  const { from, to, discrete } = process.times
  if (from !== 0 || to !== 1 || discrete)
    throw new RangeError(
      `${name}: the model must have times from 0 to 1, but ${process.name} goes from ${from} to ${to}`,
    )
}

export function expectSteps(name: string, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`${name}: steps must be a positive whole number, but is ${steps}`)
}
