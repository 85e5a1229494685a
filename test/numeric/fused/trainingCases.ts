/** Networks and batches of random numbers, as plain numbers and as tensors, for whoever computes training steps. */
import * as tf from '@tensorflow/tfjs'
import { parameter, RandomStream } from '../../../src/tensor'
import type { LayerOf, Perceptron, TrainingRows } from '../../../src/tensor/fused/training'
import type { ExactLayer, ExactRows } from './perceptronReference'

const stream = new RandomStream(11, 'training cases')

/** Standard normal numbers, rounded to single precision. */
function randoms(shape: readonly number[]): Float32Array {
  return Float32Array.from(stream.normal(shape.reduce((product, size) => product * size, 1)))
}

export interface Shape {
  readonly widths: readonly number[]
  readonly n: number
  readonly features?: number
  readonly condition?: number
  readonly weighted?: boolean
}

/** Numbers of a network and a batch, and the same as tensors. */
export function drawn({ widths, n, features = 0, condition = 0, weighted = false }: Shape) {
  const layers = widths.slice(1).map((outputs, l): ExactLayer => {
    const inputs = widths[l]!
    const hidden = l < widths.length - 2
    const scaled = (rows: number) => randoms([rows, outputs]).map((x) => (1.5 * x) / Math.sqrt(rows))
    return {
      inputs,
      outputs,
      weights: scaled(inputs),
      bias: randoms([outputs]).map((x) => 0.3 * x),
      ...(hidden && features > 0 && { ofFeatures: scaled(features) }),
      ...(hidden && condition > 0 && { ofCondition: scaled(condition) }),
    }
  })
  const rows: ExactRows = {
    n,
    x: randoms([n, widths[0]!]),
    target: randoms([n, widths.at(-1)!]),
    features: randoms([n, features]),
    condition: randoms([n, condition]),
    ...(weighted && { factor: randoms([n]), weight: randoms([n]).map(Math.abs) }),
  }
  return { layers, rows }
}

export function tensorsOf(
  layers: readonly ExactLayer[],
  { n, x, target, features, condition, factor, weight }: ExactRows,
): { readonly perceptron: Perceptron<tf.Variable>; readonly batch: TrainingRows } {
  const matrix = (values: Float32Array, rows: number) => tf.tensor2d(values, [rows, values.length / rows])
  const variable = (value: tf.Tensor): tf.Variable => {
    const made = parameter(value)
    value.dispose()
    return made
  }
  return {
    perceptron: layers.map(({ outputs, weights, bias, ofFeatures, ofCondition }) => ({
      weights: variable(matrix(weights, weights.length / outputs)),
      bias: variable(tf.tensor1d(bias)),
      ...(ofFeatures && { ofFeatures: variable(matrix(ofFeatures, ofFeatures.length / outputs)) }),
      ...(ofCondition && { ofCondition: variable(matrix(ofCondition, ofCondition.length / outputs)) }),
    })),
    batch: {
      x: matrix(x, n),
      target: matrix(target, n),
      ...(features.length && { features: matrix(features, n) }),
      ...(condition.length && { condition: matrix(condition, n) }),
      ...(factor && { factor }),
      ...(weight && { weight }),
    },
  }
}

export const PARTS = ['weights', 'bias', 'ofFeatures', 'ofCondition'] as const

/** Calls `f` with every part that there is. */
export function eachPart<T>(
  layers: readonly LayerOf<T>[],
  f: (value: T, l: number, part: (typeof PARTS)[number]) => void,
) {
  for (const [l, layer] of layers.entries())
    for (const part of PARTS) if (layer[part] !== undefined) f(layer[part], l, part)
}

/** Moments of Adam that have seen some steps, and their numbers. */
export function moments(perceptron: Perceptron<tf.Variable>) {
  const of = (change: (x: number) => number) => {
    const numbers = perceptron.map((layer) => {
      const parts: Partial<Record<(typeof PARTS)[number], Float32Array>> = {}
      for (const part of PARTS) if (layer[part]) parts[part] = randoms(layer[part].shape).map(change)
      return parts
    })
    const variables = perceptron.map((layer, l) => {
      const parts: Partial<Record<(typeof PARTS)[number], tf.Variable>> = {}
      for (const part of PARTS)
        if (layer[part])
          parts[part] = tf.tidy(() => parameter(tf.tensor(numbers[l]![part]!.slice(), layer[part]!.shape)))
      return parts as unknown as LayerOf<tf.Variable>
    })
    return { numbers, variables }
  }
  const [m, v] = [of((x) => x), of(Math.abs)]
  return { m: m.variables, v: v.variables, started: { m: m.numbers, v: v.numbers } }
}
