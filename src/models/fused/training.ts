/** Training by executors that compute a denoising loss, its gradients, and a step of Adam in one go. */
import * as tf from '@tensorflow/tfjs'
import { mayFuse, sumOfSquares, tellFused } from '../../tensor'
import { partsOf, type TrainingExecutor } from '../../tensor/fused/training'
import type { Trainable } from '../denoiser'
import type { PerceptronForm } from '../mlp'
import type { Params } from '../network'
import type { TrainingLoss } from '../training/loss'
import { denoisingOf, type DenoisingLoss } from './loss'
import { NotFused } from './notFused'
import { executorFor, formOf, perceptronOf, rowsOf } from './rows'

/**
 * The own loss of a model by whoever can compute it in one go on the tensors' device, which is told; or why there is nobody, as
 * the end of a sentence.
 *
 * @param fused whether it may at all; default: what the session says.
 */
export function fusedLoss(model: Trainable, fused = mayFuse()): TrainingLoss | string {
  if (!fused) return 'fused paths are switched off'
  const loss = denoisingOf(model.loss)
  if (!loss) return 'the model’s loss is not a denoising loss'
  if (!sameRecord(model.params, loss.params)) return 'not all of its parameters are trained'
  try {
    const form = formOf(loss)
    const executor = executorFor(perceptronOf(form, loss.params))
    tellFused('training', executor.name())
    return fusedBy(executor, loss, form)
  } catch (error) {
    if (error instanceof NotFused) return error.message
    throw error
  }
}

function sameRecord(a: Params, b: Params): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

function fusedBy(executor: TrainingExecutor, loss: DenoisingLoss, form: PerceptronForm): TrainingLoss {
  const { params } = loss
  const perceptron = perceptronOf(form, params)
  const named = form.names.flatMap(partsOf)
  const embedding = Object.keys(params).filter((name) => !named.includes(name))
  return {
    gradients: (batch, stream, condition) =>
      tf.tidy(() => {
        const { rows, told } = rowsOf(loss, form, batch, stream, condition)
        const { check, parameters, condition: ofCondition } = executor.gradients(perceptron, rows)
        const ofLayers = parameters.flatMap(partsOf)
        const gradients = Object.fromEntries(named.map((name, i) => [name, ofLayers[i]!]))
        if (!ofCondition) return { check, gradients }
        const n = batch.shape[0]
        const { grads } = tf.variableGrads(
          () => tf.sum(tf.mul(form.embedded!(params, told, n), ofCondition)).asScalar(),
          embedding.map((name) => params[name]!),
        )
        // What had no part, such as the null of a condition that everybody was told, has no gradient.
        const ofEmbedding = Object.fromEntries(
          embedding.map((name) => [name, grads[params[name]!.name] ?? tf.zerosLike(params[name]!)]),
        )
        const more = tf.stack([tf.scalar(0), sumOfSquares(Object.values(ofEmbedding))])
        return { check: tf.add<tf.Tensor1D>(check, more), gradients: { ...gradients, ...ofEmbedding } }
      }),
    ...(!embedding.length && {
      step: (batch, stream, adam, rate, clip) =>
        tf.tidy(() => {
          const [m, v] = [perceptronOf(form, adam.m), perceptronOf(form, adam.v)]
          const { rows } = rowsOf(loss, form, batch, stream, null)
          return executor.step(perceptron, rows, { m, v, rule: adam.next(rate), clip })
        }),
    }),
    ...(!embedding.length &&
      executor.steps && {
        steps: (draw, stream, adam, { rates, clip, average }) =>
          tf.tidy(() => {
            const [m, v] = [perceptronOf(form, adam.m), perceptronOf(form, adam.v)]
            const batches = rates.map(() => rowsOf(loss, form, draw(), stream, null).rows)
            const rules = rates.map((rate, i) => adam.next(rate, i))
            const mean = average && {
              of: perceptronOf(form, Object.fromEntries(average.average)),
              keeps: rates.map((_, i) => average.decayOf(i)),
            }
            return executor.steps!(perceptron, batches, { m, v, clip, rules, ...(mean && { average: mean }) })
          }),
      }),
  }
}
