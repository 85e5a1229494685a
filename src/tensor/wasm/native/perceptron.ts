/**
 * A perceptron for a tile of rows that stay in the first-level cache from the first layer to the last.
 *
 * The tile is stored with its rows beside each other: feature after feature, each one number for every row. So vectors run
 * along rows whatever the layers' widths, and a layer is a product of its weights with the tile. The innermost loop keeps 6
 * features of 8 rows in registers (4 without relaxed SIMD, where products need registers of their own), for which weights
 * are packed in blocks of so many features.
 *
 * Between layers p = −z log₂ e stands for a layer's z, and p/(1 + 2ᵖ) = −SiLU(z) log₂ e for what enters the next: so
 * that SiLU begins with its power of two and ends with its division. The factors stand in the weights and biases.
 */
import { siluOfPowers } from './silu'
import { madd } from './vector'

/** Rows of a tile. */
export const TILE = 16
/** Bytes of one feature of a tile. */
export const FEATURE: usize = 4 * TILE

const WIDE = ASC_FEATURE_RELAXED_SIMD ? 6 : 4
const NARROW = 4

/** How many narrow blocks a layer of `outputs` features is divided into, so that few features are computed for nothing. */
function narrowBlocks(outputs: i32): i32 {
  if (WIDE == NARROW) return 0
  const rest = outputs % WIDE
  if (rest == 0 || rest == 5) return 0
  return rest <= 2 && outputs > WIDE ? 2 : 1
}

/** How many wide ones come before them. */
function wideBlocks(outputs: i32): i32 {
  const left = outputs - NARROW * narrowBlocks(outputs)
  return left > 0 ? (left + WIDE - 1) / WIDE : 0
}

/** Features that are computed for a layer, those for nothing included. */
export function paddedOutputs(outputs: i32): i32 {
  return WIDE * wideBlocks(outputs) + NARROW * narrowBlocks(outputs)
}

/** −log₂ e. */
const MINUS_LOG2_E: f32 = -1.4426950408889634
/** −ln 2. */
const MINUS_LN2: f32 = -0.6931471805599453

/** By what the weights of a layer are multiplied. @param first whether it is the first layer. @param last whether the last. */
@inline
function weightFactor(first: bool, last: bool): f32 {
  if (first == last) return 1
  return first ? MINUS_LOG2_E : MINUS_LN2
}

/** By what the biases of a layer are multiplied. */
export function biasFactor(last: bool): f32 {
  return last ? 1 : MINUS_LOG2_E
}

/**
 * Packs the weights of a layer, of shape [inputs, outputs], into inputs × paddedOutputs(outputs) numbers.
 *
 * @param first whether it is the first layer. @param last whether it is the last.
 */
export function packLayer(weights: usize, inputs: i32, outputs: i32, first: bool, last: bool, to: usize): void {
  const factor = weightFactor(first, last)
  const wide = wideBlocks(outputs)
  const blocks = wide + narrowBlocks(outputs)
  let begin = 0
  for (let block = 0; block < blocks; block++) {
    const size = block < wide ? WIDE : NARROW
    for (let k = 0; k < inputs; k++)
      for (let r = 0; r < size; r++) {
        const j = begin + r
        store<f32>(to, j < outputs ? factor * load<f32>(weights + 4 * (k * outputs + j)) : 0)
        to += 4
      }
    begin += size
  }
}

/** Four features of eight rows. */
function fourFeatures(w: usize, h: usize, depth: i32, bias: usize, out: usize): void {
  let c00 = v128.load32_splat(bias)
  let c10 = v128.load32_splat(bias, 4)
  let c20 = v128.load32_splat(bias, 8)
  let c30 = v128.load32_splat(bias, 12)
  let c01 = c00
  let c11 = c10
  let c21 = c20
  let c31 = c30
  for (; depth > 0; depth--) {
    const h0 = v128.load(h)
    const h1 = v128.load(h, 16)
    let x = v128.load32_splat(w)
    c00 = madd(x, h0, c00)
    c01 = madd(x, h1, c01)
    x = v128.load32_splat(w, 4)
    c10 = madd(x, h0, c10)
    c11 = madd(x, h1, c11)
    x = v128.load32_splat(w, 8)
    c20 = madd(x, h0, c20)
    c21 = madd(x, h1, c21)
    x = v128.load32_splat(w, 12)
    c30 = madd(x, h0, c30)
    c31 = madd(x, h1, c31)
    w += 4 * NARROW
    h += FEATURE
  }
  v128.store(out, c00)
  v128.store(out, c01, 16)
  v128.store(out, c10, FEATURE)
  v128.store(out, c11, FEATURE + 16)
  v128.store(out, c20, 2 * FEATURE)
  v128.store(out, c21, 2 * FEATURE + 16)
  v128.store(out, c30, 3 * FEATURE)
  v128.store(out, c31, 3 * FEATURE + 16)
}

/** Six features of eight rows. */
function sixFeatures(w: usize, h: usize, depth: i32, bias: usize, out: usize): void {
  let c00 = v128.load32_splat(bias)
  let c10 = v128.load32_splat(bias, 4)
  let c20 = v128.load32_splat(bias, 8)
  let c30 = v128.load32_splat(bias, 12)
  let c40 = v128.load32_splat(bias, 16)
  let c50 = v128.load32_splat(bias, 20)
  let c01 = c00
  let c11 = c10
  let c21 = c20
  let c31 = c30
  let c41 = c40
  let c51 = c50
  for (; depth > 0; depth--) {
    const h0 = v128.load(h)
    const h1 = v128.load(h, 16)
    let x = v128.load32_splat(w)
    c00 = madd(x, h0, c00)
    c01 = madd(x, h1, c01)
    x = v128.load32_splat(w, 4)
    c10 = madd(x, h0, c10)
    c11 = madd(x, h1, c11)
    x = v128.load32_splat(w, 8)
    c20 = madd(x, h0, c20)
    c21 = madd(x, h1, c21)
    x = v128.load32_splat(w, 12)
    c30 = madd(x, h0, c30)
    c31 = madd(x, h1, c31)
    x = v128.load32_splat(w, 16)
    c40 = madd(x, h0, c40)
    c41 = madd(x, h1, c41)
    x = v128.load32_splat(w, 20)
    c50 = madd(x, h0, c50)
    c51 = madd(x, h1, c51)
    w += 24
    h += FEATURE
  }
  v128.store(out, c00)
  v128.store(out, c01, 16)
  v128.store(out, c10, FEATURE)
  v128.store(out, c11, FEATURE + 16)
  v128.store(out, c20, 2 * FEATURE)
  v128.store(out, c21, 2 * FEATURE + 16)
  v128.store(out, c30, 3 * FEATURE)
  v128.store(out, c31, 3 * FEATURE + 16)
  v128.store(out, c40, 4 * FEATURE)
  v128.store(out, c41, 4 * FEATURE + 16)
  v128.store(out, c50, 5 * FEATURE)
  v128.store(out, c51, 5 * FEATURE + 16)
}

/**
 * out ← hW + b, or p/(1 + 2ᵖ) of that.
 *
 * @param packed W as `packLayer` packs it.
 * @param bias `outputs` numbers times `biasFactor`, of which up to 8 more are read.
 * @param out features as many as `paddedOutputs(outputs)`.
 */
export function layerColumns(
  h: usize,
  packed: usize,
  bias: usize,
  inputs: i32,
  outputs: i32,
  activate: bool,
  out: usize,
): void {
  let to = out
  for (let block = wideBlocks(outputs); block > 0; block--) {
    for (let i: usize = 0; i < FEATURE; i += 32)
      if (WIDE == 6) sixFeatures(packed, h + i, inputs, bias, to + i)
      else fourFeatures(packed, h + i, inputs, bias, to + i)
    packed += 4 * WIDE * inputs
    bias += 4 * WIDE
    to += WIDE * FEATURE
  }
  for (let block = narrowBlocks(outputs); block > 0; block--) {
    for (let i: usize = 0; i < FEATURE; i += 32) fourFeatures(packed, h + i, inputs, bias, to + i)
    packed += 4 * NARROW * inputs
    bias += 4 * NARROW
    to += NARROW * FEATURE
  }
  if (activate) siluOfPowers(out, (TILE / 4) * outputs)
}
