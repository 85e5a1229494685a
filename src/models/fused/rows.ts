/**
 * A batch of the denoising loss as executors take it.
 *
 * The loss compares a quantity read from x_t and the network's output y with the truth. Under a head both are linear,
 *
 *   read = p(t) x_t + q(t) y,   truth = r(t) x_0 + s(t) ε,   x_t = α x_0 + σ ε,
 *
 * so the error is q y − ((r − pα) x_0 + (s − pσ) ε): a multiple of the output less a target, as `src/tensor/fused/training.ts`
 * has it.
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'
import { trainingExecutor } from '../../tensor/fused/trainers'
import {
  mapLayer,
  sizesOf,
  type Perceptron,
  type TrainingExecutor,
  type TrainingRows,
} from '../../tensor/fused/training'
import { webGpuMixtures } from '../../tensor/webgpu/batches'
import type { Condition } from '../condition'
import { expectStates } from '../denoiser'
import { sharesOf } from '../head'
import { expectOptions, noised } from '../losses'
import { perceptronForm, type PerceptronForm } from '../mlp'
import type { Params } from '../network'
import { shareOf, TRUTH } from '../prediction'
import { each, type Curve } from '../process'
import { combine } from '../state'
import type { DenoisingLoss } from './loss'
import { NotFused } from './notFused'

/** @throws NotFused where the network is not one that executors know. */
export function formOf({ network }: Pick<DenoisingLoss, 'network'>): PerceptronForm {
  const form = perceptronForm(network)
  if (!form) throw new NotFused('its network is no perceptron to whose layers conditions add')
  if (form.widths[0] !== form.widths.at(-1)) throw new NotFused('its network’s output is no state')
  return form
}

/** The layers' parameters, or whatever else goes by their names. */
export function perceptronOf<T extends tf.Tensor>(
  { names }: PerceptronForm,
  of: Readonly<Record<string, T>>,
): Perceptron<T> {
  return names.map((layer) => mapLayer(layer, (name) => of[name]!))
}

/** @throws NotFused where nobody trains such a perceptron on the tensors' device. */
export function executorFor(perceptron: Perceptron): TrainingExecutor {
  const executor = trainingExecutor()
  if (!executor) throw new NotFused(`nothing trains networks in one go on the backend ${tf.getBackend()}`)
  const reason = executor.refuses(sizesOf(perceptron))
  if (reason !== undefined) throw new NotFused(reason)
  return executor
}

/** A batch at random times, as the network sees it and what it is compared with; and what each of it is told. */
export function rowsOf(
  { process, network, head, params, options }: DenoisingLoss<Params>,
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
