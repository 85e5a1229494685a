/**
 * Distillation from whole paths. A teacher's solver is followed once from σ_max to the end, and every state on the way is kept with
 * where its path ends: the target of f at each noise level is then that end itself,
 *
 *   E d(f_θ(x_i, σ_i), x_end),   i uniform among the levels of a path,
 *
 * and not what f says one step further down. Nothing has to travel from level to level while f is learnt, so far fewer steps of
 * training will do; what it costs is a set of paths made before.
 *
 * Luhman and Luhman, "Knowledge distillation in iterative generative models for improved sampling speed", 2021 (from the first level
 * only), https://arxiv.org/abs/2101.02388; Song et al., 2023, https://arxiv.org/abs/2303.01469
 */
import * as tf from '@tensorflow/tfjs'
import { counted, currentStream, keepingTensors, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import { expectCount } from '../data/data'
import { given, type Denoiser } from '../denoiser'
import { sample, type Sampler } from '../sample'
import { processOf } from '../samplers/walk'
import type { NetworkConsistency } from './consistency'
import { pseudoHuber, type Distance } from './consistencyLoss'
import type { ConsistencyObjective } from './consistencyTraining'

export interface PathDistillationOptions {
  /** How a teacher is followed: `(told) => dpmpp2M(told, { steps: 18 })`. It must not add noise. */
  readonly sampler: (teacher: Denoiser) => Sampler
  /** How many paths are made; every step chooses among them and their levels. Default 4096. */
  readonly n?: number
  /** Into how many classes the teacher's data fall: each path is of one, all as often. Default: none is told. */
  readonly classes?: number
  /** d. Default: the pseudo-Huber distance. */
  readonly distance?: Distance
  /** What paths start from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** Numbers that go through the teacher together. */
const TOGETHER = 2 ** 16

/**
 * Follows the paths, and makes the loss for `train` that learns where they end. Of a batch it takes only how many it has.
 *
 * @param teacher a denoiser of any process on an interval; states are read as x/α at the noise level σ/α.
 * @throws RangeError for a table of steps; and from the loss, where a path starts above the model's σ_max.
 */
export async function pathDistillation(
  teacher: Denoiser,
  { sampler, n = 4096, classes, distance = pseudoHuber(), stream = currentStream() }: PathDistillationOptions,
): Promise<ConsistencyObjective> {
  const { alpha, sigma, times } = processOf(teacher, 'pathDistillation')
  if (typeof (sampler as unknown) !== 'function')
    throw new TypeError('pathDistillation: sampler must be a function, such as (told) => dpmpp2M(told)')
  if (times.discrete)
    throw new RangeError(
      `pathDistillation: the teacher knows a table of steps, ${teacher.process.name}, and no times between them; train it on ` +
        'the limit, such as vp()',
    )
  expectCount(n)
  if (classes !== undefined && !(Number.isSafeInteger(classes) && classes > 0))
    throw new RangeError(
      `pathDistillation: classes must be a positive whole number, but is ${String(classes)}`,
    )
  const { shape } = teacher
  const size = shape.reduce((product, length) => product * length, 1)
  const together = Math.max(1, Math.floor(TOGETHER / size))
  const labelOf = (path: number): number => path % (classes ?? 1)
  const told = (paths: ArrayLike<number>): Condition =>
    classes ? { class: Int32Array.from(paths, labelOf) } : null

  /** Of each level, the states of all paths; the last are the ends. */
  const levels: { readonly sigma: number; readonly x: Float32Array }[] = []
  await keepingTensors(async () => {
    for (const part of counted('paths', Math.ceil(n / together))) {
      const from = part * together
      const paths = Int32Array.from({ length: Math.min(together, n - from) }, (_, i) => from + i)
      const walk = sampler(given(teacher, told(paths)))
      const end = await sample(walk, paths.length, {
        stream,
        async observe({ x, t, step }) {
          levels[step] ??= { sigma: sigma(t) / alpha(t), x: new Float32Array(n * size) }
          const scale = alpha(t)
          levels[step].x.set(
            (await x.data()).map((value) => value / scale),
            from * size,
          )
        },
      })
      end.dispose()
    }
  })
  const ends = levels.pop()
  if (!ends || !levels.length) throw new RangeError('pathDistillation: the sampler must take a step at least')
  return (model: NetworkConsistency, batch: tf.Tensor, stream: RandomStream) =>
    tf.tidy(() => {
      const count = batch.shape[0]
      const paths = stream.integers(count, 0, n)
      const chosen = Array.from(stream.integers(count, 0, levels.length), (level) => levels[level]!)
      const gathered = (of: (i: number) => Float32Array): tf.Tensor => {
        const values = new Float32Array(count * size)
        for (const [i, path] of paths.entries())
          values.set(of(i).subarray(path * size, (path + 1) * size), i * size)
        return tf.tensor(values, [count, ...shape])
      }
      const sigmas = Float64Array.from(chosen, ({ sigma }) => sigma)
      const x = gathered((i) => chosen[i]!.x)
      const aim = gathered(() => ends.x)
      return tf.mean(distance(model.origin(x, sigmas, told(paths)), aim)).asScalar()
    })
}
