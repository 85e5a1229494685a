/**
 * Mixtures of Gaussians, Σ_k w_k N(m_k, Σ_k), in any dimension: the data whose density and score are known exactly.
 *
 * Noise keeps a mixture a mixture: α x_0 + σ ε has the means α m_k and the covariances α² Σ_k + σ² I. In the axes Q_k of
 * Σ_k = Q_k diag(λ_k) Q_kᵀ these are diagonal for every α and σ, so the density, the score and the denoiser at every
 * noise level come from one formula, in `gaussians.ts`.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../tensor'
import type { State } from '../state'
import { expectCount, type LabelledData } from './data'
import { symmetricEigen } from './eigen'
import { evaluate, type Component } from './gaussians'

type Vector = readonly number[]
type Matrix = readonly Vector[]

export interface MixtureOptions {
  /** m_k, K vectors of one length. */
  readonly means: readonly Vector[]
  /** w_k, positive; they are divided by their sum. Default: equal. */
  readonly weights?: Vector
  /** Standard deviations of round components, one for all or one each. Default 1. */
  readonly deviations?: number | Vector
  /** Or covariance matrices Σ_k, symmetric and positive definite. */
  readonly covariances?: readonly Matrix[]
  /** The class of each component: whole numbers from 0 on, none left out. Default: each component is a class. */
  readonly labels?: Vector
}

export interface Mixture extends LabelledData<tf.Tensor2D> {
  readonly components: readonly Component[]
  /** log p(x) for `x` of shape [n, d]: a tensor of shape [n], or n doubles for n·d doubles. */
  logDensity<S extends State>(x: S): S
  /** ∇ log p(x), of the shape of `x`. */
  score<S extends State>(x: S): S
  /** The mean vector. */
  mean(): number[]
  /** The covariance matrix. */
  covariance(): number[][]
  /** p(x | y), the mixture of the components of one class. @throws RangeError for a class that there is not. */
  given(label: number): Mixture
}

/** @throws RangeError naming the option, where shapes differ or a number is out of range. */
export function mixture(options: MixtureOptions): Mixture {
  return mixtureOf(componentsOf(options))
}

/**
 * The mixture of these components, whose weights are divided by their sum. Variances may be zero, for points that carry
 * probability: such a mixture has moments and samples, but no density.
 */
export function mixtureOf(
  parts: readonly Component[],
  classes: readonly string[] = classesOf(parts),
): Mixture {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  const components = parts.map((part) => ({ ...part, weight: part.weight / total }))
  const dim = components[0]!.mean.length
  const moment = (f: (component: Component) => number): number =>
    components.reduce((sum, component) => sum + component.weight * f(component), 0)
  const mean = (): number[] => Array.from({ length: dim }, (_, i) => moment((k) => k.mean[i]!))

  return {
    name: components.length === 1 ? 'gaussian' : 'mixture',
    shape: [dim],
    classes,
    components,
    logDensity: (x) => only(x, () => evaluate(dense(components), x, 1, 0).logDensity),
    score: (x) => only(x, () => evaluate(dense(components), x, 1, 0).score),
    mean,
    given(label) {
      expectLabel(label, classes.length)
      const chosen = components.filter((component) => component.label === label)
      if (!chosen.length) throw new RangeError(`the mixture has no component of ${classes[label]}`)
      return mixtureOf(chosen, classes)
    },
    covariance() {
      const centre = mean()
      return centre.map((_, i) =>
        centre.map((_, j) =>
          moment((k) => {
            const within = k.variances.reduce(
              (sum, v, axis) => sum + v * k.axes[i]![axis]! * k.axes[j]![axis]!,
              0,
            )
            return within + (k.mean[i]! - centre[i]!) * (k.mean[j]! - centre[j]!)
          }),
        ),
      )
    },

    draw: (n, stream) => drawLabelled(n, stream).x,
    drawLabelled,
  }

  function drawLabelled(n: number, stream = currentStream()): { x: tf.Tensor2D; labels: Int32Array } {
    expectCount(n)
    const choice = stream.uniform(n)
    const normals = stream.normal(n * dim)
    const points = new Float32Array(n * dim)
    const labels = new Int32Array(n)
    for (let row = 0; row < n; row++) {
      const k = pick(components, choice[row]!)
      labels[row] = k.label
      for (let i = 0; i < dim; i++) {
        let value = k.mean[i]!
        for (let axis = 0; axis < dim; axis++)
          value += k.axes[i]![axis]! * Math.sqrt(k.variances[axis]!) * normals[row * dim + axis]!
        points[row * dim + i] = value
      }
    }
    return { x: tf.tensor2d(points, [n, dim]), labels }
  }
}

/** One of the things that are known of `x`; the tensors of the others are disposed of. */
function only<S extends State>(x: S, f: () => S): S {
  return x instanceof Float64Array ? f() : (tf.tidy(f as () => tf.Tensor) as S)
}

/** `label 0`, `label 1`, … as far as the components go. */
function classesOf(parts: readonly Component[]): string[] {
  const count = 1 + Math.max(...parts.map(({ label }) => label))
  return Array.from({ length: count }, (_, k) => `label ${k}`)
}

/** @throws RangeError unless `label` is one of the classes. */
export function expectLabel(label: number, classes: number): void {
  if (!Number.isSafeInteger(label) || label < 0 || label >= classes)
    throw new RangeError(`a label must be a whole number from 0 to ${classes - 1}, but is ${label}`)
}

function dense(components: readonly Component[]): readonly Component[] {
  if (components.every(({ variances }) => variances.every((v) => v > 0))) return components
  throw new RangeError('a law of single points has no density and no score: add noise first')
}

/** The component in which the fraction `u` of the weights ends. */
function pick(components: readonly Component[], u: number): Component {
  let sum = 0
  for (const component of components) {
    sum += component.weight
    if (u < sum) return component
  }
  return components.at(-1)!
}

function componentsOf({ means, weights, deviations = 1, covariances, labels }: MixtureOptions): Component[] {
  const count = means.length
  const dim = means[0]?.length ?? 0
  if (dim === 0) throw new RangeError('mixture: means must be vectors, such as [[-1, 0], [1, 0]]')
  const w = weights ?? means.map(() => 1)
  const s = typeof deviations === 'number' ? means.map(() => deviations) : deviations
  const y = labels ?? means.map((_, k) => k)
  const lists = { weights: w, deviations: s, covariances: covariances ?? means, labels: y }
  for (const [name, list] of Object.entries(lists))
    if (list.length !== count) throw new RangeError(`mixture: ${count} means but ${list.length} ${name}`)
  const used = new Set(y)
  if (![...used].every((label) => Number.isSafeInteger(label) && label >= 0 && label < used.size))
    throw new RangeError(
      `mixture: labels must be whole numbers from 0 on with none left out, but are [${y.join(', ')}]`,
    )
  const total = w.reduce((sum, weight) => sum + weight, 0)

  return means.map((mean, k) => {
    if (mean.length !== dim || !mean.every(Number.isFinite))
      throw new RangeError(`mixture: means[${k}] must be ${dim} finite numbers, but is [${mean.join(', ')}]`)
    if (!(w[k]! > 0 && total < Infinity))
      throw new RangeError(`mixture: weights[${k}] must be positive, but is ${w[k]}`)
    const { values, vectors } = symmetricEigen(
      covariances ? square(covariances[k]!, dim, k) : round(s[k]!, dim, k),
    )
    if (!values.every((v) => v > 0))
      throw new RangeError(
        `mixture: covariances[${k}] must be positive definite, but has the eigenvalues ${values.join(', ')}`,
      )
    return { weight: w[k]! / total, mean: [...mean], variances: values, axes: vectors, label: y[k]! }
  })
}

function round(deviation: number, dim: number, k: number): number[][] {
  if (!(deviation > 0 && deviation < Infinity))
    throw new RangeError(`mixture: deviations[${k}] must be positive, but is ${deviation}`)
  return Array.from({ length: dim }, (_, i) =>
    Array.from({ length: dim }, (_, j) => (i === j ? deviation ** 2 : 0)),
  )
}

function square(matrix: Matrix, dim: number, k: number): Matrix {
  const symmetric =
    matrix.length === dim &&
    matrix.every((row, i) => row.length === dim && row.every((x, j) => x === matrix[j]![i]))
  if (!symmetric)
    throw new RangeError(`mixture: covariances[${k}] must be a symmetric ${dim} × ${dim} matrix`)
  return matrix
}
