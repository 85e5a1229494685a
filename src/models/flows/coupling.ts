/**
 * Coupling layers: one part x₁ of a state is kept, the other is changed by a map of each of its numbers, whose
 * parameters are a network's answer to x₁. The Jacobian is triangular, and the inverse asks the same network.
 *
 *   additive   z₁ = x₁,   z₂ = x₂ + μ(x₁)                    log |det| = 0          (NICE)
 *   affine     z₁ = x₁,   z₂ = x₂ ⊙ e^{a(x₁)} + μ(x₁)        log |det| = Σ a(x₁)    (RealNVP)
 *
 * The affine one keeps its scale bounded, a = B tanh(â/B): an unbounded exponent is what makes such flows explode.
 *
 * Dinh, Krueger and Bengio, "NICE", 2014, https://arxiv.org/abs/1410.8516; Dinh, Sohl-Dickstein and Bengio, "Density
 * estimation using Real NVP", 2016, https://arxiv.org/abs/1605.08803
 */
import * as tf from '@tensorflow/tfjs'
import { bijection, shapeOf, sizeOf, type Bijection, type ShapeOption } from './bijection'
import { perceptron, type ConditionerMaker } from './conditioner'
import { expectMask, halves, type Mask } from './masks'

export type CouplingLayerOptions = ShapeOption & {
  /** Which numbers are kept (1) and which changed (0). Default: the first half of the last axis is kept. */
  readonly mask?: Mask
  /** Widths of the network's hidden layers. Default [64, 64]. */
  readonly hidden?: readonly number[]
  /** Or another network than a perceptron, such as `convolutional()`. */
  readonly conditioner?: ConditionerMaker
}

/** A map of each number x by parameters of its own, and the logarithm of its slope. */
export type NumberMap = (
  x: tf.Tensor2D,
  parameters: tf.Tensor3D,
) => { readonly value: tf.Tensor; readonly logSlope: tf.Tensor }

export interface Elements {
  /** How many parameters each number takes: they come as [n, answers, size]. */
  readonly answers: number
  readonly forward: NumberMap
  readonly inverse: NumberMap
}

/** A coupling layer with any map of numbers. */
export function coupling(name: string, elements: Elements, options: CouplingLayerOptions): Bijection {
  const { hidden, conditioner = perceptron(hidden && { hidden }) } = options
  const shape = shapeOf(options, name)
  if (!options.mask && shape.at(-1)! % 2 === 0) return splitCoupling(name, elements, shape, conditioner)
  const mask = expectMask(options.mask ?? halves(shape), shape, name)
  const size = sizeOf(shape)
  const network = conditioner(shape, elements.answers)

  const apply =
    (map: NumberMap): Bijection['forward'] =>
    (params, x) => {
      const kept = tf.tensor2d([...mask], [1, size])
      const changed = tf.sub(1, kept)
      const rows: tf.Tensor2D = x.reshape([-1, size])
      const answers: tf.Tensor3D = network(params, rows.mul(kept)).reshape([-1, elements.answers, size])
      const { value, logSlope } = map(rows, answers)
      return {
        value: rows.mul(kept).add(value.mul(changed)).reshape(x.shape),
        logDet: logSlope.mul(changed).sum(1),
      }
    }
  return bijection({
    name,
    shape,
    initial: (stream) => network.initial(stream),
    forward: apply(elements.forward),
    inverse: apply(elements.inverse),
  })
}

/** As `coupling` with the mask `halves`, of an even last axis: the network sees and answers for halves only, at half the work. */
function splitCoupling(
  name: string,
  elements: Elements,
  shape: readonly number[],
  conditioner: ConditionerMaker,
): Bijection {
  const half = [...shape.slice(0, -1), shape.at(-1)! / 2]
  const size = sizeOf(half)
  const network = conditioner(half, elements.answers)
  const apply =
    (map: NumberMap): Bijection['forward'] =>
    (params, x) => {
      const [kept, changed] = tf.split(x, 2, shape.length) as [tf.Tensor, tf.Tensor]
      const answers: tf.Tensor3D = network(params, kept.reshape([-1, size])).reshape([
        -1,
        elements.answers,
        size,
      ])
      const { value, logSlope } = map(changed.reshape([-1, size]), answers)
      return {
        value: tf.concat([kept, value.reshape(changed.shape)], shape.length),
        logDet: logSlope.sum(1),
      }
    }
  return bijection({
    name,
    shape,
    initial: (stream) => network.initial(stream),
    forward: apply(elements.forward),
    inverse: apply(elements.inverse),
  })
}

/** The k-th parameter of every number, [n, size]. */
export function parameterOf(parameters: tf.Tensor3D, k: number): tf.Tensor2D {
  return parameters.slice([0, k, 0], [-1, 1, -1]).squeeze([1])
}

/** NICE's coupling layer: z₂ = x₂ + μ(x₁). */
export function additiveCoupling(options: CouplingLayerOptions): Bijection {
  const shift =
    (sign: 1 | -1): NumberMap =>
    (x, parameters) => ({
      value: x.add(parameterOf(parameters, 0).mul(sign)),
      logSlope: tf.zerosLike(x),
    })
  return coupling('additive coupling', { answers: 1, forward: shift(1), inverse: shift(-1) }, options)
}

export type AffineCouplingOptions = CouplingLayerOptions & {
  /** B: the scale of one layer stays within e^±B. Default 3. */
  readonly bound?: number
}

/** RealNVP's coupling layer: z₂ = x₂ ⊙ e^{a(x₁)} + μ(x₁). @throws RangeError for a bound that is not positive. */
export function affineCoupling({ bound = 3, ...options }: AffineCouplingOptions): Bijection {
  if (!(bound > 0 && bound < Infinity))
    throw new RangeError(`affine coupling: bound must be positive, but is ${bound}`)
  const logScale = (parameters: tf.Tensor3D): tf.Tensor2D =>
    tf.tanh(parameterOf(parameters, 0).div(bound)).mul(bound)
  return coupling(
    'affine coupling',
    {
      answers: 2,
      forward(x, parameters) {
        const a = logScale(parameters)
        return { value: x.mul(a.exp()).add(parameterOf(parameters, 1)), logSlope: a }
      },
      inverse(z, parameters) {
        const a = logScale(parameters)
        return { value: z.sub(parameterOf(parameters, 1)).mul(a.neg().exp()), logSlope: a.neg() }
      },
    },
    options,
  )
}
