/** The two loops that are measured against other runtimes: a step of training, and a step of sampling. */
import * as tf from '@tensorflow/tfjs'
import { adamUpdate, affine, parameter, RandomStream, silu } from '../../src/tensor'
import { trainingExecutor } from '../../src/tensor/fused/trainers'
import type { Perceptron } from '../../src/tensor/fused/training'

const WIDTHS = [18, 128, 128, 128, 2]
/** Products and sums of one row through the network. */
const PER_ROW = 2 * WIDTHS.slice(1).reduce((sum, width, i) => sum + width * WIDTHS[i]!, 0)

/** Floating-point operations of a training step of 512 rows: once forwards, twice back, less the input's own gradient. */
export const TRAINING_OPERATIONS = 512 * (3 * PER_ROW - 2 * 18 * 128)

type Layer = (x: tf.Tensor2D, weights: tf.Tensor2D, bias: tf.Tensor1D, last: boolean) => tf.Tensor2D

/** As a cell would write it. */
const plain: Layer = (x, weights, bias, last) => {
  const z: tf.Tensor2D = tf.matMul(x, weights).add(bias)
  return last ? z : z.mul(tf.sigmoid(z))
}

/** As our networks do. */
const ours: Layer = (x, weights, bias, last) => {
  const z = affine(bias, [x, weights])
  return last ? z : silu(z)
}

interface Network {
  readonly weights: readonly tf.Variable<tf.Rank.R2>[]
  readonly biases: readonly tf.Variable<tf.Rank.R1>[]
}

/** TensorFlow.js's optimizers know only the variables that it registers itself. */
function network(stream: RandomStream, as: 'plain' | 'ours'): Network {
  const variable = <R extends tf.Rank>(value: tf.Tensor<R>) =>
    as === 'plain' ? tf.variable(value) : parameter(value)
  return tf.tidy(() => {
    const layers = WIDTHS.slice(1).map((width, i) => [WIDTHS[i]!, width] as const)
    return {
      weights: layers.map(([inputs, outputs]) =>
        variable(
          tf.mul<tf.Tensor2D>(stream.normalTensor<tf.Rank.R2>([inputs, outputs]), 1.6 / Math.sqrt(inputs)),
        ),
      ),
      biases: layers.map(([, outputs]) => variable(tf.zeros<tf.Rank.R1>([outputs]))),
    }
  })
}

function apply({ weights, biases }: Network, x: tf.Tensor2D, layer: Layer): tf.Tensor2D {
  return weights.reduce((h, w, i) => layer(h, w, biases[i]!, i + 1 === weights.length), x)
}

export interface Loop {
  readonly step: () => void
  readonly dispose: () => void
}

const BETAS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

/** The same as `trainingStep`, in one pass. */
export function fusedTrainingStep(): Loop {
  const stream = new RandomStream(1, 'training')
  const { weights, biases } = network(stream, 'ours')
  const perceptron: Perceptron<tf.Variable> = weights.map((w, l) => ({ weights: w, bias: biases[l]! }))
  const zeros = () =>
    perceptron.map(({ weights, bias }) => ({ weights: zerosOf(weights), bias: zerosOf(bias) }))
  const [m, v] = [zeros(), zeros()]
  const [x, target] = [stream.normalTensor<tf.Rank.R2>([512, 18]), stream.normalTensor<tf.Rank.R2>([512, 2])]
  let steps = 0
  return {
    step: () => {
      steps++
      const rule = { ...BETAS, size: 1e-3 / (1 - 0.9 ** steps), correction: 1 / (1 - 0.999 ** steps) }
      trainingExecutor()!.step(perceptron, { x, target }, { m, v, rule, clip: Infinity }).dispose()
    },
    dispose: () => tf.dispose([weights, biases, m, v, x, target] as unknown as tf.Tensor[]),
  }
}

function zerosOf(variable: tf.Variable): tf.Variable {
  return tf.tidy(() => parameter(tf.zerosLike(variable)))
}

/** A step of Adam on the squared error of 512 rows. */
export function trainingStep(as: 'plain' | 'ours'): Loop {
  const stream = new RandomStream(1, 'training')
  const model = network(stream, as)
  const variables = [...model.weights, ...model.biases] as tf.Variable[]
  const [x, y] = [stream.normalTensor<tf.Rank.R2>([512, 18]), stream.normalTensor<tf.Rank.R2>([512, 2])]
  const zeros = () => variables.map(zerosOf)
  const moments = [zeros(), zeros()] as const
  const adam = tf.train.adam(1e-3)
  let steps = 0
  const loss = () => tf.mean(tf.square(tf.sub(apply(model, x, as === 'plain' ? plain : ours), y))).asScalar()
  return {
    step: () =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(loss, variables)
        if (as === 'plain') return adam.applyGradients(grads as Parameters<typeof adam.applyGradients>[0])
        steps++
        const rule = { ...BETAS, size: 1e-3 / (1 - 0.9 ** steps), correction: 1 / (1 - 0.999 ** steps) }
        for (const [i, variable] of variables.entries())
          adamUpdate(variable, moments[0][i]!, moments[1][i]!, grads[variable.name]!, rule)
      }),
    dispose: () => {
      adam.dispose()
      tf.dispose([variables, moments[0], moments[1], x, y])
    },
  }
}

/** A step x ← 0.999 x − 0.01 F(x, features of t) + 0.01 z for so many particles in the plane. */
export function reverseStep(as: 'plain' | 'ours', particles: number): Loop {
  const stream = new RandomStream(2, 'sampling')
  const model = network(stream, as)
  const features = stream.normalTensor<tf.Rank.R2>([1, 16])
  let x = stream.normalTensor<tf.Rank.R2>([particles, 2])
  return {
    step: () => {
      const next = tf.tidy(() => {
        const inputs = tf.concat2d([x, tf.tile(features, [particles, 1])], 1)
        const noise = apply(model, inputs, as === 'plain' ? plain : ours)
        const fresh = as === 'plain' ? tf.randomNormal(x.shape) : stream.normalTensor<tf.Rank.R2>(x.shape)
        return tf.add(tf.sub(tf.mul(x, 0.999), tf.mul(noise, 0.01)), tf.mul(fresh, 0.01))
      })
      x.dispose()
      x = next as tf.Tensor2D
    },
    dispose: () => tf.dispose([x, features, model.weights, model.biases] as unknown as tf.Tensor[]),
  }
}

export const reverseOperations = (particles: number): number => particles * PER_ROW
