/**
 * A step of training a perceptron, in numbers: all that is needed for the loss of a batch, its gradients and a step of Adam,
 * and nothing about models. Whoever can compute this, in WebAssembly or in shaders, trains every model that has this form.
 *
 * **The network**, of widths d, n_1, …, n_L, o, for each of the n rows x_i of a batch, with e_i and c_i what it is told beside them:
 *
 *   h_0 = x_i,   h_{l+1} = SiLU(h_l W_l + e_i U_l + c_i V_l + b_l) for l < L,   F_i = h_L W_L + b_L.
 *
 * There may be no hidden layer (L = 0), no features e and no condition c. Of the two, only c is differentiated: features of
 * the time are fixed functions, while a condition is embedded by parameters of its own.
 *
 * **The loss** is a weighted squared error of the output,
 *
 *   loss = 1/(n o) Σ_i w_i ‖a_i F_i − y_i‖².
 *
 * A denoising loss compares what it reads from F and x_t, which is a_i F_i + (a multiple of x_t): the second part goes into the
 * target y_i. So one form serves every head and every compared quantity.
 *
 * **The gradients** are those of this loss in all W, U, V, b, and in c.
 */
import type * as tf from '@tensorflow/tfjs'
import type { AdamStep } from '../updates'

/** One tensor or value for each parameter of a layer. */
export interface LayerOf<T> {
  /** W_l, of shape [n_l, n_{l+1}]. */
  readonly weights: T
  /** b_l, of shape [n_{l+1}]. */
  readonly bias: T
  /** U_l, of shape [m, n_{l+1}], in each hidden layer where there are features. */
  readonly ofFeatures?: T
  /** V_l, of shape [k, n_{l+1}], in each hidden layer where there is a condition. */
  readonly ofCondition?: T
}

/** The names of the parts of a layer, in the order in which they are listed. */
export const PARTS = ['weights', 'bias', 'ofFeatures', 'ofCondition'] as const

/** The same parts of a layer, each made into something else. */
export function mapLayer<T, R>(layer: LayerOf<T>, f: (part: T) => R): LayerOf<R> {
  const { weights, bias, ofFeatures, ofCondition } = layer
  return {
    weights: f(weights),
    bias: f(bias),
    ...(ofFeatures !== undefined && { ofFeatures: f(ofFeatures) }),
    ...(ofCondition !== undefined && { ofCondition: f(ofCondition) }),
  }
}

/** Its parts. */
export function partsOf<T>(layer: LayerOf<T>): T[] {
  return PARTS.flatMap((part) => layer[part] ?? [])
}

/** W_0, …, W_L and what goes with them. */
export type Perceptron<T = tf.Tensor> = readonly LayerOf<T>[]

/** The sizes of a perceptron and of what it is told. */
export interface PerceptronSizes {
  /** d, n_1, …, n_L, o. */
  readonly widths: readonly number[]
  /** m, or 0. */
  readonly features: number
  /** k, or 0. */
  readonly condition: number
}

/** What the rows of a batch are. All tensors are single-precision numbers, and stay the caller's. */
export interface TrainingRows {
  /** Of shape [n, d], as the network sees them. */
  readonly x: tf.Tensor2D
  /** e, of shape [n, m]. */
  readonly features?: tf.Tensor2D
  /** c, of shape [n, k]. */
  readonly condition?: tf.Tensor2D
  /** y, of shape [n, o]. */
  readonly target: tf.Tensor2D
  /** a, of length n. Absent: 1 for all. */
  readonly factor?: Float32Array
  /** w, of length n. Absent: 1 for all. */
  readonly weight?: Float32Array
}

export interface TrainingGradients {
  /** Of shape [2]: the loss, and the sum of the squares of all gradients in parameters. */
  readonly check: tf.Tensor1D
  /** Of the shapes of the parameters. */
  readonly parameters: Perceptron
  /** Of the shape of c, where there is one. */
  readonly condition?: tf.Tensor2D
}

/** What a step of Adam changes beside the parameters, and how. */
export interface TrainingUpdate {
  readonly m: Perceptron<tf.Variable>
  readonly v: Perceptron<tf.Variable>
  readonly rule: AdamStep
  /** A gradient whose norm over all parameters is larger is scaled down to it. Infinity: none is. */
  readonly clip: number
}

/** What several steps of Adam change. */
export interface TrainingUpdates extends Omit<TrainingUpdate, 'rule'> {
  readonly rules: readonly AdamStep[]
  /** θ̄ ← keep θ̄ + (1 − keep) θ after each step, with a number for each. */
  readonly average?: { readonly of: Perceptron<tf.Variable>; readonly keeps: readonly number[] }
}

/** Trains perceptrons whose tensors are on one backend. */
export interface TrainingExecutor {
  /** What it runs on, for people: `WASM SIMD (relaxed)`. */
  readonly name: () => string
  /** Why it cannot take a perceptron of these sizes, as the end of a sentence. Undefined where it can. */
  readonly refuses: (sizes: PerceptronSizes) => string | undefined
  /** The loss and its gradients, all the caller's to dispose of. */
  readonly gradients: (perceptron: Perceptron, rows: TrainingRows) => TrainingGradients
  /**
   * The same with a step of Adam, in which the parameters are changed where they are. Where the loss or a gradient is not finite,
   * nothing is changed.
   *
   * @returns `check` of the gradients, before they are clipped.
   */
  readonly step: (
    perceptron: Perceptron<tf.Variable>,
    rows: TrainingRows,
    update: TrainingUpdate,
  ) => tf.Tensor1D
  /**
   * Several steps one after another, where reading a check after each would take longer than the steps. From a step on whose
   * loss or gradient is not finite, nothing is changed.
   *
   * @param batches at least one, a batch for each step.
   * @param update with a rule for each step, and a running average that each step goes into where there is one.
   * @returns a check for each step, of shape [steps, 2]; not finite from the first step on that was not.
   */
  readonly steps?: (
    perceptron: Perceptron<tf.Variable>,
    batches: readonly TrainingRows[],
    update: TrainingUpdates,
  ) => tf.Tensor2D
}

/** The sizes that tensors have. */
export function sizesOf(perceptron: Perceptron): PerceptronSizes {
  const [first] = perceptron
  return {
    widths: [
      ...(first ? [first.weights.shape[0]] : []),
      ...perceptron.map(({ weights }) => weights.shape[1]!),
    ],
    features: first?.ofFeatures?.shape[0] ?? 0,
    condition: first?.ofCondition?.shape[0] ?? 0,
  }
}

/** All tensors of a batch. */
export function tensorsOf({ x, features, condition, target }: TrainingRows): readonly tf.Tensor[] {
  return [x, ...(features ? [features] : []), ...(condition ? [condition] : []), target]
}

/** @throws RangeError where a batch does not fit a perceptron: executors read memory by these sizes. */
export function expectRows(perceptron: Perceptron, rows: TrainingRows): void {
  const { widths, features, condition } = sizesOf(perceptron)
  const n = rows.target.shape[0]
  const expect = (what: string, actual: readonly number[], expected: readonly number[]): void => {
    if (actual.join() !== expected.join())
      throw new RangeError(
        `a training step: ${what} has shape [${actual.join(', ')}], not [${expected.join(', ')}]`,
      )
  }
  expect('x', rows.x.shape, [n, widths[0]!])
  expect('the target', rows.target.shape, [n, widths.at(-1)!])
  expect('what the network is told of time', rows.features?.shape ?? [n, 0], [n, features])
  expect('the condition', rows.condition?.shape ?? [n, 0], [n, condition])
  for (const [name, values] of [
    ['factor', rows.factor],
    ['weight', rows.weight],
  ] as const)
    if (values) expect(name, [values.length], [n])
  for (const [l, layer] of perceptron.entries()) {
    const [inputs, outputs] = [widths[l]!, widths[l + 1]!]
    const hidden = l < perceptron.length - 1
    expect(`W${l}`, layer.weights.shape, [inputs, outputs])
    expect(`b${l}`, layer.bias.shape, [outputs])
    expect(`U${l}`, layer.ofFeatures?.shape ?? [0, outputs], [hidden ? features : 0, outputs])
    expect(`V${l}`, layer.ofCondition?.shape ?? [0, outputs], [hidden ? condition : 0, outputs])
  }
}
