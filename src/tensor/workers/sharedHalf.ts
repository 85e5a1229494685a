/** Half of a training step, done by another thread: what lies where in the memory that both see, and the doing. */
import { PARTS, type LayerOf, type PerceptronSizes } from '../fused/training'
import { TrainingPlan } from '../wasm/trainingPlan'
import type { Workshop } from '../wasm/walk'
import { Bench } from './bench'
import type { Duty } from './duty'

export interface HalfShape {
  readonly sizes: PerceptronSizes
  /** Of this half. */
  readonly rows: number
}

/** Where things are, in numbers of four bytes from `NUMBERS` on. */
export interface HalfLayout {
  readonly layers: readonly LayerOf<number>[]
  readonly x: number
  readonly features: number
  readonly condition: number
  readonly target: number
  readonly factor: number
  readonly weight: number
  /** How many numbers all these are, from 0 on. */
  readonly inputs: number
  /** What comes back: gradients, layer by layer as a `TrainingPlan` has them, and those in the condition. */
  readonly gradients: number
  readonly ofCondition: number
  readonly bytes: number
}

/** Before the numbers: the scale and the sum in double precision, and whether there are factors and weights. */
export const NUMBERS = 32
export const SCALE = 0
export const SUM = 1
export const HAS_FACTOR = 4
export const HAS_WEIGHT = 5

export function halfLayout({ sizes, rows }: HalfShape): HalfLayout {
  const { widths, features, condition } = sizes
  let next = 0
  const take = (count: number): number => {
    const at = next
    next += count
    return at
  }
  const layers = widths.slice(1).map((outputs, l): LayerOf<number> => {
    const hidden = l + 2 < widths.length
    return {
      weights: take(widths[l]! * outputs),
      bias: take(outputs),
      ...(hidden && features > 0 && { ofFeatures: take(features * outputs) }),
      ...(hidden && condition > 0 && { ofCondition: take(condition * outputs) }),
    }
  })
  const places = {
    layers,
    x: take(rows * widths[0]!),
    features: take(rows * features),
    condition: take(rows * condition),
    target: take(rows * widths.at(-1)!),
    factor: take(rows),
    weight: take(rows),
  }
  const inputs = next
  const plan = new TrainingPlan(sizes, rows)
  const gradients = take(layers.reduce((sum, _, l) => sum + plan.gradientSize(l), 0))
  const ofCondition = take(rows * condition)
  return { ...places, inputs, gradients, ofCondition, bytes: NUMBERS + 4 * next }
}

/** Computes the half that lies in `data`, as often as it is asked to. */
export const trainingHalf: Duty<HalfShape> = (kernels, shape, data) => {
  const { native, allocate, buffer } = new Bench(kernels)
  const { sizes, rows } = shape
  const layout = halfLayout(shape)
  const plan = new TrainingPlan(sizes, rows)
  const inputs = allocate(4 * layout.inputs)
  const ofCondition = sizes.condition ? allocate(4 * rows * sizes.condition) : 0
  const address = allocate(plan.bytes)
  const at = (place: number): number => inputs + 4 * place
  const addresses = {
    layers: layout.layers.map((layer) => mapped(layer, at)),
    x: at(layout.x),
    features: at(layout.features),
    condition: at(layout.condition),
    target: at(layout.target),
    ofCondition,
  }
  const doubles = new Float64Array(data, 0, 2)
  const flags = new Int32Array(data, 0, NUMBERS / 4)
  const shared = new Float32Array(data, NUMBERS)
  return () => {
    new Float32Array(buffer(), inputs).set(shared.subarray(0, layout.inputs))
    const ofRows = (there: number, place: number): Float32Array | undefined =>
      flags[there] ? shared.slice(place, place + rows) : undefined
    const [factor, weight] = [ofRows(HAS_FACTOR, layout.factor), ofRows(HAS_WEIGHT, layout.weight)]
    plan.write(buffer(), address, addresses, factor, weight)
    native.packPerceptron(address)
    doubles[SUM] = trainChunks(native, plan, address, 0, plan.chunks, doubles[SCALE]!)
    let to = layout.gradients
    for (let l = 0; l < plan.layers; l++) {
      const from = plan.gradientsOf(l, address).at.weights
      shared.set(new Float32Array(buffer(), from, plan.gradientSize(l)), to)
      to += plan.gradientSize(l)
    }
    if (ofCondition)
      shared.set(new Float32Array(buffer(), ofCondition, rows * sizes.condition), layout.ofCondition)
  }
}

/** The sum of the squared errors of some chunks of a plan, whose gradients are added up in their order. */
export function trainChunks(
  native: Workshop['native'],
  plan: TrainingPlan,
  address: number,
  from: number,
  to: number,
  scale: number,
): number {
  let sum = 0
  for (let i = from; i < to; i++) {
    const { first, rows } = plan.chunk(i)
    sum += native.trainRows(address, first, rows, scale, i > from)
  }
  return sum
}

function mapped(layer: LayerOf<number>, f: (place: number) => number): LayerOf<number> {
  return Object.fromEntries(
    PARTS.flatMap((part) => (layer[part] === undefined ? [] : [[part, f(layer[part])]])),
  ) as unknown as LayerOf<number>
}
