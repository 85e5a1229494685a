/** Training steps of perceptrons on WebGPU, in three dispatches each: see `../../fused/training.ts`. */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import {
  expectRows,
  type LayerOf,
  type Perceptron,
  type TrainingExecutor,
  type TrainingGradients,
  type TrainingRows,
  type TrainingUpdates,
} from '../../fused/training'
import { revised, unshare } from '../../revision'
import type { AdamStep } from '../../updates'
import { copy } from '../commands'
import { dispatch, makeOutput, overwritten } from '../dispatch'
import { partsOf } from './parameters'
import { fours } from './tile'
import { gradientsShader } from './trainingGradients'
import { rowsShader } from './trainingRows'
import { refusal, scratchOf, shapeOf, type TrainingShape } from './trainingShape'
import { averagingShader, checkShader, UPDATED, updateShader } from './trainingUpdate'

export const webGpuTraining: TrainingExecutor = {
  name: () => 'WebGPU',
  refuses: refusal,

  gradients(perceptron, rows) {
    expectRows(perceptron, rows)
    return onWorkbench(perceptron, [rows], (bench) => {
      bench.compute(0)
      bench.check(0)
      return bench.gradients(perceptron, rows)
    })
  },

  step(perceptron, rows, { rule, ...update }) {
    return tf.tidy(() => takeSteps(perceptron, [rows], { ...update, rules: [rule] }).as1D())
  },

  steps: takeSteps,
}

function takeSteps(
  perceptron: Perceptron<tf.Variable>,
  batches: readonly TrainingRows[],
  { m, v, clip, rules, average }: TrainingUpdates,
): tf.Tensor2D {
  for (const rows of batches) expectRows(perceptron, rows)
  return onWorkbench(perceptron, batches, (bench) => {
    const moments = { m: bench.enter(m), v: bench.enter(v) }
    const mean = average && bench.enter(average.of)
    for (const [step, rule] of rules.entries()) {
      bench.compute(step)
      bench.update(step, rule, clip, moments, mean && { of: mean, keep: average.keeps[step]! })
    }
    bench.leave(perceptron, bench.numbers)
    bench.leave(m, moments.m)
    bench.leave(v, moments.v)
    if (mean) bench.leave(average.of, mean)
    return bench.checks()
  })
}

/** Lets `f` work with the buffers of a few steps, and lets go of them. */
function onWorkbench<T>(
  perceptron: Perceptron,
  batches: readonly TrainingRows[],
  f: (bench: Workbench) => T,
): T {
  const bench = new Workbench(tf.backend() as WebGPUBackend, perceptron, batches)
  try {
    return f(bench)
  } finally {
    bench.dispose()
  }
}

/** The shaders for perceptrons of one shape. Their text is long, so it is put together once. */
interface Shaders {
  readonly rows: ReturnType<typeof rowsShader>
  readonly gradients: ReturnType<typeof gradientsShader>
  readonly check: ReturnType<typeof checkShader>
  readonly update: ReturnType<typeof updateShader>
  readonly averaging: ReturnType<typeof averagingShader>
}

const shaders = new Map<string, Shaders>()

function shadersOf(shape: TrainingShape): Shaders {
  const made = shaders.get(shape.name) ?? {
    rows: rowsShader(shape),
    gradients: gradientsShader(shape),
    check: checkShader(shape),
    update: updateShader(shape),
    averaging: averagingShader(shape),
  }
  shaders.set(shape.name, made)
  return made
}

class Workbench {
  /** All parameters. */
  readonly numbers: tf.TensorInfo
  readonly #backend: WebGPUBackend
  readonly #shape: TrainingShape
  readonly #shaders: Shaders
  readonly #batches: readonly TrainingRows[]
  readonly #made: tf.TensorInfo[] = []
  /** Factors and weights of each batch, one after another; and where those of each start. */
  readonly #scales: tf.TensorInfo
  readonly #scalesAt: number[] = []
  readonly #gradients: tf.TensorInfo
  readonly #scratch: tf.TensorInfo
  readonly #checks: tf.TensorInfo

  constructor(backend: WebGPUBackend, perceptron: Perceptron, batches: readonly TrainingRows[]) {
    this.#backend = backend
    this.#shape = shapeOf(perceptron)
    this.#shaders = shadersOf(this.#shape)
    this.#batches = batches
    const counts = batches.map(rowsIn)
    this.#scales = this.#make([2 * counts.reduce((a, b) => a + b)], this.#scalesOf(counts))
    const vectors = Math.max(...counts.map((n) => scratchOf(this.#shape, n).size))
    this.#scratch = this.#make([4 * vectors])
    this.#gradients = this.#make([this.#shape.parameters.size])
    this.#checks = this.#make([batches.length, 2])
    this.numbers = this.enter(perceptron)
  }

  #make(shape: number[], values?: Float32Array): tf.TensorInfo {
    const made = values
      ? this.#backend.makeTensorInfo(shape, 'float32', values)
      : makeOutput(this.#backend, shape)
    this.#made.push(made)
    return made
  }

  #scalesOf(counts: readonly number[]): Float32Array {
    const scales = new Float32Array(2 * counts.reduce((a, b) => a + b)).fill(1)
    let at = 0
    for (const [i, { factor, weight }] of this.#batches.entries()) {
      this.#scalesAt.push(at)
      const n = counts[i]!
      if (factor) scales.set(factor, at)
      if (weight) scales.set(weight, at + n)
      at += 2 * n
    }
    return scales
  }

  /** Brings tensors of the parameters' shapes into one buffer. */
  enter(perceptron: Perceptron): tf.TensorInfo {
    const { parameters } = this.#shape
    const made = this.#make([parameters.size])
    for (const { part, start } of partsOf(parameters, perceptron))
      copy(this.#backend, part, 0, made, start, part.size)
    return made
  }

  /** Brings the numbers of such a buffer into variables. */
  leave(perceptron: Perceptron<tf.Variable>, from: tf.TensorInfo): void {
    for (const { part, start } of partsOf(this.#shape.parameters, perceptron)) {
      unshare(part)
      overwritten(this.#backend, part)
      copy(this.#backend, from, start, part, 0, part.size)
      revised(part)
    }
  }

  /** Records the gradients of a batch. */
  compute(step: number): void {
    const batch = this.#batches[step]!
    const rows = rowsIn(batch)
    // What is not there is not read, but a buffer has to be named. Tensors of no numbers have none.
    const x = rows ? batch.x : this.numbers
    const { features = x, condition = x, target } = rows ? batch : { target: x }
    const tensors = { x, features, condition, scratch: this.#scratch }
    const { tiles } = scratchOf(this.#shape, rows)
    if (rows)
      dispatch(
        this.#backend,
        this.#shaders.rows,
        { ...tensors, numbers: this.numbers, goal: target, scales: this.#scales },
        { rows, scalesAt: this.#scalesAt[step]! },
        [tiles],
      )
    dispatch(this.#backend, this.#shaders.gradients, { ...tensors, gradients: this.#gradients }, { rows }, [
      this.#shape.blocks.at(-1)!,
    ])
  }

  /** Records the check of a batch whose gradients have been computed. */
  check(step: number): void {
    dispatch(
      this.#backend,
      this.#shaders.check,
      { scratch: this.#scratch, checks: this.#checks },
      { rows: rowsIn(this.#batches[step]!), step },
      [1],
    )
  }

  /** The same, a step of Adam, and one of a running average. */
  update(
    step: number,
    { beta1, beta2, size, correction, epsilon, keep = 1 }: AdamStep,
    clip: number,
    moments: { readonly m: tf.TensorInfo; readonly v: tf.TensorInfo },
    average: { readonly of: tf.TensorInfo; readonly keep: number } | undefined,
  ): void {
    const tensors = {
      ...moments,
      scratch: this.#scratch,
      checks: this.#checks,
      numbers: this.numbers,
      gradients: this.#gradients,
    }
    const rule = { beta1, beta2, rest1: 1 - beta1, rest2: 1 - beta2, size, correction, epsilon, keep }
    // WGSL knows no infinity.
    const params = { ...rule, clip: Math.min(clip, 3e38), rows: rowsIn(this.#batches[step]!), step }
    const groups = [Math.ceil(this.#shape.parameters.size / UPDATED)] as const
    if (!average) dispatch(this.#backend, this.#shaders.update, tensors, params, groups)
    else
      dispatch(
        this.#backend,
        this.#shaders.averaging,
        { ...tensors, average: average.of },
        { ...params, keepAverage: average.keep },
        groups,
      )
  }

  /** Of shape [steps, 2]. */
  checks(): tf.Tensor2D {
    const out = makeOutput(this.#backend, [this.#batches.length, 2])
    copy(this.#backend, this.#checks, 0, out, 0, 2 * this.#batches.length)
    return tensorOf<tf.Tensor2D>(out)
  }

  /** What was computed last, as tensors. */
  gradients(perceptron: Perceptron, { condition }: TrainingRows): TrainingGradients {
    const out = (part: tf.Tensor, start: number): tf.Tensor => {
      const made = makeOutput(this.#backend, part.shape)
      copy(this.#backend, this.#gradients, start, made, 0, part.size)
      return tensorOf(made)
    }
    const { layers } = this.#shape.parameters
    return {
      check: tf.tidy(() => this.checks().as1D()),
      parameters: perceptron.map(
        (layer, l) =>
          Object.fromEntries(
            layers[l]!.parts.map(({ name, start }) => [name, out(layer[name]!, start)]),
          ) as unknown as LayerOf<tf.Tensor>,
      ),
      ...(condition && { condition: this.#ofCondition(condition.shape) }),
    }
  }

  #ofCondition([n, size]: [number, number]): tf.Tensor2D {
    const padded = [n, 4 * fours(size)] as [number, number]
    const made = makeOutput(this.#backend, padded)
    copy(
      this.#backend,
      this.#scratch,
      4 * scratchOf(this.#shape, n).ofCondition,
      made,
      0,
      padded[0] * padded[1],
    )
    return tf.tidy(() => tf.slice2d(tensorOf<tf.Tensor2D>(made), [0, 0], [n, size]))
  }

  dispose(): void {
    for (const { dataId } of this.#made) this.#backend.disposeData(dataId)
  }
}

function rowsIn({ target }: TrainingRows): number {
  return target.shape[0]
}

function tensorOf<T extends tf.Tensor>(info: tf.TensorInfo): T {
  return tf.engine().makeTensorFromTensorInfo(info) as T
}
