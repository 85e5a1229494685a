/** Laws whose samples are computed one by one from uniform and normal numbers. */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { expectCount, type Data, type LabelledData } from './data'

export interface Recipe {
  readonly name: string
  /** Length of one sample. */
  readonly dim: number
  /** How many uniform numbers one sample takes, besides the one that chooses its class. */
  readonly uniforms: number
  /** How many normal numbers one sample takes. Default: as many as it has coordinates, for noise on each. */
  readonly normals?: number
  /**
   * Where a sample lies, given its class (0 where there are none), its uniforms in [0, 1) and its normals: arrays that hold those
   * of the next sample afterwards.
   */
  readonly place: (label: number, u: readonly number[], z: readonly number[]) => readonly number[]
}

/** A law without classes. */
export function law(recipe: Recipe): Data<tf.Tensor2D> {
  const { name, dim } = recipe
  return { name, shape: [dim], draw: (n, stream = currentStream()) => drawOf(recipe, 0, n, stream).x }
}

/** A law of classes that are equally likely. */
export function labelledLaw(recipe: Recipe, classes: readonly string[]): LabelledData<tf.Tensor2D> {
  const { name, dim } = recipe
  const drawLabelled = (n: number, stream = currentStream()) => drawOf(recipe, classes.length, n, stream)
  return { name, shape: [dim], classes, drawLabelled, draw: (n, stream) => drawLabelled(n, stream).x }
}

function drawOf(
  { dim, uniforms, normals = dim, place }: Recipe,
  classes: number,
  n: number,
  stream: RandomStream,
): { x: tf.Tensor2D; labels: Int32Array } {
  expectCount(n)
  const choice = classes ? stream.uniform(n) : undefined
  const u = Array.from({ length: uniforms }, () => stream.uniform(n))
  const z = stream.normal(normals * n)
  const labels = Int32Array.from({ length: n }, (_, i) => (choice ? Math.floor(choice[i]! * classes) : 0))
  const points = new Float32Array(dim * n)
  // Training draws a batch at every step: no arrays are made for each sample.
  const ownU = u.map(() => 0)
  const ownZ = Array.from({ length: normals }, () => 0)
  for (let i = 0; i < n; i++) {
    for (const [k, column] of u.entries()) ownU[k] = column[i]!
    for (let k = 0; k < normals; k++) ownZ[k] = z[i * normals + k]!
    const point = place(labels[i]!, ownU, ownZ)
    for (let k = 0; k < dim; k++) points[i * dim + k] = point[k]!
  }
  return { x: tf.tensor2d(points, [n, dim]), labels }
}

/** @throws RangeError unless `value` is a finite number, not negative. */
export function expectNotNegative(name: string, option: string, value: number): void {
  if (!(value >= 0 && value < Infinity))
    throw new RangeError(`${name}: ${option} must not be negative, but is ${value}`)
}

/** @throws RangeError unless `value` is a finite number above zero. */
export function expectPositive(name: string, option: string, value: number): void {
  if (!(value > 0 && value < Infinity))
    throw new RangeError(`${name}: ${option} must be positive, but is ${value}`)
}

/** @throws RangeError unless `value` is a whole number from `least` on. */
export function expectWhole(name: string, option: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name}: ${option} must be a whole number from ${least} on, but is ${value}`)
}
