/** Pictures that are drawn one by one, each from random numbers of its own. */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../../tensor'
import { expectCount, type LabelledData } from '../data'
import { expectWhole } from '../law'

/** The random numbers of one picture, in the order in which it asks for them. */
export interface Dice {
  /** Uniform on [low, high); by default [0, 1). */
  uniform(low?: number, high?: number): number
  /** Normal with mean 0. @param deviation default 1. */
  normal(deviation?: number): number
  /** Uniform on 0, …, count − 1. */
  integer(count: number): number
}

export interface PictureRecipe {
  readonly name: string
  /** [height, width, channels]. */
  readonly shape: readonly [number, number, number]
  readonly classes: readonly string[]
  /** Most uniform and most normal numbers that one picture asks for. */
  readonly numbers: { readonly uniforms: number; readonly normals: number }
  /** Writes a picture of a class, its values usually in [−1, 1]. */
  readonly paint: (pixels: Float32Array, label: number, dice: Dice) => void
}

/** Data of classes that are equally likely. */
export function pictures({ name, shape, classes, numbers, paint }: PictureRecipe): LabelledData<tf.Tensor4D> {
  const size = shape[0] * shape[1] * shape[2]
  const drawLabelled: LabelledData<tf.Tensor4D>['drawLabelled'] = (n, stream = currentStream()) => {
    expectCount(n)
    const labels = Int32Array.from(stream.integers(n, 0, classes.length))
    const dice = rolls(n, numbers, stream)
    const pixels = new Float32Array(n * size)
    for (let i = 0; i < n; i++) paint(pixels.subarray(i * size, (i + 1) * size), labels[i]!, dice(i))
    return { x: tf.tensor4d(pixels, [n, ...shape]), labels }
  }
  return { name, shape, classes, drawLabelled, draw: (n, stream) => drawLabelled(n, stream).x }
}

/** The dice of each of n pictures. */
export function rolls(
  n: number,
  { uniforms, normals }: PictureRecipe['numbers'],
  stream: RandomStream,
): (i: number) => Dice {
  const u = stream.uniform(n * uniforms)
  const z = stream.normal(n * normals)
  return (i) => {
    let [nextUniform, nextNormal] = [0, 0]
    const uniform = (low = 0, high = 1): number => {
      if (nextUniform === uniforms) throw new Error(`a picture asked for more than ${uniforms} uniforms`)
      return low + (high - low) * u[i * uniforms + nextUniform++]!
    }
    return {
      uniform,
      normal(deviation = 1) {
        if (nextNormal === normals) throw new Error(`a picture asked for more than ${normals} normals`)
        return deviation * z[i * normals + nextNormal++]!
      },
      integer: (count) => Math.floor(uniform(0, count)),
    }
  }
}

/** @throws RangeError unless `size` is a whole number of pixels from `least` to 1024. */
export function expectSize(name: string, size: number, least = 8): void {
  expectWhole(name, 'size', size, least)
  if (size > 1024) throw new RangeError(`${name}: size must be at most 1024 pixels, but is ${size}`)
}
