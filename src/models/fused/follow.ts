/** Walks by executors: the states of a sampler, of which only those are handed out that somebody looks at. */
import * as tf from '@tensorflow/tfjs'
import {
  breathe,
  mayFuse,
  particlesOf,
  poll,
  tellFused,
  tellPlain,
  type ParticleStream,
  type RandomStream,
} from '../../tensor'
import { walkExecutor, type WalkExecutor } from '../../tensor/fused'
import type { Walk } from '../../tensor/fused/walk'
import type { State } from '../state'
import { sizeOf, type Sampler, type SamplerState } from '../samplers/walk'
import { NotFused } from './notFused'
import { walkPlan } from './plan'

/** How a walk is looked at while it goes on. */
export interface Looking {
  /** Whether the state after this step is wanted; the start and the last state always are. */
  readonly wanted: (step: number) => boolean
  /** Told after every portion of steps how many have been done. */
  readonly progress: (step: number) => void
}

/** A sampler's states by an executor, in the same order and of the same kind as the sampler yields them. */
export type FusedStates = (looking: Looking) => AsyncGenerator<SamplerState, void, void>

/**
 * The walk of a sampler from `start` by whoever can follow its numbers on the tensors' device, or undefined where it must go
 * step by step; tells which.
 *
 * @param fused whether it may at all; default: what the session says.
 */
export function fusedStates<S extends State>(
  sampler: Sampler<S>,
  start: S,
  stream: RandomStream,
  fused = mayFuse(),
): FusedStates | undefined {
  // Doubles are for tests of the mathematics: nobody waits for them.
  if (start instanceof Float64Array) return undefined
  try {
    const executor = executorFor(fused)
    const walk = planned(sampler as unknown as Sampler, start, executor)
    const noise = particlesOf(stream, sizeOf(sampler.model))
    if (!noise.walkKey) {
      walk.biases.dispose()
      throw new NotFused('its noise is not a random stream’s')
    }
    tellFused('sampling', executor.name(walk.plan, start.shape[0]))
    return states(sampler as unknown as Sampler, walk, start as tf.Tensor2D, executor, noise)
  } catch (error) {
    if (!(error instanceof NotFused)) throw error
    tellPlain('sampling', error.message)
    return undefined
  }
}

function executorFor(fused: boolean): WalkExecutor {
  if (!fused) throw new NotFused('fused paths are switched off')
  const executor = walkExecutor()
  if (!executor) throw new NotFused(`nothing follows whole walks on the backend ${tf.getBackend()}`)
  return executor
}

/** @throws NotFused where the walk cannot be taken by the executor. */
function planned(sampler: Sampler, start: tf.Tensor, executor: WalkExecutor): Walk {
  const { shape } = sampler.model
  if (shape.length !== 1 || start.rank !== 2 || start.shape[1] !== shape[0] || start.dtype !== 'float32')
    throw new NotFused('its states are no vectors')
  const walk = walkPlan(sampler)
  const reason = executor.refuses(walk.plan)
  if (reason === undefined) return walk
  walk.biases.dispose()
  throw new NotFused(reason)
}

function states(
  { times, linear }: Sampler,
  walk: Walk,
  start: tf.Tensor2D,
  executor: WalkExecutor,
  noise: ParticleStream,
): FusedStates {
  return async function* ({ wanted, progress }) {
    const steps = linear!.length
    const ends = walk.plan.stepEnds
    try {
      yield { x: start, t: times[0]!, step: 0, steps, evaluations: 0 }
      const run = await executor.begin(walk, start, noise.walkKey!)
      try {
        while (run.done < steps) {
          poll()
          let to = run.done + 1
          while (to < steps && !wanted(to)) to++
          while (run.done < to) {
            await run.advance(to)
            progress(run.done)
            await breathe()
          }
          yield { x: run.state(), t: times[to]!, step: to, steps, evaluations: ends[to - 1]! }
        }
      } finally {
        run.dispose()
      }
    } finally {
      walk.biases.dispose()
    }
  }
}
