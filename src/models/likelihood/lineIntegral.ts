/**
 * Densities from scores. The score is the gradient of log p, so along any path
 *
 *   log p(x) − log p(x*) = ∫₀¹ s(x* + u (x − x*)) · (x − x*) du,
 *
 * which gives the density up to its normalising constant. A learned score need not be a gradient: then the integral
 * depends on the path, around a loop it is not zero, and the curl ∂s_i/∂x_j − ∂s_j/∂x_i tells where.
 */
import * as tf from '@tensorflow/tfjs'
import { expectField, type Field } from '../field'
import { jacobian, perMember } from '../ode'
import { combine, type State } from '../state'
import { gaussLegendre } from './quadrature'

export interface LineOptions {
  /** Points of the quadrature along each straight line. Default 64. */
  readonly points?: number
}

/**
 * log p(x) − log p(from), by the line integral of the score.
 *
 * @param x states [n, …], or as doubles.
 * @param from one state [1, …] for all, or one for each, or the doubles of one.
 * @param points of the quadrature; scores that turn sharply along the way need more. Default 64.
 * @returns n numbers.
 */
export function logDensityRatio(field: Field, x: tf.Tensor, from: tf.Tensor, options?: LineOptions): tf.Tensor
export function logDensityRatio<S extends State>(
  field: Field<NoInfer<S>>,
  x: S,
  from: S,
  options?: LineOptions,
): S
export function logDensityRatio<S extends State>(
  field: Field<S>,
  x: S,
  from: S,
  { points = 64 }: LineOptions = {},
): S {
  const { score } = expectField(field, 'logDensityRatio')
  const { nodes, weights } = gaussLegendre(points, 0, 1, 'logDensityRatio')
  // The two branches return what they were given; the compiler cannot follow that through S.
  const along = score as unknown as (x: State) => State
  return (
    x instanceof Float64Array
      ? inDoubles(along as (x: Float64Array) => Float64Array, x, from as Float64Array, nodes, weights)
      : onTensors(along as (x: tf.Tensor) => tf.Tensor, x, from as tf.Tensor, nodes, weights)
  ) as S
}

type Numbers = readonly number[]

function inDoubles(
  score: (x: Float64Array) => Float64Array,
  x: Float64Array,
  from: Float64Array,
  nodes: Numbers,
  weights: Numbers,
): Float64Array {
  const dim = from.length
  if (!dim || x.length % dim)
    throw new RangeError(`logDensityRatio: from has ${dim} numbers, which do not divide the ${x.length} of x`)
  const base: Float64Array = x.map((_, i) => from[i % dim]!)
  const way = combine([1, x], [-1, base])
  const sum = new Float64Array(x.length / dim)
  nodes.forEach((u, k) => {
    const s = score(combine([1, base], [u, way]))
    s.forEach((value, i) => (sum[Math.floor(i / dim)]! += weights[k]! * value * way[i]!))
  })
  return sum
}

function onTensors(
  score: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  from: tf.Tensor,
  nodes: Numbers,
  weights: Numbers,
): tf.Tensor {
  return tf.tidy(() => {
    const base = from.add(tf.zerosLike(x))
    const way = x.sub(base)
    return tf.addN(
      nodes.map((u, k) => perMember(score(combine([1, base], [u, way])).mul(way)).mul(weights[k]!)),
    )
  })
}

/**
 * ∮ s · dx around a closed polygon: zero for every gradient.
 *
 * @param corners at least three states, each of shape [1, …] or the doubles of one; the last is joined to the first.
 */
export function circulation(field: Field, corners: readonly tf.Tensor[], options?: LineOptions): number
export function circulation<S extends State>(
  field: Field<NoInfer<S>>,
  corners: readonly S[],
  options?: LineOptions,
): number
export function circulation<S extends State>(
  field: Field<S>,
  corners: readonly S[],
  options: LineOptions = {},
): number {
  // Cells are not type-checked before they run.
  const given: unknown = corners
  if (!Array.isArray(given) || given.length < 3)
    throw new RangeError('circulation: corners must be at least three states, each of shape [1, …]')
  let sum = 0
  for (const [i, corner] of corners.entries()) {
    const along = logDensityRatio<S>(field, corners[(i + 1) % corners.length]!, corner, options)
    sum += along instanceof Float64Array ? along[0]! : along.dataSync()[0]!
    if (along instanceof tf.Tensor) along.dispose()
  }
  return sum
}

/**
 * How far a field is from being a gradient at each point: the Frobenius norm of (J − Jᵀ)/√2, which in the plane is
 * |∂s₂/∂x₁ − ∂s₁/∂x₂|.
 *
 * @returns a tensor of shape [n].
 */
export function curl(field: Field, x: tf.Tensor): tf.Tensor1D {
  const { score } = expectField(field, 'curl')
  return tf.tidy(() => {
    const j = jacobian(score, x)
    return tf.sqrt(perMember(j.sub(j.transpose([0, 2, 1])).square()).div(2))
  })
}
