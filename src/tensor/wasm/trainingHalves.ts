/**
 * A training step in two halves of the rows: by two threads at the same time where there are two that share memory, else one
 * after the other. Gradients are added up within each half and then the halves, so that their bits are the same either way.
 */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { PARTS, sizesOf, type Perceptron, type TrainingRows } from '../fused/training'
import { sessionPartner, threadCount } from '../workers'
import type { Partner } from '../workers/partner'
import {
  HAS_FACTOR,
  HAS_WEIGHT,
  halfLayout,
  NUMBERS,
  SCALE,
  SUM,
  trainChunks,
  type HalfLayout,
  type HalfShape,
} from '../workers/sharedHalf'
import { addressOf, type Kernels } from './native'
import type { TrainingPlan } from './trainingPlan'

/** A step whose plan has been written. */
export interface PlannedStep {
  readonly kernels: Kernels
  readonly backend: BackendWasm
  readonly perceptron: Perceptron
  readonly rows: TrainingRows
  readonly plan: TrainingPlan
  readonly address: number
  /** Where the gradients in the condition go, or 0. */
  readonly ofCondition: number
}

/** Products of a step that are worth another thread: some half a millisecond. */
const WORTH_SHARING = 1e7
/** Milliseconds that the other half may take longer than twice this one before it is done here. */
const PATIENCE = 0.2

/** Whether another thread takes half of steps that are long enough. */
export function mayHalve(): boolean {
  return threadCount() > 1 && typeof SharedArrayBuffer !== 'undefined'
}

/** Computes the gradients of all rows, where the plan has them. @returns the sum of the weighted squared errors. */
export function inHalves(step: PlannedStep): number {
  const { kernels, plan, address, rows } = step
  const { native } = kernels
  const [n, outputs] = rows.target.shape
  const scale = 2 / (n * outputs)
  const middle = Math.ceil(plan.chunks / 2)
  if (plan.chunks < 2) {
    native.packPerceptron(address)
    return trainChunks(native, plan, address, 0, plan.chunks, scale)
  }
  const other = askPartner(step, middle, scale)
  const began = performance.now()
  native.packPerceptron(address)
  const sum = trainChunks(native, plan, address, 0, middle, scale)
  const took = performance.now() - began
  if (other?.partner.finish(PATIENCE + took)) return sum + addShared(step, other)

  const first = gradientsOf(step)
  const more = trainChunks(native, plan, address, middle, plan.chunks, scale)
  addGradients(step, first)
  return sum + more
}

interface Asked {
  readonly partner: Partner
  readonly layout: HalfLayout
  /** Of the second half. */
  readonly first: number
  readonly rows: number
}

/** Has another thread begin with the second half, if there is one that has nothing to do. */
function askPartner(
  { kernels: { build }, backend, perceptron, rows, plan }: PlannedStep,
  middle: number,
  scale: number,
): Asked | undefined {
  const { sizes } = plan
  const products = sizes.widths
    .slice(1)
    .reduce((sum, width, l) => sum + width * (sizes.widths[l]! + sizes.features + sizes.condition), 0)
  if (3 * products * plan.rows < WORTH_SHARING) return undefined
  const { first } = plan.chunk(middle)
  const shape: HalfShape = { sizes: sizesOf(perceptron), rows: plan.rows - first }
  const layout = halfLayout(shape)
  const partner = sessionPartner(build, 'training', shape, layout.bytes)
  if (!partner?.free) return undefined

  const { data } = partner
  const numbers = new Float32Array(data, NUMBERS)
  const copy = (tensor: tf.Tensor | undefined, place: number, from = 0): void => {
    if (tensor) numbers.set(valuesOf(backend, tensor).subarray(from), place)
  }
  for (const [l, layer] of perceptron.entries())
    for (const part of PARTS) {
      const place = layout.layers[l]![part]
      if (place !== undefined) copy(layer[part], place)
    }
  copy(rows.x, layout.x, first * rows.x.shape[1])
  copy(rows.features, layout.features, first * sizes.features)
  copy(rows.condition, layout.condition, first * sizes.condition)
  copy(rows.target, layout.target, first * rows.target.shape[1])
  if (rows.factor) numbers.set(rows.factor.subarray(first), layout.factor)
  if (rows.weight) numbers.set(rows.weight.subarray(first), layout.weight)
  const flags = new Int32Array(data, 0, NUMBERS / 4)
  flags[HAS_FACTOR] = rows.factor ? 1 : 0
  flags[HAS_WEIGHT] = rows.weight ? 1 : 0
  new Float64Array(data, 0, 2)[SCALE] = scale
  return partner.ask() ? { partner, layout, first, rows: shape.rows } : undefined
}

/** Adds the other thread's gradients to those of the plan. @returns its part of the sum. */
function addShared(step: PlannedStep, { partner: { data }, layout, first, rows }: Asked): number {
  const { backend, plan, ofCondition } = step
  const numbers = new Float32Array(data, NUMBERS)
  let at = layout.gradients
  const shared = Array.from({ length: plan.layers }, (_, l) => {
    const size = plan.gradientSize(l)
    at += size
    return numbers.subarray(at - size, at)
  })
  addGradients(step, shared)
  const { condition } = plan.sizes
  if (ofCondition)
    new Float32Array(memoryOf(backend), ofCondition + 4 * first * condition, rows * condition).set(
      numbers.subarray(layout.ofCondition, layout.ofCondition + rows * condition),
    )
  return new Float64Array(data, 0, 2)[SUM]!
}

/** A copy of the plan's gradients, layer by layer. */
function gradientsOf({ backend, plan, address }: PlannedStep): Float32Array[] {
  return Array.from({ length: plan.layers }, (_, l) =>
    new Float32Array(
      memoryOf(backend),
      plan.gradientsOf(l, address).at.weights,
      plan.gradientSize(l),
    ).slice(),
  )
}

/** Adds gradients to those of the plan. */
function addGradients(
  { kernels: { native }, backend, plan, address }: PlannedStep,
  others: readonly Float32Array[],
): void {
  const most = Math.max(...others.map(({ length }) => length))
  const spare = backend.makeOutput([most], 'float32')
  try {
    const from = addressOf(backend, spare)
    for (const [l, other] of others.entries()) {
      new Float32Array(memoryOf(backend), from, other.length).set(other)
      native.mix(plan.gradientsOf(l, address).at.weights, from, other.length, 1, 1)
    }
  } finally {
    backend.disposeData(spare.dataId)
  }
}

function valuesOf(backend: BackendWasm, tensor: tf.Tensor): Float32Array {
  return new Float32Array(memoryOf(backend), addressOf(backend, tensor), tensor.size)
}

function memoryOf({ wasm }: BackendWasm): ArrayBuffer {
  return (wasm as unknown as { readonly HEAPU8: Uint8Array<ArrayBuffer> }).HEAPU8.buffer
}
