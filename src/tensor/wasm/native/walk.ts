/**
 * Walks in numbers, as `src/tensor/fused/walk.ts` defines them: a tile of particles takes all steps of a call before the next
 * one begins, so that only weights pass through the caches.
 *
 * A tile's registers x, u and y lie in memory one after another, each as features of a tile; those of fresh noise are made
 * anew in every step and shared by all tiles.
 */
import { FEATURE, layerColumns, paddedOutputs, TILE } from './perceptron'
import { particleColumns } from './random'
import { add, madd, mul } from './vector'

// The program, as whole numbers: sizes and addresses. Layers follow, each as inputs, outputs, packed weights, and the place of
// its biases in a row.
const LAYERS: usize = 0
const DIM: usize = 4
const SLOTS: usize = 8
const FRESH: usize = 12
const KEY_0: usize = 16
const KEY_1: usize = 20
const STEP_ENDS: usize = 24
const DRAWS: usize = 28
const NEXT: usize = 32
const AT: usize = 36
const INPUT: usize = 40
const SLOT: usize = 44
const PASS_ENDS: usize = 48
const ROW: usize = 52
const SHARE: usize = 56
const BIASES: usize = 60
const BIAS_COUNT: usize = 64
const WORK: usize = 68
const WORK_HALF: usize = 72
/** Bytes of the program before its layers. */
const HEADER: usize = 76
const LAYER: usize = 16

@inline
function at(program: usize, place: usize): i32 {
  return load<i32>(program + place)
}

/** Bytes of the activations of one layer, of up to `width` units: the walk's `WORK_HALF`. */
export function walkLayerBytes(width: i32): usize {
  return FEATURE * paddedOutputs(width)
}

/** Bytes of working memory for a walk with states of `dim` numbers, `fresh` noises, and layers of up to `width` units. */
export function walkWorkBytes(dim: i32, fresh: i32, width: i32): usize {
  return FEATURE * (fresh + 3) * dim + 2 * walkLayerBytes(width)
}

/** Particles of a tile. */
export function walkTile(): i32 {
  return TILE
}

/**
 * out ← Σ coefficient · register, numbers of `count` vectors.
 *
 * @param kept registers in `registers`; the others are in `noise`.
 */
function combine(
  coefficients: usize,
  registers: usize,
  kept: i32,
  noise: usize,
  fresh: i32,
  count: i32,
  out: usize,
): void {
  let first = true
  const size: usize = 16 * count
  for (let r = 0; r < kept + fresh; r++) {
    const c = load<f32>(coefficients + 4 * r)
    if (c == 0) continue
    const from = r < kept ? registers + r * size : noise + (r - kept) * size
    const factor = f32x4.splat(c)
    if (first)
      for (let i: usize = 0; i < size; i += 16) v128.store(out + i, mul(factor, v128.load(from + i)))
    else
      for (let i: usize = 0; i < size; i += 16)
        v128.store(out + i, madd(factor, v128.load(from + i), v128.load(out + i)))
    first = false
  }
  if (first) memory.fill(out, 0, size)
}

/** out ← share · F(v; row) where it is the first pass of an evaluation, else out + share · F(v; row). */
function network(program: usize, v: usize, row: i32, share: f32, first: bool, work: usize, out: usize): void {
  const layers = at(program, LAYERS)
  const dim = at(program, DIM)
  const biases: usize = at(program, BIASES) + 4 * at(program, BIAS_COUNT) * row
  const other = work + at(program, WORK_HALF)
  let layer = program + HEADER
  let h = v
  let to = work
  for (let l = 0; l < layers; l++) {
    layerColumns(h, at(layer, 8), biases + 4 * at(layer, 12), at(layer, 0), at(layer, 4), l + 1 < layers, to)
    h = to
    to = to == work ? other : work
    layer += LAYER
  }
  const size: usize = FEATURE * dim
  if (first && share == 1) return memory.copy(out, h, size)
  const factor = f32x4.splat(share)
  for (let i: usize = 0; i < size; i += 16) {
    const y = mul(factor, v128.load(h + i))
    v128.store(out + i, first ? y : add(v128.load(out + i), y))
  }
}

/**
 * Takes tiles through the steps `from` + 1, …, `to`.
 *
 * @param registers of the first tile. @param particle the number of its first particle. @param tiles how many.
 */
export function walkSteps(program: usize, registers: usize, particle: i32, tiles: i32, from: i32, to: i32): void {
  const dim = at(program, DIM)
  const slots = at(program, SLOTS)
  const fresh = at(program, FRESH)
  const kept = 1 + 2 * slots
  const row: usize = 4 * (kept + fresh)
  const size: usize = FEATURE * dim
  const count = (TILE / 4) * dim
  const noise: usize = at(program, WORK)
  const u = noise + fresh * size
  const v = u + size
  const y = v + size
  const work = y + size
  for (; tiles > 0; tiles--) {
    let e = from > 0 ? load<i32>(at(program, STEP_ENDS) + 4 * (from - 1)) : 0
    let p = e > 0 ? load<i32>(at(program, PASS_ENDS) + 4 * (e - 1)) : 0
    for (let step = from; step < to; step++) {
      const draws = load<i32>(at(program, DRAWS) + 4 * step)
      for (let j = 0; j < draws; j++)
        particleColumns(noise + j * size, particle, TILE, dim, at(program, KEY_0), at(program, KEY_1), step + 1, j)
      const lastEvaluation = load<i32>(at(program, STEP_ENDS) + 4 * step)
      for (; e < lastEvaluation; e++) {
        combine(at(program, AT) + e * row, registers, kept, noise, fresh, count, u)
        const input = f32x4.splat(load<f32>(at(program, INPUT) + 4 * e))
        for (let i: usize = 0; i < size; i += 16) v128.store(v + i, mul(input, v128.load(u + i)))
        const lastPass = load<i32>(at(program, PASS_ENDS) + 4 * e)
        for (let first = true; p < lastPass; p++) {
          const share = load<f32>(at(program, SHARE) + 4 * p)
          network(program, v, load<i32>(at(program, ROW) + 4 * p), share, first, work, y)
          first = false
        }
        const slot = load<i32>(at(program, SLOT) + 4 * e)
        memory.copy(registers + (1 + slot) * size, u, size)
        memory.copy(registers + (1 + slots + slot) * size, y, size)
      }
      combine(at(program, NEXT) + step * row, registers, kept, noise, fresh, count, u)
      memory.copy(registers, u, size)
    }
    registers += kept * size
    particle += TILE
  }
}

/** Writes particles, row after row, into the states of tiles; those that fill the last tile up are zeros. */
export function enterTiles(rows: usize, n: i32, dim: i32, registers: usize, stride: usize): void {
  for (let i = 0; i < n; i += TILE) {
    for (let c = 0; c < dim; c++)
      for (let r = 0; r < TILE; r++)
        store<f32>(registers + c * FEATURE + 4 * r, i + r < n ? load<f32>(rows + 4 * ((i + r) * dim + c)) : 0)
    registers += stride
  }
}

/** Reads them back. */
export function readTiles(registers: usize, n: i32, dim: i32, rows: usize, stride: usize): void {
  for (let i = 0; i < n; i += TILE) {
    for (let r = 0; r < min(TILE, n - i); r++)
      for (let c = 0; c < dim; c++)
        store<f32>(rows + 4 * ((i + r) * dim + c), load<f32>(registers + c * FEATURE + 4 * r))
    registers += stride
  }
}
