/**
 * Who can follow walks in numbers: one executor for each of TensorFlow.js's backends, entered by whoever implements it.
 */
import * as tf from '@tensorflow/tfjs'
import type { PhiloxKey } from '../random/philox'
import type { Walk, WalkPlan } from './walk'

/** Follows walks on tensors of one backend. */
export interface WalkExecutor {
  /** What the walk of so many particles runs on, for people: `WASM SIMD (relaxed), 2 threads`. */
  readonly name: (plan: WalkPlan, particles: number) => string
  /**
   * Why it cannot take this walk, as the end of a sentence that says what is done instead: `a layer of 5000 units does not
   * fit into workgroup memory`. Undefined where it can.
   */
  readonly refuses: (plan: WalkPlan) => string | undefined
  /**
   * Begins a walk.
   *
   * @param start of shape [n, d], n ≥ 0, the state before the first step; stays the caller's.
   * @param key the walk's key, under which its noises are drawn.
   */
  readonly begin: (walk: Walk, start: tf.Tensor2D, key: PhiloxKey) => WalkRun | Promise<WalkRun>
}

/** A walk on its way. */
export interface WalkRun {
  /** Steps done. */
  readonly done: number
  /** Takes at least one step and not more than up to `to` done in all, and returns within about a tenth of a second. */
  readonly advance: (to: number) => Promise<void>
  /** The state now, of shape [n, d], the caller's to dispose of. */
  readonly state: () => tf.Tensor2D
  /** Lets go of everything; may be called while nothing is under way only. */
  readonly dispose: () => void
}

const executors = new Map<string, () => WalkExecutor | undefined>()

/**
 * Enters an executor.
 *
 * @param backend TensorFlow.js's name of it, such as `wasm`.
 * @param executor the executor, or undefined where it cannot be had at this moment.
 */
export function registerWalks(backend: string, executor: () => WalkExecutor | undefined): void {
  executors.set(backend, executor)
}

/** The executor for tensors as they are made now; undefined where there is none. */
export function walkExecutor(): WalkExecutor | undefined {
  return executors.get(tf.getBackend())?.()
}
