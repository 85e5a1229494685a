/**
 * A denoising loss with its gradients, by executors that compute both in one go.
 *
 * The loss compares a quantity read from x_t and the network's output y with the truth. Under a head both are linear,
 *
 *   read = p(t) x_t + q(t) y,   truth = r(t) x_0 + s(t) ε,   x_t = α x_0 + σ ε,
 *
 * so the error is q y − ((r − pα) x_0 + (s − pσ) ε): a multiple of the output less a target, as `src/tensor/fused/training.ts`
 * has it.
 */
import * as tf from '@tensorflow/tfjs'
import { mayFuse, sumOfSquares, tellFused, tellPlain, type RandomStream } from '../../tensor'
import { trainingExecutor } from '../../tensor/fused/trainers'
import {
  mapLayer,
  partsOf,
  sizesOf,
  type Perceptron,
  type TrainingExecutor,
  type TrainingRows,
} from '../../tensor/fused/training'
import { webGpuMixtures } from '../../tensor/webgpu/batches'
import type { Condition } from '../condition'
import { expectStates, type Trainable } from '../denoiser'
import { sharesOf } from '../head'
import { expectOptions, noised } from '../losses'
import { perceptronForm, type PerceptronForm } from '../mlp'
import type { Params } from '../network'
import { shareOf, TRUTH } from '../prediction'
import { each, type Curve } from '../process'
import { combine } from '../state'
import type { TrainingLoss } from '../training/loss'
import { denoisingOf, type DenoisingLoss } from './loss'
import { NotFused } from './notFused'

/**
 * The loss of a model by whoever can compute it in one go on the tensors' device, or undefined where it must go operation by
 * operation; tells which.
 *
 * @param own whether the loss is the model's own.
 * @param fused whether it may at all; default: what the session says.
 */
export function fusedLoss(model: Trainable, own: boolean, fused = mayFuse()): TrainingLoss | undefined {
  try {
    if (!fused) throw new NotFused('fused paths are switched off')
    if (!own) throw new NotFused('the loss is the cell’s own')
    const loss = denoisingOf(model.loss)
    if (!loss) throw new NotFused('the model’s loss is not a denoising loss')
    if (!sameRecord(model.params, loss.params)) throw new NotFused('not all of its parameters are trained')
    const form = formOf(loss)
    const executor = trainingExecutor()
    if (!executor) throw new NotFused(`nothing trains networks in one go on the backend ${tf.getBackend()}`)
    const reason = executor.refuses(sizesOf(perceptronOf(form, loss.params)))
    if (reason !== undefined) throw new NotFused(reason)
    tellFused('training', executor.name())
    return fusedBy(executor, loss, form)
  } catch (error) {
    if (!(error instanceof NotFused)) throw error
    tellPlain('training', error.message)
    return undefined
  }
}

function formOf({ network }: DenoisingLoss): PerceptronForm {
  const form = perceptronForm(network)
  if (!form) throw new NotFused('its network is no perceptron to whose layers conditions add')
  if (form.widths[0] !== form.widths.at(-1)) throw new NotFused('its network’s output is no state')
  return form
}

/** The layers' parameters, or whatever else goes by their names. */
function perceptronOf<T extends tf.Tensor>(
  { names }: PerceptronForm,
  of: Readonly<Record<string, T>>,
): Perceptron<T> {
  return names.map((layer) => mapLayer(layer, (name) => of[name]!))
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

/** A batch at random times, as the network sees it and what it is compared with; and what each of it is told. */
function rowsOf(
  { process, network, head, params, options }: DenoisingLoss,
  form: PerceptronForm,
  x0: tf.Tensor,
  stream: RandomStream,
  condition: Condition,
): { readonly rows: TrainingRows; readonly told: Condition } {
  expectStates(x0, network.shape)
  const { compare = 'noise', weight } = expectOptions(options)
  const { t, noise, told } = noised(process, x0, { ...options, stream, condition })
  const { ofState, ofOutput } = sharesOf(head)
  const at = (curve: Curve): Float64Array => each(t, curve)
  const [alpha, sigma, input] = [at(process.alpha), at(process.sigma), at(head.input)]
  // p, q, r and s.
  const [state, output, data, fresh] = [
    at(shareOf(process, ofState, compare)),
    at(shareOf(process, ofOutput, compare)),
    at(shareOf(process, TRUTH.x0, compare)),
    at(shareOf(process, TRUTH.noise, compare)),
  ]
  const [x, target] = mixtures(x0, noise, [
    t.map((_, i) => alpha[i]! * input[i]!),
    t.map((_, i) => sigma[i]! * input[i]!),
    t.map((_, i) => data[i]! - state[i]! * alpha[i]!),
    t.map((_, i) => fresh[i]! - state[i]! * sigma[i]!),
  ])
  const c = form.embedded?.(params, told, t.length)
  return {
    told,
    rows: {
      x,
      target,
      factor: Float32Array.from(output),
      ...(weight && { weight: Float32Array.from(at(weight)) }),
      ...(form.names.length > 1 && {
        features: form.features(tf.tensor1d(Float32Array.from(at(head.label)))),
      }),
      ...(c && { condition: (c.shape[0] === t.length ? c : tf.tile(c, [t.length, 1])) as tf.Tensor2D }),
    },
  }
}

/** p x₀ + q ε and r x₀ + s ε, for p, q, r and s of each row. */
function mixtures(
  x0: tf.Tensor,
  noise: tf.Tensor,
  [p, q, r, s]: readonly [Float64Array, Float64Array, Float64Array, Float64Array],
): readonly [tf.Tensor2D, tf.Tensor2D] {
  const shares = (): Float32Array =>
    Float32Array.from({ length: 4 * p.length }, (_, i) => [p, q, r, s][i % 4]![i >> 2]!)
  const made = webGpuMixtures(x0, noise, shares)
  const sum = (a: Float64Array, b: Float64Array) => combine([a, x0], [b, noise]) as tf.Tensor2D
  return made ?? [sum(p, q), sum(r, s)]
}
