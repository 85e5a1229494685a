/**
 * Reconstruction without a model: the picture of least total variation that agrees with the measurement,
 *
 *   min_x ½‖A x − y‖² + λ Σ √(|∂₁x|² + |∂₂x|²),   x in [low, high],
 *
 * by FISTA, whose proximal steps are solved by fast gradient projection on the dual.
 *
 * Beck and Teboulle, "A fast iterative shrinkage-thresholding algorithm for linear inverse problems", 2009,
 * https://doi.org/10.1137/080716542, and "Fast gradient-based algorithms for constrained total variation image denoising",
 * 2009, https://doi.org/10.1109/TIP.2009.2028250
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, keepingTensors, poll } from '../../tensor'
import { sizeOf } from './operator'
import type { Measurement } from './measurement'

export interface TotalVariationOptions {
  /** λ, positive. It must be tuned: larger is smoother. Default 0.001. */
  readonly lambda?: number
  /** Steps of FISTA. Default 100. */
  readonly steps?: number
  /** Steps of each proximal problem. Default 20. */
  readonly inner?: number
  /** What pixels may be. Default [0, 1]. */
  readonly range?: readonly [low: number, high: number]
}

/**
 * @param measured of pictures of shape [height, width, channels].
 * @param n how many pictures were measured. Default 1.
 * @returns pictures of shape [n, height, width, channels].
 */
export function totalVariation(
  measured: Measurement,
  n = 1,
  { lambda = 1e-3, steps = 100, inner = 20, range = [0, 1] }: TotalVariationOptions = {},
): Promise<tf.Tensor4D> {
  const { operator } = measured
  const { shape } = operator
  if (shape.length !== 3)
    throw new RangeError(
      `totalVariation: pictures have the shape [height, width, channels], not [${shape.join(', ')}]`,
    )
  if (!(lambda > 0 && lambda < Infinity))
    throw new RangeError(`totalVariation: lambda must be positive, but is ${lambda}`)
  const [low, high] = range
  if (!(low < high))
    throw new RangeError(`totalVariation: range must be an interval, but is [${low}, ${high}]`)
  return keepingTensors(async () => {
    const step = 1 / squaredNorm(operator)
    let x: tf.Tensor4D = tf.fill<tf.Rank.R4>(
      [n, ...shape] as [number, number, number, number],
      Math.max(low, Math.min(high, 0)),
    )
    let z = x.clone()
    let t = 1
    for (let k = 0; k < steps; k++) {
      poll()
      const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2
      const [newX, newZ] = tf.tidy(() => {
        const residual = operator.apply<tf.Tensor>(z).sub(measured.of(z))
        const down = z.sub<tf.Tensor4D>(operator.adjoint<tf.Tensor>(residual).mul(step))
        const better = proximal(down, lambda * step, inner, low, high)
        return [better, better.add<tf.Tensor4D>(better.sub(x).mul((t - 1) / next))] as const
      })
      tf.dispose([x, z])
      ;[x, z, t] = [newX, newZ, next]
      await breathe()
    }
    z.dispose()
    return x
  })
}

/** argmin ½‖x − b‖² + λ TV(x) on [low, high]. */
function proximal(b: tf.Tensor4D, lambda: number, steps: number, low: number, high: number): tf.Tensor4D {
  return tf.tidy(() => {
    let p = zerosOf(b, 1)
    let q = zerosOf(b, 2)
    let [r, s] = [p, q]
    let t = 1
    for (let k = 0; k < steps; k++) {
      const x = tf.clipByValue(b.sub<tf.Tensor4D>(divergence(r, s).mul(lambda)), low, high)
      const up = r.add<tf.Tensor4D>(slope(x, 1).div(8 * lambda))
      const across = s.add<tf.Tensor4D>(slope(x, 2).div(8 * lambda))
      const [newP, newQ] = shortened(up, across)
      const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2
      const ahead = (t - 1) / next
      r = newP.add<tf.Tensor4D>(newP.sub(p).mul(ahead))
      s = newQ.add<tf.Tensor4D>(newQ.sub(q).mul(ahead))
      ;[p, q, t] = [newP, newQ, next]
    }
    return tf.clipByValue(b.sub<tf.Tensor4D>(divergence(p, q).mul(lambda)), low, high)
  })
}

function zerosOf({ shape }: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  return tf.zeros<tf.Rank.R4>(
    shape.map((length, i) => (i === axis ? length - 1 : length)) as [number, number, number, number],
  )
}

/** x(i) − x(i + 1) along an axis. */
function slope(x: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const count = x.shape[axis] - 1
  const part = (from: number): tf.Tensor4D => {
    const begin = [0, 0, 0, 0]
    begin[axis] = from
    const size = [...x.shape]
    size[axis] = count
    return tf.slice(x, begin, size)
  }
  return part(0).sub<tf.Tensor4D>(part(1))
}

/** The adjoint of both slopes together. */
function divergence(p: tf.Tensor4D, q: tf.Tensor4D): tf.Tensor4D {
  return spread(p, 1).add<tf.Tensor4D>(spread(q, 2))
}

function spread(p: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const padded = (before: 0 | 1): tf.Tensor4D => {
    return padding(p, axis, before, 1 - before)
  }
  return padded(0).sub<tf.Tensor4D>(padded(1))
}

/** Zeros before and after along an axis. */
function padding(x: tf.Tensor4D, axis: 1 | 2, before: number, after: number): tf.Tensor4D {
  return tf.pad(
    x,
    [0, 1, 2, 3].map((i): [number, number] => (i === axis ? [before, after] : [0, 0])),
  )
}

/** Each pair (p, q) of a pixel, made no longer than one. */
function shortened(p: tf.Tensor4D, q: tf.Tensor4D): readonly [tf.Tensor4D, tf.Tensor4D] {
  const whole = (x: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D => padding(x, axis, 0, 1)
  const length = tf.maximum<tf.Tensor4D>(whole(p, 1).square().add(whole(q, 2).square()).sqrt(), 1)
  const part = (like: tf.Tensor4D): tf.Tensor4D =>
    tf.slice<tf.Rank.R4, tf.Tensor4D>(length, [0, 0, 0, 0], like.shape)
  return [p.div<tf.Tensor4D>(part(p)), q.div<tf.Tensor4D>(part(q))]
}

const POWER_STEPS = 30

/** ‖A‖², a little more than the truth, by the power method on doubles. */
function squaredNorm(operator: Measurement['operator']): number {
  let x = new Float64Array(sizeOf(operator.shape)).map((_, i) => 1 + Math.sin(i))
  let size = 0
  for (let k = 0; k < POWER_STEPS; k++) {
    const next = operator.adjoint(operator.apply(x))
    size = Math.sqrt(next.reduce((sum, v) => sum + v * v, 0))
    x = next.map((v) => v / size)
  }
  return 1.02 * size
}
