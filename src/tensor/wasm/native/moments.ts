/** Sums over the places of pictures [places, channels], for each channel, and shared by the channels of a group. */
import { add, madd, sub, total } from './vector'

/** What of each number is added up: x, (x − mean)², or, for two sums, dz and dz (x − mean). */
const PLAIN = 0
const SQUARES = 1
const PAIR = 2

/**
 * Adds to sums of eight channels, or of one; few enough places that sums in single precision lose nothing that matters.
 *
 * @param stride bytes from one place to the next.
 */
@inline
function addStrip(
  what: i32,
  lanes: i32,
  x: usize,
  dz: usize,
  places: i32,
  stride: usize,
  mean: usize,
  first: usize,
  second: usize,
): void {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let t0 = s0
  let t1 = s0
  let m0 = s0
  let m1 = s0
  if (what != PLAIN) {
    m0 = lanes == 8 ? v128.load(mean) : v128.load32_zero(mean)
    if (lanes == 8) m1 = v128.load(mean, 16)
  }
  for (; places > 0; places--) {
    const x0 = lanes == 8 ? v128.load(x) : v128.load32_zero(x)
    const x1 = lanes == 8 ? v128.load(x, 16) : x0
    if (what == PLAIN) {
      s0 = add(s0, x0)
      if (lanes == 8) s1 = add(s1, x1)
    } else {
      const d0 = sub(x0, m0)
      const d1 = sub(x1, m1)
      if (what == SQUARES) {
        s0 = madd(d0, d0, s0)
        if (lanes == 8) s1 = madd(d1, d1, s1)
      } else {
        const z0 = lanes == 8 ? v128.load(dz) : v128.load32_zero(dz)
        s0 = add(s0, z0)
        t0 = madd(z0, d0, t0)
        if (lanes == 8) {
          const z1 = v128.load(dz, 16)
          s1 = add(s1, z1)
          t1 = madd(z1, d1, t1)
        }
        dz += stride
      }
    }
    x += stride
  }
  if (lanes == 8) {
    v128.store(first, add(v128.load(first), s0))
    v128.store(first, add(v128.load(first, 16), s1), 16)
    if (what == PAIR) {
      v128.store(second, add(v128.load(second), t0))
      v128.store(second, add(v128.load(second, 16), t1), 16)
    }
  } else {
    v128.store_lane<f32>(first, add(v128.load32_zero(first), s0), 0)
    if (what == PAIR) v128.store_lane<f32>(second, add(v128.load32_zero(second), t0), 0)
  }
}

@inline
function addBlock(
  what: i32,
  x: usize,
  dz: usize,
  places: i32,
  channels: i32,
  mean: usize,
  first: usize,
  second: usize,
): void {
  const stride: usize = 4 * channels
  let c: usize = 0
  for (; c + 32 <= stride; c += 32)
    addStrip(what, 8, x + c, dz + c, places, stride, mean + c, first + c, second + c)
  for (; c < stride; c += 4)
    addStrip(what, 1, x + c, dz + c, places, stride, mean + c, first + c, second + c)
}

/** first += Σ dz, second += Σ dz (x − mean), over so few places that all of them stay in the first-level cache. */
export function addPairs(
  x: usize,
  dz: usize,
  places: i32,
  channels: i32,
  mean: usize,
  first: usize,
  second: usize,
): void {
  addBlock(PAIR, x, dz, places, channels, mean, first, second)
}

/** Places of so many channels whose numbers fill a part of the first-level cache. */
@inline
export function blockOf(channels: i32): i32 {
  return max(1, min(64, 2048 / channels))
}

/** Sets `bytes` bytes to zero; for few of them a loop is faster than `memory.fill`. */
@inline
export function zero(at: usize, bytes: usize): void {
  let i: usize = 0
  for (; i + 16 <= bytes; i += 16) v128.store(at + i, f32x4.splat(0))
  for (; i < bytes; i += 4) store<f32>(at + i, 0)
}

/** Numbers of a group that are added up in single precision. */
const GROUP_BLOCK: usize = 16 * 64

/** In each group, replaces the numbers of all channels by their sum times `factor`. */
export function share(at: usize, channels: i32, groups: i32, factor: f64): void {
  const bytes: usize = 4 * (channels / groups)
  for (let g = 0; g < groups; g++) {
    let sum: f64 = 0
    let c: usize = 0
    while (c + 16 <= bytes) {
      let s = f32x4.splat(0)
      for (const end = min(bytes - 15, c + GROUP_BLOCK); c < end; c += 16) s = add(s, v128.load(at + c))
      sum += total(s) as f64
    }
    for (; c < bytes; c += 4) sum += load<f32>(at + c) as f64
    const each = (sum * factor) as f32
    c = 0
    for (; c + 16 <= bytes; c += 16) v128.store(at + c, f32x4.splat(each))
    for (; c < bytes; c += 4) store<f32>(at + c, each)
    at += bytes
  }
}

/** Writes μ and 1/√(σ² + ε) of the groups of a picture, for each channel. */
export function moments(
  x: usize,
  places: i32,
  channels: i32,
  groups: i32,
  epsilon: f64,
  mean: usize,
  rate: usize,
): void {
  const factor = 1 / ((places as f64) * (channels / groups))
  const block = blockOf(channels)
  zero(mean, 4 * channels)
  for (let p = 0; p < places; p += block)
    addBlock(PLAIN, x + 4 * p * channels, 0, min(block, places - p), channels, 0, mean, 0)
  share(mean, channels, groups, factor)
  zero(rate, 4 * channels)
  for (let p = 0; p < places; p += block)
    addBlock(SQUARES, x + 4 * p * channels, 0, min(block, places - p), channels, mean, rate, 0)
  share(rate, channels, groups, factor)
  // The same for all channels of a group.
  const width = channels / groups
  for (let g = 0; g < groups; g++) {
    const each = (1 / sqrt((load<f32>(rate) as f64) + epsilon)) as f32
    for (let c = 0; c < width; c++) store<f32>(rate + 4 * c, each)
    rate += 4 * width
  }
}
