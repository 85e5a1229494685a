/** Claims about means: equal, equal up to a constant, equal given x̃, at most. */
import * as tf from '@tensorflow/tfjs'
import { ADVICE, looks, short, VerificationError, type LookOptions, type Verification } from './claim'
import { testFunctions } from './testFunctions'
import type { Side, SignedTerm, Term, Values } from './terms'
import { exceeds, type Comparison } from './verdict'

/** An inequality that is nearly tight is believed once it could not be off by more than this part of its terms. */
const TIGHT = 0.01

export interface Identity<D> extends LookOptions<D> {
  readonly left: Side<D>
  readonly right: Side<D>
}

/**
 * E[Σ left] = E[Σ right]. Each term has shape [n], or [n, d] for d claims at once.
 *
 * @throws VerificationError where it is false, or cannot be told.
 */
export async function equal<D>(name: string, identity: Identity<D>): Promise<Verification> {
  const { left, right } = sides(name, identity)
  return compare(name, identity, [...signed(left, 1, alone), ...signed(right, -1, alone)])
}

export interface IdentityUpToConstant<D, P> extends LookOptions<D> {
  readonly left: Readonly<Record<string, (draws: D, parameter: P) => Values>>
  readonly right: Readonly<Record<string, (draws: D, parameter: P) => Values>>
  /** Two or more parameters θ: both sides must change by the same from the first to each of the others. */
  readonly at: readonly P[]
}

/**
 * E[Σ left(θ)] = E[Σ right(θ)] + const: the differences between parameters are compared. A term that does not depend on θ
 * belongs to the constant; leave it out.
 *
 * @throws VerificationError where it is false, or cannot be told; RangeError for fewer than two parameters.
 */
export async function upToConstant<D, P>(
  name: string,
  identity: IdentityUpToConstant<D, P>,
): Promise<Verification> {
  const { left, right } = sides(name, identity)
  const [first, ...others] = identity.at ?? []
  if (others.length === 0)
    throw new RangeError(`verify.upToConstant '${name}': at must list two or more parameters`)
  const changes = (term: (draws: D, parameter: P) => Values) => (draws: D) => {
    const origin = term(draws, first!)
    return others.map((parameter) => minus(term(draws, parameter), origin))
  }
  return compare(name, identity, [...signed(left, 1, changes), ...signed(right, -1, changes)])
}

export interface PointwiseIdentity<D> extends Identity<D> {
  /** x̃, of shape [n, dim], at each value of which the conditional means are compared. */
  readonly at: (draws: D) => Values
}

/**
 * E[Σ left | x̃] = E[Σ right | x̃] for all x̃: E[(left − right) φ(x̃)] = 0 for eight fixed functions φ, a constant and waves.
 *
 * @throws VerificationError where it is false, or cannot be told.
 */
export async function pointwise<D>(name: string, identity: PointwiseIdentity<D>): Promise<Verification> {
  const { left, right } = sides(name, identity)
  if (typeof identity.at !== 'function')
    throw new TypeError(`verify.pointwise '${name}': at must be a function from the draws to x̃`)
  const weighted = (term: Term<D>) => (draws: D) => {
    const values = asMatrix(term(draws))
    return testFunctions(asMatrix(identity.at(draws), values.shape[0])).map((phi) => values.mul(phi))
  }
  return compare(name, identity, [...signed(left, 1, weighted), ...signed(right, -1, weighted)])
}

/**
 * E[Σ left] ≤ E[Σ right].
 *
 * @throws VerificationError where it is false, or cannot be told from a violation of a hundredth of its terms.
 */
export async function atMost<D>(name: string, identity: Identity<D>): Promise<Verification> {
  const { left, right } = sides(name, identity)
  const terms = [...signed(left, 1, alone), ...signed(right, -1, alone)]
  return looks(name, identity, terms, (verdict) => {
    const violated = verdict.comparisons.find((comparison) => exceeds(comparison) && comparison.mean > 0)
    if (violated) return new VerificationError('false', refuted(name, violated, '≤'))
    const sure = verdict.comparisons.every(
      ({ mean, noise, allowed, scale }) => mean + noise <= 0 || allowed <= TIGHT * scale,
    )
    return sure
      ? undefined
      : new VerificationError('too weak', `'${name}': too much noise to tell ≤ from >; ${ADVICE}`)
  })
}

/** Draws, in up to five looks, until all components agree and every wrong factor would have been noticed. */
function compare<D>(
  name: string,
  options: LookOptions<D>,
  terms: readonly SignedTerm<D>[],
): Promise<Verification> {
  return looks(name, options, terms, ({ comparisons, broken, unnoticed }) => {
    if (broken.length) return new VerificationError('false', refuted(name, comparisons[broken[0]!]!, '='))
    if (unnoticed.length)
      return new VerificationError(
        'too weak',
        `'${name}' agrees, but is too weak: term '${unnoticed.join("', '")}' could be half, double or negative and nobody would notice; ${ADVICE}`,
      )
    return undefined
  })
}

/** A term as it is. */
function alone<D>(term: Term<D>): (draws: D) => readonly Values[] {
  return (draws) => [term(draws)]
}

function refuted(name: string, { mean, allowed, scale }: Comparison, relation: '=' | '≤'): string {
  return (
    `'${name}' does not hold: left − right is ${short(mean)} on average, but should be ${relation} 0 ` +
    `within ${short(allowed)} (the largest term is about ${short(scale)})`
  )
}

function signed<T, D>(
  side: Readonly<Record<string, T>>,
  sign: 1 | -1,
  values: (term: T) => (draws: D) => readonly Values[],
): SignedTerm<D>[] {
  return Object.entries(side).map(([name, term]) => ({ name, sign, values: values(term) }))
}

/** Cells are not type-checked before they run. */
function sides<T>(
  name: string,
  identity: { readonly left: Readonly<Record<string, T>>; readonly right: Readonly<Record<string, T>> },
) {
  const { left, right } = identity
  for (const [side, terms] of Object.entries({ left, right })) {
    if (typeof terms !== 'object' || terms === null)
      throw new TypeError(
        `verify '${name}': ${side} must be a record of terms, such as { 'a term': (d) => values }`,
      )
    for (const [term, f] of Object.entries(terms))
      if (typeof f !== 'function')
        throw new TypeError(`verify '${name}': term '${term}' must be a function of the draws`)
  }
  if (Object.keys(left).length + Object.keys(right).length === 0)
    throw new RangeError(`verify '${name}': there are no terms`)
  return { left, right }
}

/** Tensors are subtracted on their device, in single precision; rounding is allowed for. */
function minus(a: Values, b: Values): Values {
  if (a instanceof Float64Array && b instanceof Float64Array) return a.map((x, i) => x - b[i]!)
  if (a instanceof tf.Tensor && b instanceof tf.Tensor) return tf.sub(a, b)
  throw new TypeError('a term must give the same kind of values for all parameters')
}

function asMatrix(
  values: Values,
  rows = values instanceof tf.Tensor ? (values.shape[0] ?? 1) : values.length,
): tf.Tensor2D {
  const tensor = values instanceof tf.Tensor ? values : tf.tensor1d(Float32Array.from(values))
  return tensor.reshape([rows, -1])
}
