/**
 * The denoising loss as one operation with a gradient, wherever a cell's own loss calls it.
 *
 * Its gradients in the parameters are computed with it and are constants afterwards. So it takes part only where nothing can ask
 * for more: while first derivatives are recorded, in nothing that the batch or its condition depend on.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, isDifferentiated, mayFuse, recordsFirstDerivatives } from '../../tensor'
import {
  partsOf,
  type Perceptron,
  type TrainingExecutor,
  type TrainingRows,
} from '../../tensor/fused/training'
import { onProcessor, type Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import type { DenoisingOptions } from '../losses'
import { networkOf } from './loss'
import { NotFused } from './notFused'
import { executorFor, formOf, perceptronOf, rowsOf } from './rows'

let latest: TrainingExecutor | undefined

/** What `f` returns, and who computed denoising losses in one go meanwhile, if anybody did. */
export function watched<T>(f: () => T): { readonly result: T; readonly by: TrainingExecutor | undefined } {
  latest = undefined
  return { result: f(), by: latest }
}

/** The denoising loss of a batch, or undefined where it must go operation by operation. */
export function fusedDenoising(
  { predict }: Denoiser,
  x0: tf.Tensor,
  { stream = currentStream(), condition = null, ...options }: DenoisingOptions,
): tf.Scalar | undefined {
  if (!mayFuse() || !recordsFirstDerivatives() || depends(x0) || conditionDepends(condition)) return undefined
  const headed = networkOf(predict)
  if (!headed) return undefined
  try {
    const form = formOf(headed)
    const perceptron = perceptronOf(form, headed.params)
    const executor = executorFor(perceptron)
    latest = executor
    const { rows } = rowsOf({ ...headed, options }, form, x0, stream, condition)
    return operation(executor, perceptron, rows)
  } catch (error) {
    if (error instanceof NotFused) return undefined
    throw error
  }
}

function operation(executor: TrainingExecutor, perceptron: Perceptron, rows: TrainingRows): tf.Scalar {
  const inputs = [...perceptron.flatMap(partsOf), ...(rows.condition ? [rows.condition] : [])]
  const loss = tf.customGrad((...given) => {
    const save = given.at(-1) as unknown as tf.GradSaveFunc
    const { check, parameters, condition } = executor.gradients(perceptron, rows)
    save([...parameters.flatMap(partsOf), ...(condition ? [condition] : [])])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
      saved.map((gradient) => (isOne(dy) ? gradient.clone() : tf.mul(gradient, dy)))
    return { value: check.slice([0], [1]).asScalar(), gradFunc }
  })
  return loss(...inputs)
}

function depends(x0: tf.Tensor): boolean {
  return x0.dtype !== 'float32' || isDifferentiated(x0)
}

function conditionDepends(condition: Condition): boolean {
  return Object.values(condition ?? {}).some((given) => {
    const value: unknown = typeof given === 'object' && given && 'told' in given ? given.value : given
    // Narrowing from unknown leaves the rank open.
    return value instanceof tf.Tensor && isDifferentiated(value as tf.Tensor)
  })
}

/** Whether the loss is what is differentiated, and not a part of it; where that is known at once. */
function isOne(dy: tf.Tensor): boolean {
  return !onProcessor() && dy.dataSync()[0] === 1
}
