/**
 * Rational-quadratic splines: a monotone curve on [−B, B] through K + 1 knots with given slopes, the identity outside.
 * In the bin that holds x, of width w, height h and mean slope s = h/w, with slopes d and d′ at its ends and
 * ξ = (x − x_k)/w,
 *
 *   y    = y_k + h (s ξ² + d ξ(1 − ξ)) / q,        q = s + (d′ + d − 2s) ξ(1 − ξ),
 *   y′   = s² (d′ ξ² + 2s ξ(1 − ξ) + d (1 − ξ)²) / q²,
 *
 * and ξ back from y is a root of a quadratic. In a coupling layer this bends space far more than a scale and a shift.
 *
 * Durkan, Bekasov, Murray and Papamakarios, "Neural spline flows", 2019, https://arxiv.org/abs/1906.04032
 */
import * as tf from '@tensorflow/tfjs'
import type { Bijection } from './bijection'
import { coupling, type CouplingLayerOptions, type NumberMap } from './coupling'

/** No bin is narrower or lower than this share of the interval, and no slope smaller. */
const LEAST = 1e-3
/** What makes the slopes one where the network answers zero: softplus(x) + LEAST = 1. */
const UNIT_SLOPE = Math.log(Math.expm1(1 - LEAST))

export type SplineCouplingOptions = CouplingLayerOptions & {
  /** K. Default 8. */
  readonly bins?: number
  /** B: numbers beyond ±B stay as they are. Default 4. */
  readonly bound?: number
}

/** A coupling layer whose map of numbers is a rational-quadratic spline. */
export function splineCoupling({ bins = 8, bound = 4, ...options }: SplineCouplingOptions): Bijection {
  if (!Number.isSafeInteger(bins) || bins < 2 || bins > 200)
    throw new RangeError(`spline coupling: bins must be a whole number from 2 to 200, but is ${bins}`)
  if (!(bound > 0 && bound < Infinity))
    throw new RangeError(`spline coupling: bound must be positive, but is ${bound}`)
  const map =
    (rule: Rule, from: 'x' | 'y'): NumberMap =>
    (x, parameters) => {
      const inside = tf.abs(x).less(bound)
      // Outside, any point of the interval keeps the arithmetic finite; its result is not used.
      const place = tf.clipByValue(x, -bound, bound)
      const { value, logSlope } = rule(place, binOf(place, knots(parameters, bins, bound), from))
      return {
        value: tf.where(inside, value, x),
        logSlope: tf.where(inside, logSlope, tf.zerosLike(x)),
      }
    }
  return coupling(
    'spline coupling',
    { answers: 3 * bins - 1, forward: map(ahead, 'x'), inverse: map(back, 'y') },
    options,
  )
}

/** Left and lower ends, widths and heights of the bins and slopes at both ends, each [n, size, K]. */
interface Knots {
  readonly x: tf.Tensor
  readonly y: tf.Tensor
  readonly w: tf.Tensor
  readonly h: tf.Tensor
  readonly d: tf.Tensor
  readonly dNext: tf.Tensor
}

function knots(parameters: tf.Tensor3D, bins: number, bound: number): Knots {
  const [n, , size] = parameters.shape
  const answers = parameters.transpose([0, 2, 1])
  const lengths = (first: number): tf.Tensor => {
    const shares = tf.softmax(answers.slice([0, 0, first], [-1, -1, bins]))
    return shares
      .mul(1 - LEAST * bins)
      .add(LEAST)
      .mul(2 * bound)
  }
  const ends = (lengths: tf.Tensor): tf.Tensor => tf.cumsum(lengths, 2).sub(lengths).sub(bound)
  const [w, h] = [lengths(0), lengths(bins)]
  const between = tf.softplus(answers.slice([0, 0, 2 * bins], [-1, -1, bins - 1]).add(UNIT_SLOPE)).add(LEAST)
  // The identity outside has slope one.
  const one = tf.ones([n, size, 1])
  return {
    x: ends(w),
    y: ends(h),
    w,
    h,
    d: tf.concat([one, between], 2),
    dNext: tf.concat([between, one], 2),
  }
}

/** The bin of each number: the last whose left (or lower) end is not beyond it. */
function binOf(place: tf.Tensor2D, all: Knots, from: 'x' | 'y'): Knots {
  const [n, size, bins] = all.w.shape as [number, number, number]
  // Every number has reached the first bin, whatever rounding says, and none the one after the last.
  const reached = tf
    .greaterEqual(place.expandDims(2), all[from].slice([0, 0, 1], [-1, -1, bins - 1]))
    .toFloat()
  const first = tf.concat([tf.ones([n, size, 1]), reached], 2)
  const later = tf.concat([reached, tf.zeros([n, size, 1])], 2)
  const here = first.sub(later)
  const pick = (values: tf.Tensor): tf.Tensor => values.mul(here).sum(2)
  return {
    x: pick(all.x),
    y: pick(all.y),
    w: pick(all.w),
    h: pick(all.h),
    d: pick(all.d),
    dNext: pick(all.dNext),
  }
}

type Rule = (place: tf.Tensor2D, bin: Knots) => { value: tf.Tensor; logSlope: tf.Tensor }

const ahead: Rule = (place, bin) => {
  const xi = place.sub(bin.x).div(bin.w)
  const s = bin.h.div(bin.w)
  const mixed = xi.mul(tf.sub(1, xi))
  const q = denominator(bin, s, mixed)
  const value = bin.y.add(bin.h.mul(s.mul(xi.square()).add(bin.d.mul(mixed))).div(q))
  return { value, logSlope: logSlopeAt(xi, mixed, s, q, bin) }
}

const back: Rule = (place, bin) => {
  const s = bin.h.div(bin.w)
  const up = place.sub(bin.y)
  const bend = bin.d.add(bin.dNext).sub(s.mul(2))
  const a = bin.h.mul(s.sub(bin.d)).add(up.mul(bend))
  const b = bin.h.mul(bin.d).sub(up.mul(bend))
  const c = s.mul(up).neg()
  const root = tf.sqrt(tf.relu(b.square().sub(a.mul(c).mul(4))))
  // The form of the root that does not subtract nearly equal numbers.
  const xi = c.mul(2).div(b.neg().sub(root))
  const mixed = xi.mul(tf.sub(1, xi))
  const q = denominator(bin, s, mixed)
  return { value: bin.x.add(xi.mul(bin.w)), logSlope: logSlopeAt(xi, mixed, s, q, bin).neg() }
}

function denominator(bin: Knots, s: tf.Tensor, mixed: tf.Tensor): tf.Tensor {
  return s.add(bin.d.add(bin.dNext).sub(s.mul(2)).mul(mixed))
}

function logSlopeAt(xi: tf.Tensor, mixed: tf.Tensor, s: tf.Tensor, q: tf.Tensor, bin: Knots): tf.Tensor {
  const above = bin.dNext
    .mul(xi.square())
    .add(s.mul(mixed).mul(2))
    .add(bin.d.mul(tf.square(tf.sub(1, xi))))
  return tf.log(s).mul(2).add(tf.log(above)).sub(tf.log(q).mul(2))
}
