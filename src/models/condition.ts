/**
 * Conditions: what a model is told beside x_t and t.
 *
 * A condition is a record of named values, such as { class: 3 } or { y: tensor of shape [n, k] }, or null, which tells
 * nothing. A value may also be null, or be told to some of the batch only, by `only`: that is what condition dropout
 * trains with, and how one network learns p(x | y) and p(x) together.
 *
 * Ho and Salimans, "Classifier-free diffusion guidance", 2022, https://arxiv.org/abs/2207.12598
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../tensor'

/**
 * One value for each of the n states, or one for all:
 * of a class, labels 0, …, K − 1; of a vector of length k, a shape of [n, k] or [k]; of tokens, [n, length] or [length]; of a picture, a
 * tensor of shape [n, height, width, channels] or without n.
 */
export type ConditionValue =
  number | ArrayLike<number> | readonly (readonly number[])[] | tf.Tensor | PartlyTold | null

/** Named values, or nothing at all. */
export type Condition = Readonly<Record<string, ConditionValue>> | null

/** A value that only those of the batch are told whose `told` is 1 and not 0. */
export interface PartlyTold {
  readonly value: Exclude<ConditionValue, PartlyTold | null>
  readonly told: ArrayLike<number>
}

/**
 * What one named value of a condition is: `{ classes: 10 }` for labels, `{ vector: 2 }` for vectors,
 * `{ tokens: 12, length: 4 }` for sequences of four tokens out of twelve, and `{ picture: [16, 16, 1] }` for pictures, which only
 * networks for pictures can be told.
 */
export type ConditionKind =
  | { readonly classes: number }
  | { readonly vector: number }
  | { readonly tokens: number; readonly length: number }
  | { readonly picture: readonly [height: number, width: number, channels: number] }

/** What a network can be told, by name. */
export type ConditionKinds = Readonly<Record<string, ConditionKind>>

/** Kinds as `mlp` takes them: a number is a count of classes for the name `class`, else the length of a vector. */
export type ConditionOptions = Readonly<Record<string, number | ConditionKind>>

/** @throws RangeError for a kind whose counts are not positive whole numbers. */
export function conditionKinds(options: ConditionOptions): ConditionKinds {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const kind: ConditionKind =
        typeof option !== 'number' ? option : name === 'class' ? { classes: option } : { vector: option }
      const counts: [string, unknown][] = Object.entries(kind as object).flatMap(
        ([what, count]: [string, unknown]) =>
          what === 'picture' && Array.isArray(count) && count.length === 3
            ? count.map((length: unknown): [string, unknown] => ['each length of the picture', length])
            : [[what, count] as [string, unknown]],
      )
      for (const [what, count] of counts)
        if (!Number.isSafeInteger(count) || (count as number) < 1)
          throw new RangeError(
            `the condition ${name}: ${what} must be a positive whole number, but is ${String(count)}`,
          )
      if (!(
        'classes' in kind ||
        'vector' in kind ||
        'picture' in kind ||
        ('tokens' in kind && 'length' in kind)
      ))
        throw new TypeError(
          `the condition ${name} must be { classes }, { vector }, { tokens, length } or { picture }`,
        )
      return [name, kind]
    }),
  )
}

/** A value of a condition for a whole batch. */
export interface Told {
  /** Labels or tokens of shape [n or 1, …] in int32, or vectors of shape [n or 1, k]. Absent where nobody is told. */
  readonly value?: tf.Tensor
  /** 1 for those who are told, 0 for the others, of shape [n, 1]. Absent where all are told, or nobody. */
  readonly told?: tf.Tensor2D
}

/**
 * Reads one value of a condition.
 *
 * @param n states in the batch.
 * @throws TypeError where the condition is none, or lacks the value.
 * @throws RangeError for labels or tokens out of range, and for shapes that do not fit the batch.
 */
export function told(condition: Condition | undefined, name: string, kind: ConditionKind, n: number): Told {
  if (condition === null || condition === undefined) return {}
  expectRecord(condition)
  const given = condition[name]
  if (given === undefined) {
    const names = Object.keys(condition)
    throw new TypeError(
      `the condition lacks ${name}: it has ${names.length ? names.join(', ') : 'nothing'}. ` +
        `Say { ${name}: … }, or { ${name}: null } to leave it out`,
    )
  }
  if (given === null) return {}
  if (!isPartlyTold(given)) return { value: read(given, name, kind, n) }
  if (given.told.length !== n)
    throw new RangeError(`the condition tells ${name} to ${given.told.length} states, but there are ${n}`)
  return {
    value: read(given.value, name, kind, n),
    told: tf.tensor2d(Float32Array.from(given.told), [n, 1]),
  }
}

/** @throws TypeError for a name that the network does not know, or a condition that is no record. */
export function expectKnown(condition: Condition | undefined, kinds: ConditionKinds): void {
  if (condition === null || condition === undefined) return
  expectRecord(condition)
  for (const name of Object.keys(condition))
    if (!(name in kinds)) {
      const names = Object.keys(kinds)
      throw new TypeError(
        names.length
          ? `the network cannot be told ${name}, only ${names.join(', ')}`
          : `the network cannot be told ${name}: it takes no condition. Make it with mlp({ …, conditions })`,
      )
    }
}

/** Cells are not type-checked before they run. */
function expectRecord(condition: unknown): void {
  if (typeof condition !== 'object' || condition instanceof tf.Tensor || ArrayBuffer.isView(condition))
    throw new TypeError('a condition is a record of named values, such as { class: 3 }, or null')
}

function isPartlyTold(value: unknown): value is PartlyTold {
  return typeof value === 'object' && value !== null && 'told' in value && 'value' in value
}

/** The value as a tensor: [n or 1] labels, [n or 1, length] tokens, or [n or 1, k] numbers. */
function read(given: unknown, name: string, kind: ConditionKind, n: number): tf.Tensor {
  if ('picture' in kind) return picture(given, name, kind.picture, n)
  const row = 'vector' in kind ? [kind.vector] : 'tokens' in kind ? [kind.length] : []
  const count = 'vector' in kind ? undefined : 'tokens' in kind ? kind.tokens : kind.classes
  const { values, shape } = flat(given, name)
  const rows = rowsOf(shape, row, n)
  if (rows === undefined) {
    const [one, each] = row.length ? [`[${row[0]}]`, `[${n}, ${row[0]}]`] : ['[]', `[${n}]`]
    throw new RangeError(
      `the condition ${name} must have the shape ${one}, one for all ${n} states, or ${each}, one for each, ` +
        `but has [${shape.join(', ')}]`,
    )
  }
  if (count !== undefined && values) expectLabels(values, name, count)
  const tensor = given instanceof tf.Tensor ? given : tf.tensor(Float32Array.from(values!))
  const shaped = tensor.reshape([rows, ...row])
  return count === undefined ? shaped : shaped.toInt()
}

/** A picture for each of n states, or one for all, of shape [n or 1, height, width, channels]. */
function picture(given: unknown, name: string, shape: readonly number[], n: number): tf.Tensor {
  const one = shape.join(', ')
  if (!(given instanceof tf.Tensor))
    throw new TypeError(
      `the condition ${name} must be a tensor of pictures, of shape [${one}] or [${n}, ${one}]`,
    )
  // Narrowing from unknown leaves the rank open.
  const { shape: found } = given as tf.Tensor
  const rows = found.length > shape.length ? found[0] : 1
  const fits = found.length <= shape.length + 1 && found.slice(-shape.length).join() === shape.join()
  if (!fits || (rows !== 1 && rows !== n))
    throw new RangeError(
      `the condition ${name} must have the shape [${one}], one for all ${n} states, or [${n}, ${one}], one for each, ` +
        `but has [${found.join(', ')}]`,
    )
  return (given as tf.Tensor).reshape([rows, ...shape])
}

/** How many rows of the shape `row` numbers of this `shape` are: 1 or n, or undefined where they do not fit. */
function rowsOf(shape: readonly number[], row: readonly number[], n: number): number | undefined {
  const size = row.reduce((product, length) => product * length, 1)
  const total = shape.reduce((product, length) => product * length, 1)
  const rows = total / size
  if (rows !== 1 && rows !== n) return undefined
  // Trailing lengths must agree, except that n numbers may stand for n vectors of length 1.
  const [last = 1] = row
  const fits = shape.length <= 1 ? rows === 1 || size === 1 : shape.length === 2 && shape[1] === last
  return fits ? rows : undefined
}

/** Numbers and their shape. Those of a tensor on a graphics processor stay there, unread. */
function flat(given: unknown, name: string): { values?: ArrayLike<number>; shape: readonly number[] } {
  if (typeof given === 'number') return { values: [given], shape: [] }
  if (given instanceof tf.Tensor) {
    // Narrowing from unknown leaves the rank open.
    const tensor = given as tf.Tensor
    return { shape: tensor.shape, ...(!onProcessor() && { values: tensor.dataSync() }) }
  }
  const rows = rowsIn(given)
  if (rows) return { values: rows.flat(), shape: [rows.length, rows[0]!.length] }
  if (Array.isArray(given) || ArrayBuffer.isView(given)) {
    const values = given as number[]
    return { values, shape: [values.length] }
  }
  throw new TypeError(`the condition ${name} must be a number, numbers or a tensor, but is ${String(given)}`)
}

function rowsIn(value: unknown): number[][] | undefined {
  return Array.isArray(value) && Array.isArray((value as unknown[])[0]) ? (value as number[][]) : undefined
}

/** Whether the values of tensors are somewhere that reading them at once takes long, or cannot be done. */
export function onProcessor(): boolean {
  return tf.getBackend() === 'webgpu' || tf.getBackend() === 'webgl'
}

function expectLabels(values: ArrayLike<number>, name: string, count: number): void {
  for (let i = 0; i < values.length; i++) {
    const label = values[i]!
    if (!Number.isInteger(label) || label < 0 || label >= count)
      throw new RangeError(
        `the condition ${name} must be whole numbers from 0 to ${count - 1}, but one of them is ${label}`,
      )
  }
}

/**
 * Tells each value of the condition to each of `n` states with probability 1 − `drop`, all values together.
 *
 * @throws RangeError unless `drop` is in [0, 1].
 */
export function dropped(condition: Condition, n: number, drop: number, stream: RandomStream): Condition {
  expectDrop(drop)
  if (condition === null || drop === 0) return condition
  const keep = Float32Array.from(stream.uniform(n), (u) => (u < drop ? 0 : 1))
  return Object.fromEntries(
    Object.entries(condition).map(([name, given]) => {
      if (given === null) return [name, null]
      if (!isPartlyTold(given)) return [name, { value: given, told: keep }]
      return [name, { value: given.value, told: keep.map((k, i) => k * given.told[i]!) }]
    }),
  )
}

/** @throws RangeError unless `drop` is a probability. */
export function expectDrop(drop: number): void {
  if (!(drop >= 0 && drop <= 1))
    throw new RangeError(`drop, the share of conditions that are left out, must be in [0, 1], but is ${drop}`)
}
