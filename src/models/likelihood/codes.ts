/**
 * Codes: where the probability-flow ODE takes data, x(0) ↦ x(T). It has no parameters of its own, so that every model
 * that knows the score gives the same data the same code, while flows and VAEs may choose theirs freely.
 *
 * Between codes, and back, one can move as in any latent space: along the great circle between two of them (`slerp`, which
 * stays as far from the origin as normal codes are), or towards the origin, z ↦ τz with τ < 1, a lower temperature.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, section 4.3,
 * https://arxiv.org/abs/2011.13456
 */
import * as tf from '@tensorflow/tfjs'
import { keepingTensors } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { perMember } from '../ode'
import { combine, expectState, type State } from '../state'
import { endsOf, expectStatesOf, solve, type OdeOptions } from './solve'
import { velocity } from './velocity'

/** The codes x(T) of data. @param x states [n, …model.shape], or as doubles; they stay the caller's. */
export function encode<S extends State = tf.Tensor>(
  model: Denoiser<S>,
  x: NoInfer<S>,
  options: OdeOptions = {},
): Promise<S> {
  const ends = endsOf(model, options, 'encode')
  return carried(model, x, ends, options, 'encode')
}

/** The data x(0) of codes, at temperature one; scale the codes for another. */
export function decode<S extends State = tf.Tensor>(
  model: Denoiser<S>,
  z: NoInfer<S>,
  options: OdeOptions = {},
): Promise<S> {
  const [from, to] = endsOf(model, options, 'decode')
  return carried(model, z, [to, from], options, 'decode')
}

function carried<S extends State>(
  model: Denoiser<S>,
  x: S,
  ends: readonly [number, number],
  options: OdeOptions,
  caller: string,
): Promise<S> {
  expectStatesOf(model, x, caller)
  const move = velocity(model, options.condition)
  return keepingTensors(async () => {
    const { x: parts } = await solve(([x], t) => [move(x!, t)], [x], ends, options, caller)
    return parts[0]!
  })
}

/**
 * Spherical interpolation: with θ the angle between a and b,
 *
 *   slerp(a, b, w) = (sin((1 − w)θ) a + sin(wθ) b) / sin θ.
 *
 * Shoemake, "Animating rotation with quaternion curves", 1985, https://doi.org/10.1145/325334.325242
 *
 * @param a, b codes [n, …], pair by pair; doubles are one code.
 * @param w 0 gives a, 1 gives b.
 */
export function slerp<S extends State>(a: S, b: S, w: number): S {
  if (!Number.isFinite(w)) throw new RangeError(`slerp: w must be a finite number, but is ${w}`)
  expectAlike(a, b)
  const weights = (cosine: number): [number, number] => {
    const angle = Math.acos(Math.max(-1, Math.min(1, cosine)))
    const sine = Math.sin(angle)
    // Along one line there is no circle: then, straight.
    return sine < 1e-6 ? [1 - w, w] : [Math.sin((1 - w) * angle) / sine, Math.sin(w * angle) / sine]
  }
  if (a instanceof Float64Array) {
    const other = b as Float64Array
    const dot = a.reduce((sum, value, i) => sum + value * other[i]!, 0)
    const [ofA, ofB] = weights(dot / (Math.hypot(...a) * Math.hypot(...other)))
    return combine([ofA, a as S], [ofB, b])
  }
  const [x, y] = [a, b as tf.Tensor]
  const cosines = tf.tidy(() => {
    const lengths = perMember(x.square()).mul(perMember(y.square())).sqrt()
    return perMember(x.mul(y)).div(lengths).dataSync()
  })
  const pairs = Array.from(cosines, weights)
  return combine(
    [Float64Array.from(pairs, ([ofA]) => ofA), a],
    [Float64Array.from(pairs, ([, ofB]) => ofB), b],
  )
}

function expectAlike(a: State, b: State): void {
  const [left, right] = [a, b].map((x) => {
    expectState(x, 'slerp')
    return x instanceof Float64Array ? `${x.length} doubles` : `[${x.shape.join(', ')}]`
  })
  if (left !== right)
    throw new RangeError(`slerp: codes must be of one shape, but a is ${left} and b is ${right}`)
}

/**
 * Data between data: encodes both, walks from code to code by `slerp`, and decodes.
 *
 * @param points how many, the two ends included. Default 8.
 * @returns one batch of the shape of `a` for each point.
 */
export function interpolateCodes<S extends State = tf.Tensor>(
  model: Denoiser<S>,
  a: NoInfer<S>,
  b: NoInfer<S>,
  { points = 8, ...options }: OdeOptions & { readonly points?: number } = {},
): Promise<S[]> {
  if (!Number.isSafeInteger(points) || points < 2)
    throw new RangeError(`interpolateCodes: points must be a whole number from 2 on, but is ${points}`)
  return keepingTensors(async () => {
    const [from, to] = [await encode(model, a, options), await encode(model, b, options)]
    const path: S[] = []
    for (let i = 0; i < points; i++) {
      const z = slerp(from, to, i / (points - 1))
      path.push(await decode(model, z, options))
      if (z instanceof tf.Tensor) z.dispose()
    }
    if (from instanceof tf.Tensor) tf.dispose([from, to as tf.Tensor])
    return path
  })
}
