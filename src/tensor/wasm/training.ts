/** Training steps of perceptrons on WASM: see `fused/training.ts`. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { registerTraining } from '../fused/trainers'
import {
  expectRows,
  mapLayer,
  PARTS,
  partsOf,
  sizesOf,
  tensorsOf,
  type Perceptron,
  type TrainingExecutor,
  type TrainingRows,
  type TrainingUpdate,
} from '../fused/training'
import { revised, unshare } from '../revision'
import { workerProblem } from '../workers'
import { addressOf, type Kernels } from './native'
import { currentKernels } from './registry'
import { inHalves, mayHalve } from './trainingHalves'
import { TrainingPlan } from './trainingPlan'

/** Its name in TensorFlow.js's profiles. */
const NAME = 'GenbookTraining'

/** A step whose gradients have been computed, and are still where they were computed. */
interface Computed {
  readonly plan: TrainingPlan
  readonly address: number
  readonly loss: number
  readonly squares: number
}

const executor: TrainingExecutor = {
  name: () => {
    const simd = `WASM SIMD (${currentKernels()?.build ?? 'stock'})`
    const problem = workerProblem()
    return [simd, ...(mayHalve() ? ['up to 2 threads'] : []), ...(problem ? [problem] : [])].join(', ')
  },

  refuses: () => undefined,

  gradients(perceptron, rows) {
    const attributes: Attributes = { perceptron, rows }
    // So that TensorFlow.js keeps count of the results, and says that they have no gradients where somebody asks.
    const [check, ...results] = tf
      .engine()
      .runKernel(
        NAME,
        [...perceptron.flatMap(partsOf), ...tensorsOf(rows)] as unknown as tf.NamedTensorMap,
        attributes as unknown as tf.NamedAttrMap,
      ) as unknown as tf.Tensor[]
    let next = 0
    return {
      check: check as tf.Tensor1D,
      parameters: perceptron.map((layer) => mapLayer(layer, () => results[next++]!)),
      ...(rows.condition && { condition: results[next] as tf.Tensor2D }),
    }
  },

  step(perceptron, rows, update) {
    const kernels = currentKernels()!
    const backend = tf.backend() as BackendWasm
    for (const variable of [perceptron, update.m, update.v].flat().flatMap(partsOf)) unshare(variable)
    const { loss, squares } = compute(kernels, backend, perceptron, rows, 0, (computed) => {
      if (Number.isFinite(computed.loss) && Number.isFinite(computed.squares))
        adam(kernels, backend, computed, perceptron, update)
    })
    return tf.tensor1d([loss, squares])
  },
}

interface Attributes {
  readonly perceptron: Perceptron
  readonly rows: TrainingRows
}

export function registerTrainingSteps(): void {
  registerTraining('wasm', () => (currentKernels() ? executor : undefined))
  if (tf.getKernel(NAME, 'wasm')) return
  tf.registerKernel({
    kernelName: NAME,
    backendName: 'wasm',
    kernelFunc: ({ attrs, backend }) => {
      const { perceptron, rows } = attrs as unknown as Attributes
      return gradients(currentKernels()!, backend as BackendWasm, perceptron, rows)
    },
  })
}

function gradients(
  kernels: Kernels,
  backend: BackendWasm,
  perceptron: Perceptron,
  rows: TrainingRows,
): tf.TensorInfo[] {
  const check = backend.makeOutput([2], 'float32')
  const outs = perceptron.map((layer) => mapLayer(layer, ({ shape }) => backend.makeOutput(shape, 'float32')))
  const ofCondition = rows.condition && backend.makeOutput(rows.condition.shape, 'float32')
  const at = ofCondition ? addressOf(backend, ofCondition) : 0
  const { loss, squares } = compute(kernels, backend, perceptron, rows, at, ({ plan, address }) => {
    for (const [l, out] of outs.entries()) {
      const { at, stride } = plan.gradientsOf(l, address)
      for (const part of PARTS) {
        const to = out[part]
        if (!to) continue
        const columns = to.shape.at(-1)!
        const count = tf.util.sizeFromShape(to.shape) / columns
        kernels.native.gather(at[part]!, addressOf(backend, to), 1, count, columns, 0, stride, 1)
      }
    }
  })
  backend.typedArrayFromHeap(check).set([loss, squares])
  return [check, ...outs.flatMap(partsOf), ...(ofCondition ? [ofCondition] : [])]
}

/** Computes loss and gradients, and hands them on before their memory is freed. */
function compute(
  kernels: Kernels,
  backend: BackendWasm,
  perceptron: Perceptron,
  rows: TrainingRows,
  ofCondition: number,
  use: (computed: Computed) => void,
): { readonly loss: number; readonly squares: number } {
  expectRows(perceptron, rows)
  const { native } = kernels
  const [n, outputs] = rows.target.shape
  const plan = new TrainingPlan(sizesOf(perceptron), n)
  const spare = backend.makeOutput([Math.ceil(plan.bytes / 4) + 16], 'float32')
  try {
    const start = addressOf(backend, spare)
    const address = start + ((64 - (start % 64)) % 64)
    const at = (tensor: tf.Tensor | undefined): number => (tensor ? addressOf(backend, tensor) : 0)
    plan.write(
      memoryOf(backend),
      address,
      {
        layers: perceptron.map((layer) => mapLayer(layer, at)),
        x: at(rows.x),
        features: at(rows.features),
        condition: at(rows.condition),
        target: at(rows.target),
        ofCondition,
      },
      rows.factor,
      rows.weight,
    )
    const sum = inHalves({ kernels, backend, perceptron, rows, plan, address, ofCondition })
    let squares = 0
    for (let l = 0; l < plan.layers; l++) {
      const from = plan.gradientsOf(l, address).at.weights
      if (!plan.chunks) native.clear(from, plan.gradientSize(l))
      squares += native.sumOfSquares(from, plan.gradientSize(l))
    }
    const computed = { plan, address, loss: sum / (n * outputs), squares }
    use(computed)
    return computed
  } finally {
    backend.disposeData(spare.dataId)
  }
}

/** A step of Adam on all parameters. */
function adam(
  { native }: Kernels,
  backend: BackendWasm,
  { plan, address, squares }: Computed,
  perceptron: Perceptron<tf.Variable>,
  { m, v, rule, clip }: TrainingUpdate,
): void {
  const { beta1, beta2, size, correction, epsilon, keep = 1 } = rule
  const norm = Math.sqrt(squares)
  for (const [l, layer] of perceptron.entries()) {
    const { at, stride } = plan.gradientsOf(l, address)
    if (norm > clip) native.mix(at.weights, at.weights, plan.gradientSize(l), clip / norm, 0)
    for (const part of PARTS) {
      const theta = layer[part]
      if (!theta) continue
      const moments = [m[l]![part]!, v[l]![part]!] as const
      const places = [theta, ...moments].map((variable) => addressOf(backend, variable))
      const columns = theta.shape.at(-1)!
      const step = (from: number, g: number, count: number): void =>
        native.adam(
          places[0]! + from,
          places[1]! + from,
          places[2]! + from,
          g,
          count,
          beta1,
          beta2,
          keep,
          size,
          correction,
          epsilon,
        )
      if (columns === stride) step(0, at[part]!, theta.size)
      else
        for (let row = 0; row < theta.size / columns; row++)
          step(4 * columns * row, at[part]! + 4 * stride * row, columns)
      revised(theta, ...moments)
    }
  }
}

function memoryOf({ wasm }: BackendWasm): ArrayBuffer {
  return (wasm as unknown as { readonly HEAPU8: Uint8Array<ArrayBuffer> }).HEAPU8.buffer
}
