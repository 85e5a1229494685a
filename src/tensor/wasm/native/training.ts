/**
 * The loss of some rows of a batch through a perceptron, and its gradients: `fused/training.ts` says what is computed.
 *
 * So many rows are taken at a time as stay in the second-level cache with the weights, through all layers and back:
 *
 *   z = h W + e U + c V + b       with [h, e, c] the rows that enter a layer, and its weights below one another
 *   h′ = SiLU(z), and SiLU′(z) in the place of z, both from one exponential
 *   δ_L = 2 w a (a F − y)/(n o)
 *   δ_{l−1} = SiLU′(z_{l−1}) ⊙ δ_l W_lᵀ in the place of SiLU′(z_{l−1}),   ∂c += δ_l V_lᵀ
 *   [∂W; ∂U; ∂V; ∂b] += [h, e, c, 1]ᵀ δ_l
 *
 * What enters is in panels of 12 numbers, what leaves in panels of 8.
 */
import { constant } from './constants'
import { packColumns, packRows } from './gemm'
import * as quick from './quickSigmoid'
import { quickSigmoid } from './quickSigmoid'
import { ADD, columnsTile, Eight, MULTIPLY, rowsTile, STORE, TILE_ROWS, Twelve } from './tiles'
import { madd, mul, sub } from './vector'

/** As `trainingPlan.ts` writes it. */
@unmanaged
class Plan {
  layers: i32
  /** How many rows there is room for. */
  room: i32
  features: i32
  condition: i32
  x: usize
  e: usize
  c: usize
  target: usize
  /** One number for each row, or 0 for 1. */
  factor: usize
  weight: usize
  /** ∂c, and room for some rows of it in panels of 8. */
  ofCondition: usize
  conditionPanels: usize
}

/** The layers follow the plan. */
@unmanaged
class Layer {
  inputs: i32
  outputs: i32
  weights: usize
  bias: usize
  ofFeatures: usize
  ofCondition: usize
  /** Panels of the bias and of W, U and V below one another. */
  packed: usize
  /** Panels of Wᵀ and of Vᵀ. */
  turned: usize
  turnedCondition: usize
  /** h, e, c and ones. */
  entering: usize
  /** z, then SiLU′(z), then δ. */
  leaving: usize
  /** Rows for each column that enters, of as many numbers as 8 divides. */
  gradient: usize
  /** The columns of e, of c and of the ones. */
  columnOfE: i32
  columnOfC: i32
  columnOfOnes: i32
}

@inline
function layerOf(plan: usize, l: i32): Layer {
  return changetype<Layer>(plan + offsetof<Plan>() + l * offsetof<Layer>())
}

@inline
function upTo(n: i32, multiple: i32): i32 {
  return ((n + multiple - 1) / multiple) * multiple
}

/** Bytes from one panel of so many rows to the next. */
@inline
function panel12(rows: i32): usize {
  return rows * offsetof<Twelve>()
}

@inline
function panel8(rows: i32): usize {
  return rows * offsetof<Eight>()
}

/** Makes panels of the parameters; to be called whenever they have changed. */
export function packPerceptron(at: usize): void {
  const plan = changetype<Plan>(at)
  for (let l = 0; l < plan.layers; l++) {
    const layer = layerOf(at, l)
    const outputs = layer.outputs
    const stride: usize = 4 * outputs
    let to = layer.packed
    const bytes = panel8(1 + layer.columnOfOnes)
    memory.fill(to, 0, bytes * (upTo(outputs, 8) / 8))
    for (let j = 0; j < outputs; j += 8) {
      const columns = min(8, outputs - j)
      packColumns(layer.bias + 4 * j, stride, columns, 1, to)
      packColumns(layer.weights + 4 * j, stride, columns, layer.inputs, to + 32)
      if (layer.ofFeatures)
        packColumns(layer.ofFeatures + 4 * j, stride, columns, plan.features, to + 32 * (1 + layer.columnOfE))
      if (layer.ofCondition)
        packColumns(layer.ofCondition + 4 * j, stride, columns, plan.condition, to + 32 * (1 + layer.columnOfC))
      to += bytes
    }
    if (l) packTurned(layer.weights, layer.inputs, outputs, layer.turned)
    if (layer.ofCondition) packTurned(layer.ofCondition, plan.condition, outputs, layer.turnedCondition)
  }
}

/** Panels of the transpose of a matrix. */
function packTurned(from: usize, rows: i32, columns: i32, to: usize): void {
  const stride: usize = 4 * columns
  for (let i = 0; i < rows; i += 8) {
    packRows(from + i * stride, stride, min(8, rows - i), columns, to)
    to += panel8(columns)
  }
}

/** Copies rows of `count` numbers into panels of 12, from a column on that 4 divides. */
function enter(from: usize, count: i32, rows: i32, to: usize, column: i32, panel: usize): void {
  let j = 0
  for (; j < count; j += 4) {
    const place = column + j
    let out = to + (place / 12) * panel + 4 * (place % 12)
    let x = from + 4 * j
    if (j + 4 <= count)
      for (let i = 0; i < rows; i++) {
        v128.store(out, v128.load(x))
        out += offsetof<Twelve>()
        x += 4 * count
      }
    else
      for (let i = 0; i < rows; i++) {
        v128.store(out, f32x4.splat(0))
        for (let c = 0; c < count - j; c++) store<f32>(out + 4 * c, load<f32>(x + 4 * c))
        out += offsetof<Twelve>()
        x += 4 * count
      }
  }
}

/** A one and zeros behind it, in each row of panels of 12. */
function enterOnes(rows: i32, to: usize, column: i32, panel: usize): void {
  const end = upTo(column + 1, 12)
  for (let j = column; j < end; j += 4) {
    let out = to + (j / 12) * panel + 4 * (j % 12)
    const x = j == column ? f32x4(1, 0, 0, 0) : f32x4.splat(0)
    for (let i = 0; i < rows; i++) {
      v128.store(out, x)
      out += offsetof<Twelve>()
    }
  }
}

/** In a panel of 8: z becomes SiLU′(z); SiLU(z) goes to two places in panels of 12, or to the first alone. */
function activate(z: usize, rows: i32, first: usize, second: usize): void {
  const log2e = constant(quick.MINUS_LOG2_E)
  const largest = constant(quick.LARGEST)
  const smallest = constant(quick.SMALLEST)
  const magic = constant(quick.MAGIC)
  const e1 = constant(quick.E1)
  const e2 = constant(quick.E2)
  const e3 = constant(quick.E3)
  const e4 = constant(quick.E4)
  const e5 = constant(quick.E5)
  const one = constant(quick.ONE)
  for (let i = 0; i < rows; i++) {
    const x = v128.load(z)
    const s = quickSigmoid(x, log2e, largest, smallest, magic, e1, e2, e3, e4, e5, one)
    const h = mul(x, s)
    v128.store(first, h)
    v128.store(z, madd(h, sub(one, s), s))
    if (second) {
      const x = v128.load(z, 16)
      const s = quickSigmoid(x, log2e, largest, smallest, magic, e1, e2, e3, e4, e5, one)
      const h = mul(x, s)
      v128.store(second, h)
      v128.store(z, madd(h, sub(one, s), s), 16)
      second += offsetof<Twelve>()
    } else v128.store(z, f32x4.splat(0), 16)
    z += offsetof<Eight>()
    first += offsetof<Twelve>()
  }
}

/** What leaves a layer, from what enters it, and what enters the next where there is one. */
function forward(layer: Layer, next: usize, room: i32, rows: i32): void {
  const wide = panel12(room)
  const bytes = panel8(1 + layer.columnOfOnes)
  let b = layer.packed
  let z = layer.leaving
  for (let j = 0; j < layer.outputs; j += 8) {
    for (let i = 0; i < rows; i += TILE_ROWS)
      rowsTile<Twelve>(
        true,
        STORE,
        layer.entering + panel12(i),
        wide,
        b,
        layer.columnOfOnes,
        z + panel8(i),
      )
    if (next) {
      const second = j + 4
      activate(
        z,
        rows,
        next + (j / 12) * wide + 4 * (j % 12),
        second < layer.outputs ? next + (second / 12) * wide + 4 * (second % 12) : 0,
      )
    }
    b += bytes
    z += panel8(room)
  }
}

/** Σ w ‖a F − y‖² of the rows; F becomes its gradient. */
function compare(
  layer: Layer,
  room: i32,
  rows: i32,
  target: usize,
  factor: usize,
  weight: usize,
  scale: f32,
): f64 {
  let sum: f64 = 0
  for (let i = 0; i < rows; i++) {
    const a: f32 = factor ? load<f32>(factor + 4 * i) : 1
    const w: f32 = weight ? load<f32>(weight + 4 * i) : 1
    for (let j = 0; j < layer.outputs; j++) {
      const at = layer.leaving + (j / 8) * panel8(room) + panel8(i) + 4 * (j % 8)
      const error = a * load<f32>(at) - load<f32>(target)
      sum += (w as f64) * error * error
      store<f32>(at, scale * w * a * error)
      target += 4
    }
  }
  return sum
}

/** Adds the layer's part to the gradients of its parameters, or begins with it. */
function collect(layer: Layer, room: i32, rows: i32, more: bool): void {
  const stride: usize = 4 * upTo(layer.outputs, 8)
  for (let k = 0; k <= layer.columnOfOnes; k += TILE_ROWS) {
    const a = layer.entering + (k / 12) * panel12(room) + 4 * (k % 12)
    let b = layer.leaving
    let out = layer.gradient + k * stride
    for (let j = 0; j < layer.outputs; j += 8) {
      columnsTile(a, b, rows, out, stride, more)
      b += panel8(room)
      out += 32
    }
  }
}

/** δ times panels of a transpose: multiplied by what is in `to`, added to it, or in its place. */
@inline
function back(finish: i32, layer: Layer, turned: usize, columns: i32, to: usize, room: i32, rows: i32): void {
  for (let j = 0; j < columns; j += 8) {
    for (let i = 0; i < rows; i += TILE_ROWS)
      rowsTile<Eight>(
        false,
        finish,
        layer.leaving + panel8(i),
        panel8(room),
        turned,
        layer.outputs,
        to + panel8(i),
      )
    turned += panel8(layer.outputs)
    to += panel8(room)
  }
}

/**
 * Some rows of a batch: their loss, and their part of the gradients.
 *
 * @param first the first row. @param rows how many, at most as many as there is room for.
 * @param scale 2/(n o).
 * @param more whether gradients of parameters are added to those that are there.
 * @returns Σ w ‖a F − y‖² over the rows.
 */
export function trainRows(at: usize, first: i32, rows: i32, scale: f32, more: bool): f64 {
  const plan = changetype<Plan>(at)
  const room = plan.room
  const wide = panel12(room)
  const last = plan.layers - 1
  const input = layerOf(at, 0)
  enter(plan.x + 4 * first * input.inputs, input.inputs, rows, input.entering, 0, wide)
  for (let l = 0; l <= last; l++) {
    const layer = layerOf(at, l)
    const h = layer.entering
    if (layer.ofFeatures)
      enter(plan.e + 4 * first * plan.features, plan.features, rows, h, layer.columnOfE, wide)
    if (layer.ofCondition)
      enter(plan.c + 4 * first * plan.condition, plan.condition, rows, h, layer.columnOfC, wide)
    enterOnes(rows, h, layer.columnOfOnes, wide)
  }
  for (let l = 0; l <= last; l++) forward(layerOf(at, l), l < last ? layerOf(at, l + 1).entering : 0, room, rows)
  const outputs = layerOf(at, last).outputs
  const sum = compare(
    layerOf(at, last),
    room,
    rows,
    plan.target + 4 * first * outputs,
    plan.factor ? plan.factor + 4 * first : 0,
    plan.weight ? plan.weight + 4 * first : 0,
    scale,
  )
  for (let l = last; l >= 0; l--) {
    const layer = layerOf(at, l)
    collect(layer, room, rows, more)
    if (layer.ofCondition) {
      if (l == last - 1) back(STORE, layer, layer.turnedCondition, plan.condition, plan.conditionPanels, room, rows)
      else back(ADD, layer, layer.turnedCondition, plan.condition, plan.conditionPanels, room, rows)
    }
    if (l) back(MULTIPLY, layer, layer.turned, layer.inputs, layerOf(at, l - 1).leaving, room, rows)
  }
  if (plan.ofCondition) leave(plan.conditionPanels, plan.condition, room, rows, plan.ofCondition + 4 * first * plan.condition)
  return sum
}

/** Copies rows of `count` numbers out of panels of 8. */
function leave(from: usize, count: i32, room: i32, rows: i32, to: usize): void {
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < count; j++) {
      store<f32>(to, load<f32>(from + (j / 8) * panel8(room) + panel8(i) + 4 * (j % 8)))
      to += 4
    }
}
