/** Who can train perceptrons in one pass: one executor for each of TensorFlow.js's backends, entered by whoever implements it. */
import * as tf from '@tensorflow/tfjs'
import type { TrainingExecutor } from './training'

const executors = new Map<string, () => TrainingExecutor | undefined>()

/**
 * Enters an executor.
 *
 * @param backend TensorFlow.js's name of it, such as `wasm`.
 * @param executor the executor, or undefined where it cannot be had at this moment.
 */
export function registerTraining(backend: string, executor: () => TrainingExecutor | undefined): void {
  executors.set(backend, executor)
}

/** The executor for tensors as they are made now; undefined where there is none. */
export function trainingExecutor(): TrainingExecutor | undefined {
  return executors.get(tf.getBackend())?.()
}
