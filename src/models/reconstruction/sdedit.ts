/**
 * SDEdit: a rough sketch becomes a sample, with no training for it. Noise hides what is wrong with the sketch, and the
 * reverse process makes a sample of what is left:
 *
 *   x_{t₀} = α_{t₀} x_sketch + σ_{t₀} z,   then the reverse process from t₀ to clean data.
 *
 * Small t₀ is faithful to the sketch, large t₀ realistic: at t₀ = 0 the sketch comes back, at the last time a sample that has
 * forgotten it.
 *
 * Meng et al., "SDEdit: guided image synthesis and editing with stochastic differential equations", ICLR 2022,
 * https://arxiv.org/abs/2108.01073
 */
import { currentStream, keepingTensors, particlesOf, type RandomStream } from '../../tensor'
import { inScope, type Denoiser } from '../denoiser'
import { follow, processOf, type Sampler, type TimeOptions } from '../sample'
import { ancestral } from '../samplers/ancestral'
import { sizeOf } from '../samplers/walk'
import type { State } from '../state'

export interface SdeditOptions<S extends State> {
  /** t₀, how far the sketch is noised, after the process's first time. */
  readonly from: number
  /** Steps from t₀ to clean data. Default 50. */
  readonly steps?: number
  /** The sampler, told its times. Default: `ancestral`. */
  readonly sampler?: (model: Denoiser<S>, options: TimeOptions) => Sampler<S>
  /** Where the noise comes from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * Samples that follow a sketch.
 *
 * @param sketch states of shape [n, …], clean but not of the data's law.
 * @returns as many samples; a new tensor, which is the caller's.
 */
export function sdedit<S extends State>(
  model: Denoiser<S>,
  sketch: S,
  { from, steps = 50, sampler = ancestral, stream = currentStream() }: SdeditOptions<S>,
): Promise<S> {
  const process = processOf(model, 'sdedit')
  const { times } = process
  if (!(from > times.from && from <= times.to))
    throw new RangeError(
      `sdedit: from, the time to which the sketch is noised, must be after ${times.from} and not after ${times.to}, but is ${String(from)}`,
    )
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`sdedit: steps must be a positive whole number, but is ${String(steps)}`)
  return keepingTensors(async () => {
    const noise = particlesOf(stream, sizeOf(model))
    const start = inScope(sketch, () => process.draw(sketch, from, noise))
    try {
      return await follow(sampler(model, { start: from, steps }), start, { stream: noise })
    } finally {
      dispose(start)
    }
  })
}

function dispose(x: State): void {
  if (!(x instanceof Float64Array)) x.dispose()
}

/** One point of the curve between faithfulness and realism. */
export interface FaithfulnessPoint {
  /** t₀. */
  readonly from: number
  /** The root mean square distance of the samples from their sketches, per state. */
  readonly distance: number
  /** How realistic the samples are, by the measure that was given. */
  readonly realism: number
}

/**
 * How faithfulness turns into realism as t₀ grows.
 *
 * @param realism a measure of samples, such as their mean log density, where that is known; larger is better.
 */
export async function faithfulness<S extends State>(
  model: Denoiser<S>,
  sketch: S,
  {
    from,
    realism,
    ...options
  }: Omit<SdeditOptions<S>, 'from'> & {
    readonly from: readonly number[]
    readonly realism: (x: S) => number | Promise<number>
  },
): Promise<FaithfulnessPoint[]> {
  const points: FaithfulnessPoint[] = []
  for (const t of from) {
    const x = await sdedit(model, sketch, { ...options, from: t })
    points.push({ from: t, distance: await distance(x, sketch), realism: await realism(x) })
    dispose(x)
  }
  return points
}

async function distance<S extends State>(x: S, y: S): Promise<number> {
  const read = async (s: State): Promise<ArrayLike<number>> =>
    s instanceof Float64Array ? s : await s.data()
  const [a, b] = await Promise.all([read(x), read(y)])
  const n = x instanceof Float64Array ? undefined : x.shape[0]
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return Math.sqrt(sum / (n ?? a.length))
}
