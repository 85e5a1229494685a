/**
 * The exact bridge between two mixtures of Gaussians whose points are paired independently.
 *
 * Given the components (m, Σ) of x₀ and (n, Λ) of x₁, the path I_t is Gaussian with
 *
 *   mean μ = a m + b n,   covariance C = a² Σ + b² Λ + γ² I,
 *
 * and, with y = x − μ and ζ = C⁻¹ y, the means given I_t = x are
 *
 *   velocity = a′m + b′n + (aa′ Σ + bb′ Λ + ½(γ²)′ I) ζ,   score = −ζ,   η = γ ζ,
 *
 * averaged over the pairs of components with their posterior weights. Only (γ²)′ enters, so all of it stays finite at the ends.
 */
import * as tf from '@tensorflow/tfjs'
import { symmetricEigen } from '../data/eigen'
import type { Component } from '../data/gaussians'
import type { Mixture } from '../data/mixture'
import type { State, Time } from '../state'
import { asBridge, type Bridge } from './bridge'
import type { Interpolant } from './interpolant'

/**
 * @param path between x₀ and x₁.
 * @param law0, law1 mixtures in the same dimension: the laws at t = 0 and at t = 1.
 * @returns a bridge on tensors of shape [n, d], or, as `exactBridge<Float64Array>(…)`, on n·d doubles.
 */
export function exactBridge<S extends State = tf.Tensor>(
  path: Interpolant,
  law0: Mixture,
  law1: Mixture,
): Bridge<S> {
  for (const [name, law] of Object.entries({ law0, law1 }))
    if (!Array.isArray((law as Partial<Mixture> | undefined)?.components))
      throw new TypeError(`exactBridge: ${name} must be a mixture, such as data.mixture({ … })`)
  if (typeof (path as Partial<Interpolant> | undefined)?.gamma !== 'function')
    throw new TypeError('exactBridge: the first argument must be a path, such as interpolants.straight()')
  if (law0.shape.join() !== law1.shape.join())
    throw new RangeError(
      `exactBridge: law0 has shape [${law0.shape.join(', ')}] and law1 [${law1.shape.join(', ')}]`,
    )
  const means = (x: S, t: Time): Means<S> => averaged(path, law0.components, law1.components, x, t)
  return asBridge<S>(
    path,
    law0.shape,
    (x, t) => means(x, t).velocity,
    (x, t) => means(x, t).latent,
  )
}

interface Means<S extends State> {
  readonly velocity: S
  readonly latent: S
}

/** One pair of components at one time. */
interface Pair {
  readonly logWeight: number
  readonly mean: readonly number[]
  readonly meanPrime: readonly number[]
  /** C⁻¹, and the matrix that turns ζ into velocity. */
  readonly precision: readonly (readonly number[])[]
  readonly map: readonly (readonly number[])[]
}

function pairsAt(
  path: Interpolant,
  law0: readonly Component[],
  law1: readonly Component[],
  t: number,
): Pair[] {
  const [a, b, aPrime, bPrime] = [path.a(t), path.b(t), path.aPrime(t), path.bPrime(t)]
  const variance = path.gamma(t) ** 2
  const halfPrime = path.variancePrime(t) / 2
  return law0.flatMap((p) =>
    law1.map((q): Pair => {
      const [sigma, lambda] = [covariance(p), covariance(q)]
      const mix = (ofP: number, ofQ: number, ofI: number) =>
        sigma.map((row, i) => row.map((s, j) => ofP * s + ofQ * lambda[i]![j]! + (i === j ? ofI : 0)))
      const { values, vectors } = symmetricEigen(mix(a * a, b * b, variance))
      return {
        logWeight: Math.log(p.weight * q.weight) - 0.5 * values.reduce((sum, v) => sum + Math.log(v), 0),
        mean: p.mean.map((m, i) => a * m + b * q.mean[i]!),
        meanPrime: p.mean.map((m, i) => aPrime * m + bPrime * q.mean[i]!),
        precision: compose(
          vectors,
          values.map((v) => 1 / v),
        ),
        map: mix(a * aPrime, b * bPrime, halfPrime),
      }
    }),
  )
}

function covariance({ axes, variances }: Component): number[][] {
  return compose(axes, variances)
}

/** Q diag(d) Qᵀ. */
function compose(q: readonly (readonly number[])[], d: readonly number[]): number[][] {
  return q.map((row) => q.map((other) => d.reduce((sum, value, k) => sum + row[k]! * value * other[k]!, 0)))
}

function averaged<S extends State>(
  path: Interpolant,
  law0: readonly Component[],
  law1: readonly Component[],
  x: S,
  t: Time,
): Means<S> {
  // The two branches return what they were given; the compiler cannot follow that through S.
  return (
    x instanceof Float64Array ? ofDoubles(path, law0, law1, x, t) : ofTensors(path, law0, law1, x, t)
  ) as Means<S>
}

function ofDoubles(
  path: Interpolant,
  law0: readonly Component[],
  law1: readonly Component[],
  x: Float64Array,
  t: Time,
): Means<Float64Array> {
  const dim = law0[0]!.mean.length
  if (x.length % dim)
    throw new RangeError(`the bridge takes points of ${dim} numbers, but was given ${x.length} numbers`)
  const rows = x.length / dim
  const shared = typeof t === 'number' ? pairsAt(path, law0, law1, t) : undefined
  const velocity = new Float64Array(x.length)
  const latent = new Float64Array(x.length)
  for (let row = 0; row < rows; row++) {
    const time = typeof t === 'number' ? t : t[row]!
    const gamma = path.gamma(time)
    const terms = (shared ?? pairsAt(path, law0, law1, time)).map(
      ({ logWeight, mean, meanPrime, precision, map }) => {
        const y = mean.map((m, i) => x[row * dim + i]! - m)
        const zeta = multiply(precision, y)
        const logJoint = logWeight - 0.5 * y.reduce((sum, value, i) => sum + value * zeta[i]!, 0)
        return { logJoint, zeta, velocity: multiply(map, zeta).map((value, i) => value + meanPrime[i]!) }
      },
    )
    const largest = Math.max(...terms.map(({ logJoint }) => logJoint))
    const total = terms.reduce((sum, { logJoint }) => sum + Math.exp(logJoint - largest), 0)
    for (const term of terms) {
      const share = Math.exp(term.logJoint - largest) / total
      for (let i = 0; i < dim; i++) {
        velocity[row * dim + i]! += share * term.velocity[i]!
        latent[row * dim + i]! += share * gamma * term.zeta[i]!
      }
    }
  }
  return { velocity, latent }
}

function multiply(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, value, i) => sum + value * vector[i]!, 0))
}

function ofTensors(
  path: Interpolant,
  law0: readonly Component[],
  law1: readonly Component[],
  x: tf.Tensor,
  t: Time,
): Means<tf.Tensor> {
  const dim = law0[0]!.mean.length
  if (x.rank !== 2 || x.shape[1] !== dim)
    throw new RangeError(
      `the bridge takes points of shape [n, ${dim}], but was given a tensor of shape [${x.shape.join(', ')}]`,
    )
  if (typeof t !== 'number') return rowByRow(path, law0, law1, x, t)
  return tf.tidy(() => {
    const terms = pairsAt(path, law0, law1, t).map(({ logWeight, mean, meanPrime, precision, map }) => {
      const y = x.sub(tf.tensor1d([...mean]))
      // Both matrices are symmetric, so they may stand on the right.
      const zeta = tf.matMul(y, tf.tensor2d(precision.map((row) => [...row])))
      return {
        logJoint: y.mul(zeta).sum(1, true).mul(-0.5).add(logWeight),
        zeta,
        velocity: tf.matMul(zeta, tf.tensor2d(map.map((row) => [...row]))).add(tf.tensor1d([...meanPrime])),
      }
    })
    const shares = tf.softmax(
      tf.concat(
        terms.map(({ logJoint }) => logJoint),
        1,
      ),
    )
    const each = tf.split(shares, terms.length, 1)
    const average = (values: tf.Tensor[]): tf.Tensor => tf.addN(values.map((value, k) => value.mul(each[k]!)))
    return {
      velocity: average(terms.map(({ velocity }) => velocity)),
      latent: average(terms.map(({ zeta }) => zeta)).mul(path.gamma(t)),
    }
  })
}

/** Each row at its own time. */
function rowByRow(
  path: Interpolant,
  law0: readonly Component[],
  law1: readonly Component[],
  x: tf.Tensor,
  t: ArrayLike<number>,
): Means<tf.Tensor> {
  if (t.length !== x.shape[0])
    throw new RangeError(`${t.length} times were given for a batch of shape [${x.shape.join(', ')}]`)
  return tf.tidy(() => {
    const rows = Array.from(t, (time, i) => ofTensors(path, law0, law1, x.slice([i], [1]), time))
    return {
      velocity: tf.concat(rows.map(({ velocity }) => velocity)),
      latent: tf.concat(rows.map(({ latent }) => latent)),
    }
  })
}
