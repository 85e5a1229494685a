/**
 * What is known exactly about x = α x_0 + σ ε when x_0 is one of N given points, each as likely:
 *
 *   r_i = softmax_i(−‖x − α x_i‖² / 2σ²),   E[x_0 | x] = Σ_i r_i x_i,
 *   log p = logsumexp_i(−‖x − α x_i‖² / 2σ²) − log N − (d/2) log 2πσ²,
 *
 * and by Tweedie's formula the score is (α E[x_0 | x] − x) / σ². This is the minimum of the denoising loss on a training
 * set: a network that reached it could only give the training points back.
 */
import * as tf from '@tensorflow/tfjs'
import type { Evaluation, Labels } from '../data/gaussians'
import type { PointSet } from '../data/points'
import type { Coefficient, State } from '../state'

/**
 * @param x states of shape [n, …set.shape], or the same numbers as doubles.
 * @param alpha, sigma one each for all, or one for each of the n; σ above zero.
 * @param labels the class that each x_0 is told to belong to, if it is told.
 */
export function evaluateAtoms<S extends State>(
  set: PointSet,
  x: S,
  alpha: Coefficient,
  sigma: Coefficient,
  labels?: Labels,
): Evaluation<S> {
  if (typeof sigma === 'number' ? !(sigma > 0) : !sigma.every((s) => s > 0))
    throw new RangeError('a set of points has no density without noise: take a later time')
  // The two branches return what they were given; the compiler cannot follow that through S.
  return (
    x instanceof Float64Array
      ? evaluateDoubles(set, x, alpha, sigma, labels)
      : evaluateTensors(set, x, alpha, sigma, labels)
  ) as Evaluation<S>
}

/** Points that a state of a class can come from: 0 for these, −∞ for others. */
function allowed(set: PointSet, label: number | undefined): Float64Array {
  return Float64Array.from({ length: set.size }, (_, i) =>
    label === undefined || set.labels?.[i] === label ? 0 : -Infinity,
  )
}

function evaluateTensors(
  set: PointSet,
  x: tf.Tensor,
  alpha: Coefficient,
  sigma: Coefficient,
  labels: Labels | undefined,
): Evaluation<tf.Tensor> {
  const dim = set.values.length / set.size
  if (x.rank !== set.shape.length + 1 || set.shape.some((length, i) => x.shape[i + 1] !== length))
    throw new RangeError(
      `the points have shape [n, ${set.shape.join(', ')}], but a tensor of shape [${x.shape.join(', ')}] was given`,
    )
  return tf.tidy(() => {
    const points = tf.tensor2d(Float32Array.from(set.values), [set.size, dim])
    const flat = x.reshape([-1, dim])
    const [a, s] = [column(alpha), column(sigma)]
    // The plain difference: expanding the square would lose what little noise leaves of it.
    const distance = flat
      .expandDims(1)
      .sub(points.expandDims(0).mul(a.expandDims(2)))
      .square()
      .sum(2)
    const rows = labels === undefined || typeof labels === 'number' ? [labels] : Array.from(labels)
    const told = tf.tensor2d(
      Float32Array.from(
        rows.flatMap((label) => [...allowed(set, label)]),
        (zero) => Math.max(zero, -1e30),
      ),
      [rows.length, set.size],
    )
    const logits = distance.div(s.square().mul(-2)).add(told)
    const total = tf.logSumExp(logits, 1, true)
    const logResponsibilities = logits.sub(total)
    const x0 = tf.matMul(logResponsibilities.exp(), points)
    const counts = Float32Array.from(rows, (label) => -Math.log(countOf(set, label)))
    return {
      logDensity: total
        .sub(
          s
            .square()
            .mul(2 * Math.PI)
            .log()
            .mul(dim / 2),
        )
        .add(tf.tensor2d(counts, [rows.length, 1]))
        .squeeze([1]),
      score: x0.mul(a).sub(flat).div(s.square()).reshape(x.shape),
      x0: x0.reshape(x.shape),
      logResponsibilities,
    }
  })
}

function countOf(set: PointSet, label: number | undefined): number {
  return label === undefined ? set.size : set.labels!.filter((of) => of === label).length
}

/** As a tensor of shape [1 or n, 1]. */
function column(values: Coefficient): tf.Tensor2D {
  const list = typeof values === 'number' ? [values] : Float32Array.from(values)
  return tf.tensor2d(list, [list.length, 1])
}

function evaluateDoubles(
  set: PointSet,
  x: Float64Array,
  alpha: Coefficient,
  sigma: Coefficient,
  labels: Labels | undefined,
): Evaluation<Float64Array> {
  const dim = set.values.length / set.size
  if (x.length % dim) throw new RangeError(`the points have ${dim} numbers each, but ${x.length} were given`)
  const n = x.length / dim
  const out = {
    logDensity: new Float64Array(n),
    score: new Float64Array(x.length),
    x0: new Float64Array(x.length),
    logResponsibilities: new Float64Array(n * set.size),
  }
  for (let row = 0; row < n; row++) {
    const [a, s] = [alpha, sigma].map((c) => (typeof c === 'number' ? c : c[row]!)) as [number, number]
    const label = typeof labels === 'object' ? labels[row] : labels
    const logits = allowed(set, label).map((told, i) => {
      let distance = 0
      for (let j = 0; j < dim; j++) distance += (x[row * dim + j]! - a * set.values[i * dim + j]!) ** 2
      return told - distance / (2 * s * s)
    })
    const largest = logits.reduce((most, value) => Math.max(most, value), -Infinity)
    const total = largest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0))
    out.logDensity[row] = total - Math.log(countOf(set, label)) - (dim / 2) * Math.log(2 * Math.PI * s * s)
    for (let i = 0; i < set.size; i++) {
      const logResponsibility = logits[i]! - total
      out.logResponsibilities[row * set.size + i] = logResponsibility
      const responsibility = Math.exp(logResponsibility)
      if (responsibility === 0) continue
      for (let j = 0; j < dim; j++) out.x0[row * dim + j]! += responsibility * set.values[i * dim + j]!
    }
    for (let j = row * dim; j < (row + 1) * dim; j++) out.score[j] = (a * out.x0[j]! - x[j]!) / (s * s)
  }
  return out
}
