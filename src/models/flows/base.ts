/**
 * Base densities: the simple laws that flows carry to data, with their normalising constants.
 *
 *   normal     (2πσ²)^{−d/2} exp(−‖z‖²/2σ²)
 *   logistic   Π 1/(e^{z/2} + e^{−z/2})²       NICE's choice
 *   uniform    1/Π(b − a) on a box, zero outside
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { expectCount } from '../data/data'
import { perMember } from '../ode'
import type { State } from '../state'
import { expectStates, shapeOf, sizeOf, type ShapeOption } from './bijection'

/** A law with a density: what `data.mixture` is, too. */
export interface Density {
  readonly name: string
  /** The shape of one state, without the batch. */
  readonly shape: readonly number[]
  /** log p(x) in nats, [n], for states [n, …shape] or as many doubles. */
  logDensity<S extends State>(x: S): S
  draw(n: number, stream?: RandomStream): tf.Tensor
}

/** N(0, σ² I). @param deviation σ. Default 1. */
function normal({ deviation = 1, ...option }: ShapeOption & { readonly deviation?: number }): Density {
  if (!(deviation > 0 && deviation < Infinity))
    throw new RangeError(`normal: deviation must be positive, but is ${deviation}`)
  const shape = shapeOf(option, 'normal')
  const constant = -0.5 * sizeOf(shape) * Math.log(2 * Math.PI * deviation ** 2)
  return law('normal', shape, {
    each: (z) => -0.5 * (z / deviation) ** 2,
    all: (z) => z.div(deviation).square().mul(-0.5),
    constant,
    draw: (count, stream) => stream.normal(count).map((z) => deviation * z),
  })
}

/** Independent standard logistic numbers, of variance π²/3. */
function logistic(option: ShapeOption): Density {
  return law('logistic', shapeOf(option, 'logistic'), {
    // −|z| − 2 log(1 + e^{−|z|}), whatever the sign of z.
    each: (z) => -Math.abs(z) - 2 * Math.log1p(Math.exp(-Math.abs(z))),
    all: (z) => tf.softplus(z).add(tf.softplus(z.neg())).neg(),
    constant: 0,
    draw: (count, stream) =>
      stream.uniform(count).map((u) => {
        // The middle of the stream's intervals: never 0 nor 1.
        const middle = u + 2 ** -25
        return Math.log(middle) - Math.log1p(-middle)
      }),
  })
}

/** Uniform numbers from `from` to `to`. Default: the unit cube. */
function uniform({
  from = 0,
  to = 1,
  ...option
}: ShapeOption & { readonly from?: number; readonly to?: number }): Density {
  if (!(from < to && to - from < Infinity))
    throw new RangeError(`uniform: from must be less than to, but they are ${from} and ${to}`)
  const shape = shapeOf(option, 'uniform')
  return law('uniform', shape, {
    each: (z) => (z >= from && z <= to ? 0 : -Infinity),
    all: (z) => {
      const inside = tf.logicalAnd(tf.greaterEqual(z, from), tf.lessEqual(z, to))
      return tf.where(inside, tf.zerosLike(z), tf.fill(z.shape, -Infinity))
    },
    constant: -sizeOf(shape) * Math.log(to - from),
    draw: (count, stream) => stream.uniform(count).map((u) => from + (to - from) * u),
  })
}

export const bases = { normal, logistic, uniform }

/** The law of τz, z of a base: log p(z/τ) − D log τ. @throws RangeError for a τ that is not positive. */
export function scaledBase(of: Density, temperature: number): Density {
  if (!(temperature > 0 && temperature < Infinity))
    throw new RangeError(`the temperature must be positive, but is ${String(temperature)}`)
  const constant = -sizeOf(of.shape) * Math.log(temperature)
  return {
    name: of.name,
    shape: of.shape,
    logDensity<S extends State>(z: S): S {
      if (z instanceof Float64Array)
        return of.logDensity(z.map((value) => value / temperature)).map((value) => value + constant) as S
      return tf.tidy(() => of.logDensity(z.div(temperature)).add(constant)) as S
    },
    draw: (n, stream) => tf.tidy(() => of.draw(n, stream).mul(temperature)),
  }
}

interface Independent {
  /** The logarithm of one number's density, up to the constant. */
  readonly each: (z: number) => number
  readonly all: (z: tf.Tensor) => tf.Tensor
  /** Of a whole state. */
  readonly constant: number
  readonly draw: (count: number, stream: RandomStream) => Float64Array
}

function law(name: string, shape: readonly number[], { each, all, constant, draw }: Independent): Density {
  const size = sizeOf(shape)
  const inDoubles = (x: Float64Array): Float64Array => {
    if (x.length % size)
      throw new RangeError(`${name} takes states of ${size} numbers, but was given ${x.length} numbers`)
    return Float64Array.from({ length: x.length / size }, (_, row) =>
      x.subarray(row * size, (row + 1) * size).reduce((sum, z) => sum + each(z), constant),
    )
  }
  return {
    name,
    shape,
    logDensity<S extends State>(x: S): S {
      if (x instanceof Float64Array) return inDoubles(x) as S
      expectStates(x, shape, name)
      return tf.tidy(() => perMember(all(x)).add(constant)) as S
    },
    draw(n, stream = currentStream()) {
      expectCount(n)
      return tf.tensor(Float32Array.from(draw(n * size, stream)), [n, ...shape])
    },
  }
}
