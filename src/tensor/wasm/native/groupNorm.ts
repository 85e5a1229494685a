/**
 * Group normalisation of images [batch, places, channels]: in each image, the channels of a group share a mean μ and a
 * variance σ², the mean of (x − μ)² in a pass of its own, and
 *
 *   x̂ = (x − μ) / √(σ² + ε),   z = scale · x̂ + shift,   y = z or SiLU(z).
 */
import { scratch } from './constants'
import { blockOf, moments } from './moments'
import { silu } from './silu'
import { madd, mul, sub } from './vector'

/** The most channels that the scratch memory has room for. */
const MOST_CHANNELS: i32 = 4096

export const ROW: usize = 4 * MOST_CHANNELS

/** Where μ and 1/√(σ² + ε) of each channel are. */
@inline
export function meanAt(): usize {
  return scratch()
}

@inline
export function rateAt(): usize {
  return scratch() + ROW
}

/** z of some places of a picture. */
export function normalised(x: usize, scale: usize, shift: usize, out: usize, places: i32, channels: i32): void {
  const mean = meanAt()
  const rate = rateAt()
  const end: usize = 4 * channels
  for (; places > 0; places--) {
    let c: usize = 0
    for (; c + 16 <= end; c += 16) {
      const hat = mul(sub(v128.load(x + c), v128.load(mean + c)), v128.load(rate + c))
      v128.store(out + c, madd(hat, v128.load(scale + c), v128.load(shift + c)))
    }
    for (; c < end; c += 4) {
      const hat = (load<f32>(x + c) - load<f32>(mean + c)) * load<f32>(rate + c)
      store<f32>(out + c, hat * load<f32>(scale + c) + load<f32>(shift + c))
    }
    x += end
    out += end
  }
}

/** @param each whether scale and shift have numbers for each picture, one after another; else they are for all. */
export function groupNorm(
  x: usize,
  scale: usize,
  shift: usize,
  out: usize,
  batch: i32,
  places: i32,
  channels: i32,
  groups: i32,
  epsilon: f64,
  activate: bool,
  each: bool,
): void {
  const block = blockOf(channels)
  for (; batch > 0; batch--) {
    moments(x, places, channels, groups, epsilon, meanAt(), rateAt())
    for (let p = 0; p < places; p += block) {
      const count = min(block, places - p)
      const at: usize = 4 * p * channels
      normalised(x + at, scale, shift, out + at, count, channels)
      if (activate) silu(out + at, out + at, count * channels)
    }
    x += 4 * places * channels
    out += 4 * places * channels
    if (each) {
      scale += 4 * channels
      shift += 4 * channels
    }
  }
}
