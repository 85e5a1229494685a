/**
 * What is known exactly about x = α x_0 + σ ε when x_0 comes from a mixture of Gaussians.
 *
 * In the axes of component k, with y = Q_kᵀ(x − α m_k), v = α² λ_k + σ² and z = y / v,
 *
 *   log p_k    = −½ Σ (y²/v + log 2πv),        r_k = w_k p_k / Σ_j w_j p_j,
 *   score      = Σ_k r_k (−Q_k z),
 *   E[x_0 | x] = Σ_k r_k (m_k + α Q_k (λ_k ⊙ z)),
 *
 * the last finite for σ = 0 and for α = 0 alike. Told a label, all three are those of the components of that class alone:
 * w_k is then the share of a component in its class, and zero in any other.
 */
import * as tf from '@tensorflow/tfjs'
import { expectState, type Coefficient, type State } from '../state'

/** One Gaussian, N(mean, axes · diag(variances) · axesᵀ), and its share of the mixture. */
export interface Component {
  readonly weight: number
  readonly mean: readonly number[]
  readonly variances: readonly number[]
  /** Orthonormal columns. */
  readonly axes: readonly (readonly number[])[]
  /** The class that its samples belong to. */
  readonly label: number
}

export interface Evaluation<S extends State> {
  /** log p(x), n numbers. */
  readonly logDensity: S
  /** ∇ log p(x), of the shape of x. */
  readonly score: S
  /** E[x_0 | x], of the shape of x. */
  readonly x0: S
  /** log r_k, of shape [n, K]. */
  readonly logResponsibilities: S
}

/** One label for all, or one for each of the n. */
export type Labels = number | ArrayLike<number>

/**
 * @param x states of shape [n, d], or n·d doubles.
 * @param alpha, sigma one each for all, or one for each of the n.
 * @param labels the class that each x_0 is told to belong to, if it is told.
 */
export function evaluate<S extends State>(
  components: readonly Component[],
  x: S,
  alpha: Coefficient,
  sigma: Coefficient,
  labels?: Labels,
): Evaluation<S> {
  expectState(x, 'the mixture')
  // The two branches return what they were given; the compiler cannot follow that through S.
  return (
    x instanceof Float64Array
      ? evaluateDoubles(components, x, alpha, sigma, labels)
      : evaluateTensors(components, x, alpha, sigma, labels)
  ) as Evaluation<S>
}

/** Each component's share: of the whole, or of its class where the class is told. */
function shares(components: readonly Component[], labels: Labels | undefined): number[] {
  if (labels === undefined) return components.map(({ weight }) => weight)
  const ofClass = new Map<number, number>()
  for (const { label, weight } of components) ofClass.set(label, (ofClass.get(label) ?? 0) + weight)
  return components.map(({ label, weight }) => weight / ofClass.get(label)!)
}

/** The logarithm of nothing, as finite as single precision and graphics processors like it. */
const LOG_NOTHING = -1e30

function evaluateTensors(
  components: readonly Component[],
  x: tf.Tensor,
  alpha: Coefficient,
  sigma: Coefficient,
  labels: Labels | undefined,
): Evaluation<tf.Tensor> {
  const dim = components[0]!.mean.length
  if (x.rank !== 2 || x.shape[1] !== dim)
    throw new RangeError(
      `the mixture takes points of shape [n, ${dim}], but was given a tensor of shape [${x.shape.join(', ')}]`,
    )
  const rows = typeof alpha === 'number' ? 1 : alpha.length
  const share = shares(components, labels)
  // A function of α, σ and the axis, as a tensor of shape [1 or n, d].
  const table = (f: (alpha: number, sigma: number, axis: number) => number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * dim }, (_, i) => f(at(alpha, i / dim), at(sigma, i / dim), i % dim)),
      [rows, dim],
    )

  return tf.tidy(() => {
    const parts = components.map(({ mean, variances, axes, label }, k) => {
      const q = tf.tensor2d(axes.map((row) => [...row]))
      const v = table((a, s, axis) => a * a * variances[axis]! + s * s)
      const y = tf.matMul(x.sub(table((a, _, axis) => a * mean[axis]!)), q)
      const z = y.div(v)
      const inAxes = table((a, _, axis) => a * variances[axis]!).mul(z)
      return {
        logJoint: y
          .mul(z)
          .sum(1, true)
          .mul(-0.5)
          .add(offsets(share[k]!, variances, alpha, sigma, rows, label, labels)),
        score: tf.matMul(z, q, false, true).neg(),
        x0: tf.matMul(inAxes, q, false, true).add(tf.tensor1d([...mean])),
      }
    })
    const logJoint = tf.concat(
      parts.map((part) => part.logJoint),
      1,
    )
    const logDensity = tf.logSumExp(logJoint, 1, true)
    const logResponsibilities = logJoint.sub(logDensity)
    const responsibilities = tf.split(tf.exp(logResponsibilities), parts.length, 1)
    const average = (values: tf.Tensor[]): tf.Tensor =>
      tf.addN(values.map((value, k) => value.mul(responsibilities[k]!)))
    return {
      logDensity: logDensity.squeeze([1]),
      score: average(parts.map((part) => part.score)),
      x0: average(parts.map((part) => part.x0)),
      logResponsibilities,
    }
  })
}

/** log w − ½ Σ log 2πv, or log 0 where another class is told: of shape [1 or n, 1]. Summed in doubles. */
function offsets(
  weight: number,
  variances: readonly number[],
  alpha: Coefficient,
  sigma: Coefficient,
  times: number,
  label: number,
  labels: Labels | undefined,
): tf.Tensor2D {
  const list = typeof labels === 'object' ? labels : undefined
  const rows = Math.max(times, list?.length ?? 1)
  const values = Float32Array.from({ length: rows }, (_, row) => {
    const told = list ? list[row] : (labels as number | undefined)
    if (told !== undefined && told !== label) return LOG_NOTHING
    return variances.reduce(
      (sum, variance) =>
        sum - 0.5 * Math.log(2 * Math.PI * (at(alpha, row) ** 2 * variance + at(sigma, row) ** 2)),
      Math.log(weight),
    )
  })
  return tf.tensor2d(values, [rows, 1])
}

function evaluateDoubles(
  components: readonly Component[],
  x: Float64Array,
  alpha: Coefficient,
  sigma: Coefficient,
  labels: Labels | undefined,
): Evaluation<Float64Array> {
  const dim = components[0]!.mean.length
  if (x.length % dim)
    throw new RangeError(`the mixture takes points of ${dim} numbers, but was given ${x.length} numbers`)
  const n = x.length / dim
  const out = {
    logDensity: new Float64Array(n),
    score: new Float64Array(x.length),
    x0: new Float64Array(x.length),
    logResponsibilities: new Float64Array(n * components.length),
  }
  const share = shares(components, labels)
  for (let row = 0; row < n; row++) {
    const point = x.subarray(row * dim, (row + 1) * dim)
    const label = typeof labels === 'object' ? labels[row] : labels
    const parts = components.map((component, k) => {
      const weight = label === undefined || component.label === label ? share[k]! : 0
      return atPoint(component, weight, point, at(alpha, row), at(sigma, row))
    })
    const largest = parts.reduce((most, part) => Math.max(most, part.logJoint), -Infinity)
    const sum = parts.reduce((sum, part) => sum + Math.exp(part.logJoint - largest), 0)
    out.logDensity[row] = largest + Math.log(sum)
    for (const [k, part] of parts.entries()) {
      const logResponsibility = part.logJoint - largest - Math.log(sum)
      out.logResponsibilities[row * components.length + k] = logResponsibility
      const responsibility = Math.exp(logResponsibility)
      if (responsibility === 0) continue
      for (let i = 0; i < dim; i++) {
        out.score[row * dim + i]! += responsibility * part.score[i]!
        out.x0[row * dim + i]! += responsibility * part.x0[i]!
      }
    }
  }
  return out
}

/** One component at one point: log w_k p_k, and the score and the mean of x_0 if the point came from it. */
function atPoint(
  { mean, variances, axes }: Component,
  weight: number,
  x: Float64Array,
  alpha: number,
  sigma: number,
) {
  let logJoint = Math.log(weight)
  const score = mean.map(() => 0)
  const x0 = [...mean]
  for (const [axis, variance] of variances.entries()) {
    const v = alpha * alpha * variance + sigma * sigma
    const y = mean.reduce((sum, m, i) => sum + axes[i]![axis]! * (x[i]! - alpha * m), 0)
    logJoint -= 0.5 * ((y * y) / v + Math.log(2 * Math.PI * v))
    for (let i = 0; i < mean.length; i++) {
      score[i]! -= (axes[i]![axis]! * y) / v
      x0[i]! += (alpha * axes[i]![axis]! * variance * y) / v
    }
  }
  return { logJoint, score, x0 }
}

/** The coefficient of a row; rows may be given as fractions, which are cut. */
function at(coefficient: Coefficient, row: number): number {
  return typeof coefficient === 'number' ? coefficient : coefficient[Math.floor(row)]!
}
