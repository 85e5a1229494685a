/**
 * Exact models of a mixture of Gaussians, or of a set of points, under any Gaussian process: what a perfectly trained
 * network would say. With them a sampler, a likelihood or a guidance rule can be tested, and taught, with no training.
 *
 * For a mixture everything is a mixture: p_t has means α m_k and covariances α² Σ_k + σ² I; the posterior p(x_0 | x_t) is
 * in `posterior.ts`; and since x_s given x_t and x_0 is Gaussian, q(x_s | x_t) follows from it by adding that Gaussian's
 * variance. A set of points is a mixture without variances: its exact model gives its own points back.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import { evaluate, type Component, type Evaluation, type Labels } from '../data/gaussians'
import { expectLabel, mixtureOf, type Mixture } from '../data/mixture'
import type { PointSet } from '../data/points'
import { asDenoiser, inScope, type Denoiser } from '../denoiser'
import type { Field } from '../field'
import { Prediction } from '../prediction'
import { over, type GaussianProcess } from '../process'
import { combine, normalLike, type State, type Time } from '../state'
import { evaluateAtoms } from './atoms'
import { choose, drawPosterior, posteriorComponents } from './posterior'

/** A field with its log density. */
export interface KnownField<S extends State = tf.Tensor> extends Field<S> {
  readonly logDensity: (x: S) => S
}

/** A denoiser that is right, and that knows all that follows from the law of the data. */
export interface ExactModel<S extends State = tf.Tensor> extends Denoiser<S> {
  /** The law of the clean data. */
  readonly law: Mixture | PointSet
  /** The score and log p_t at one time. */
  readonly at: (t: number, condition?: Condition) => KnownField<S>
  /** log p_t(x), or log p_t(x | y) told { class: y }: n numbers for x of shape [n, …]. */
  logDensity(x: S, t: Time, condition?: Condition): S
  /** The law p_t of x_t, as a mixture: with density, score, samples and moments. Only where data are vectors. */
  marginal(t: number): Mixture
  /** log r_k(x_t), the probability of each component (or point) that x_t came from: shape [n, K]. */
  logResponsibilities(x: S, t: Time): S
  /** p(x_0 | x_t) at one x_t, given as d numbers. */
  posterior(x: ArrayLike<number>, t: number): Mixture
  /** q(x_s | x_t) at one x_t, for s < t: Gaussian only where s is close to t, or the data are. */
  reverse(x: ArrayLike<number>, t: number, s: number): Mixture
  /** One draw from p(x_0 | x_t) for each x_t. */
  drawPosterior(x: S, t: Time, stream?: RandomStream): S
  /** One draw from q(x_s | x_t) for each x_t, for s < t: an ancestral step without error, however long. */
  drawReverse(x: S, t: number, s: number, stream?: RandomStream): S
  /** log p(y | x_t) for every class y: shape [n, classes]. */
  logClass(x: S, t: Time): S
  /** ∇ log p(y | x_t) with respect to x_t, y one class for all or one for each: of the shape of `x`. */
  classScore(x: S, t: Time, label: Labels): S
}

/**
 * The exact model of a law under a process. Told `{ class: y }`, it is that of p(x_0 | y).
 *
 * @param process the noise.
 * @param law a mixture, or a set of points (which has no score at times without noise).
 * @returns a model on tensors of shape [n, …], or, as `exact<Float64Array>(…)`, on doubles.
 */
export function exact<S extends State = tf.Tensor>(
  process: GaussianProcess,
  law: Mixture | PointSet,
): ExactModel<S> {
  expectArguments(process, law)
  const components = 'components' in law ? law.components : atomsOf(law)
  const dim = components[0]!.mean.length
  const known = <T extends State>(x: T, t: Time, labels?: Labels): Evaluation<T> => {
    const [alpha, sigma] = [over(t, process.alpha), over(t, process.sigma)]
    return 'components' in law
      ? evaluate(components, x, alpha, sigma, labels)
      : evaluateAtoms(law, x, alpha, sigma, labels)
  }
  const logDensity = (x: S, t: Time, condition?: Condition): S =>
    inScope(x, () => known(x, t, labelsOf(condition, law)).logDensity)
  const drawClean = (x: S, t: Time, stream = currentStream()): S =>
    inScope(x, () => {
      const chosen = choose(known(x, t).logResponsibilities, components.length, stream)
      return 'components' in law
        ? drawPosterior(components, chosen, x, over(t, process.alpha), over(t, process.sigma), stream)
        : (pickPoints(law, chosen) as S)
    })
  const posterior = (x: ArrayLike<number>, t: number): Mixture => {
    if (x.length !== dim) throw new RangeError(`x must be one point of ${dim} numbers, but has ${x.length}`)
    const point = Float64Array.from(x)
    const weights = known(point, t).logResponsibilities.map(Math.exp)
    return mixtureOf(
      posteriorComponents(components, weights, point, process.alpha(t), process.sigma(t)).filter(
        ({ weight }) => weight > 0,
      ),
      law.classes,
    )
  }

  const denoiser = asDenoiser(process, law.shape, (x: S, t, condition) => {
    const { x0, score } = known(x, t, labelsOf(condition, law))
    return new Prediction(process, t, [
      { value: x0, ofX0: () => 1, ofNoise: () => 0 },
      { value: score, ofX0: () => 0, ofNoise: (t) => -process.sigma(t) },
    ])
  })
  return {
    ...denoiser,
    law,
    logDensity,
    at: (t, condition) => ({
      ...denoiser.at(t, condition),
      logDensity: (x: S) => logDensity(x, t, condition),
    }),
    marginal: (t) =>
      mixtureOf(
        components.map((component) => ({
          ...component,
          mean: component.mean.map((m) => process.alpha(t) * m),
          variances: component.variances.map((v) => process.alpha(t) ** 2 * v + process.sigma(t) ** 2),
        })),
        law.classes,
      ),
    logResponsibilities: (x, t) => inScope(x, () => known(x, t).logResponsibilities),
    posterior,
    reverse(x, t, s) {
      const { ofState, ofData, variance } = process.posterior(s, t)
      const clean = posterior(x, t)
      return mixtureOf(
        clean.components.map((part) => ({
          ...part,
          mean: part.mean.map((m, i) => ofState * x[i]! + ofData * m),
          variances: part.variances.map((v) => ofData ** 2 * v + variance),
        })),
        law.classes,
      )
    },
    drawPosterior: drawClean,
    drawReverse: (x, t, s, stream = currentStream()) =>
      inScope(x, () => {
        const { ofState, ofData, variance } = process.posterior(s, t)
        return combine(
          [ofState, x],
          [ofData, drawClean(x, t, stream)],
          [Math.sqrt(variance), normalLike(x, stream)],
        )
      }),
    logClass: (x, t) =>
      inScope(x, () => {
        const all = known(x, t).logDensity
        return columns(
          classShares(components).map((share, label) => {
            const shift = addConstant(known(x, t, label).logDensity, Math.log(share))
            return combine([1, shift], [-1, all])
          }),
        )
      }),
    classScore(x, t, label) {
      const count = classShares(components).length
      for (const y of typeof label === 'number' ? [label] : Array.from(label)) expectLabel(y, count)
      return inScope(x, () => combine([1, known(x, t, label).score], [-1, known(x, t).score]))
    },
  }
}

/** Cells are not type-checked before they run. */
function expectArguments(process: Partial<GaussianProcess> | undefined, law: object | undefined): void {
  if (typeof process?.alpha !== 'function')
    throw new TypeError('exact: the first argument must be a process, such as vp()')
  if (typeof law !== 'object' || !('components' in law || ('values' in law && 'pick' in law)))
    throw new TypeError(
      'exact: the second argument must be a law that is known, a mixture or points such as data.points(moons.draw(100))',
    )
}

/** A set of points as components without variance. */
function atomsOf(set: PointSet): Component[] {
  const dim = set.values.length / set.size
  const axes = Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => (i === j ? 1 : 0)))
  const variances = axes.map(() => 0)
  return Array.from({ length: set.size }, (_, i) => ({
    weight: 1 / set.size,
    mean: [...set.values.subarray(i * dim, (i + 1) * dim)],
    variances,
    axes,
    label: set.labels?.[i] ?? 0,
  }))
}

function pickPoints(set: PointSet, chosen: Int32Array | tf.Tensor1D): State {
  if (chosen instanceof Int32Array) return set.pick(chosen).values
  return tf.gather(set.all(), chosen)
}

/** The probability of each class. */
function classShares(components: readonly Component[]): number[] {
  const shares: number[] = []
  for (const { label, weight } of components) shares[label] = (shares[label] ?? 0) + weight
  return Array.from(shares, (share) => share ?? 0)
}

/** The labels that a condition tells, if any. */
function labelsOf(condition: Condition | undefined, law: Mixture | PointSet): Labels | undefined {
  if (condition === null || condition === undefined) return undefined
  const { class: told, ...others } = condition
  if (Object.keys(others).length)
    throw new TypeError(`the exact model can be told a class, but not ${Object.keys(others).join(', ')}`)
  if (told === null || told === undefined) return undefined
  if (!law.classes) throw new TypeError('the exact model of points without labels cannot be told a class')
  const labels = told instanceof tf.Tensor ? told.dataSync() : told
  const list = typeof labels === 'number' ? [labels] : labels
  if (!('length' in list) || Array.from<unknown>(list).some((label) => typeof label !== 'number'))
    throw new TypeError('the class that the exact model is told must be a label, or one for each state')
  for (const label of Array.from(list as ArrayLike<number>)) expectLabel(label, law.classes.length)
  return labels as Labels
}

function addConstant<S extends State>(x: S, c: number): S {
  return (x instanceof Float64Array ? x.map((value) => value + c) : tf.add(x, c)) as S
}

/** K columns of n numbers each, side by side: a tensor of shape [n, K], or n·K doubles. */
function columns<S extends State>(values: readonly S[]): S {
  if (!(values[0] instanceof Float64Array)) return tf.stack([...values] as tf.Tensor[], 1) as S
  const doubles = values as readonly Float64Array[]
  return Float64Array.from(
    { length: values[0].length * values.length },
    (_, i) => doubles[i % values.length]![Math.floor(i / values.length)]!,
  ) as S
}
