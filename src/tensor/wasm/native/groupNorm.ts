/**
 * Group normalisation of images [batch, places, channels]: in each image, the channels of a group share a mean μ and a
 * variance σ², the mean of (x − μ)² in a pass of its own, and
 *
 *   x̂ = (x − μ) / √(σ² + ε),   z = scale · x̂ + shift,   y = z or SiLU(z).
 */
import { scratch } from './constants'
import { silu, siluSlope } from './silu'
import { sum } from './sums'
import { add, madd, mul, sub } from './vector'

/** The most channels that the scratch memory has room for. */
export const MOST_CHANNELS: i32 = 4096

const ROW: usize = 4 * MOST_CHANNELS

/** Numbers of each channel: μ, 1/√(σ² + ε), and sums. */
@inline
function meanAt(): usize {
  return scratch()
}

@inline
function rateAt(): usize {
  return scratch() + ROW
}

@inline
function firstAt(): usize {
  return scratch() + 2 * ROW
}

@inline
function secondAt(): usize {
  return scratch() + 3 * ROW
}

/** In each group, replaces the numbers of all channels by their sum times `factor`. */
function share(at: usize, channels: i32, groups: i32, factor: f64): void {
  const width = channels / groups
  for (let g = 0; g < groups; g++) {
    let total: f64 = 0
    for (let c = 0; c < width; c++) total += load<f32>(at + 4 * (g * width + c)) as f64
    for (let c = 0; c < width; c++) store<f32>(at + 4 * (g * width + c), (total * factor) as f32)
  }
}

/** Writes μ and 1/√(σ² + ε) of one image. */
function moments(x: usize, places: i32, channels: i32, groups: i32, epsilon: f64): void {
  const mean = meanAt()
  const rate = rateAt()
  const share1 = 1 / ((places as f64) * (channels / groups))
  sum(x, mean, 1, places, channels, 1)
  share(mean, channels, groups, share1)
  memory.fill(rate, 0, 4 * channels)
  for (let p = 0; p < places; p++) {
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      const d = sub(v128.load(x + 4 * c), v128.load(mean + 4 * c))
      v128.store(rate + 4 * c, madd(d, d, v128.load(rate + 4 * c)))
    }
    for (; c < channels; c++) {
      const d = load<f32>(x + 4 * c) - load<f32>(mean + 4 * c)
      store<f32>(rate + 4 * c, load<f32>(rate + 4 * c) + d * d)
    }
    x += 4 * channels
  }
  share(rate, channels, groups, share1)
  for (let c = 0; c < channels; c++)
    store<f32>(rate + 4 * c, (1 / sqrt((load<f32>(rate + 4 * c) as f64) + epsilon)) as f32)
}

/** z of one image. */
function normalised(x: usize, scale: usize, shift: usize, out: usize, places: i32, channels: i32): void {
  const mean = meanAt()
  const rate = rateAt()
  for (let p = 0; p < places; p++) {
    let c: usize = 0
    const end: usize = 4 * channels
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
): void {
  for (; batch > 0; batch--) {
    moments(x, places, channels, groups, epsilon)
    normalised(x, scale, shift, out, places, channels)
    if (activate) silu(out, out, places * channels)
    x += 4 * places * channels
    out += 4 * places * channels
  }
}

/**
 * The gradients of Σ dy · y. With dz that of z, and sums over the places and channels of a group of M numbers,
 *
 *   dshift = Σ dz,   dscale = Σ dz x̂,   dx = (scale dz − Σ scale dz / M − x̂ Σ scale dz x̂ / M) / √(σ² + ε).
 */
export function groupNormGradient(
  x: usize,
  dy: usize,
  scale: usize,
  shift: usize,
  dx: usize,
  dscale: usize,
  dshift: usize,
  batch: i32,
  places: i32,
  channels: i32,
  groups: i32,
  epsilon: f64,
  activate: bool,
): void {
  const end: usize = 4 * channels
  const mean = meanAt()
  const rate = rateAt()
  const first = firstAt()
  const second = secondAt()
  memory.fill(dscale, 0, end)
  memory.fill(dshift, 0, end)
  for (; batch > 0; batch--) {
    moments(x, places, channels, groups, epsilon)
    if (activate) {
      normalised(x, scale, shift, dx, places, channels)
      siluSlope(dy, dx, dx, places * channels)
    } else memory.copy(dx, dy, end * places)
    memory.fill(first, 0, end)
    memory.fill(second, 0, end)
    let p = x
    let q = dx
    for (let i = 0; i < places; i++) {
      let c: usize = 0
      for (; c + 16 <= end; c += 16) {
        const dz = v128.load(q + c)
        const hat = mul(sub(v128.load(p + c), v128.load(mean + c)), v128.load(rate + c))
        v128.store(first + c, add(v128.load(first + c), dz))
        v128.store(second + c, madd(dz, hat, v128.load(second + c)))
      }
      for (; c < end; c += 4) {
        const dz = load<f32>(q + c)
        const hat = (load<f32>(p + c) - load<f32>(mean + c)) * load<f32>(rate + c)
        store<f32>(first + c, load<f32>(first + c) + dz)
        store<f32>(second + c, load<f32>(second + c) + dz * hat)
      }
      p += end
      q += end
    }
    for (let c: usize = 0; c < end; c += 4) {
      store<f32>(dshift + c, load<f32>(dshift + c) + load<f32>(first + c))
      store<f32>(dscale + c, load<f32>(dscale + c) + load<f32>(second + c))
      store<f32>(first + c, load<f32>(first + c) * load<f32>(scale + c))
      store<f32>(second + c, load<f32>(second + c) * load<f32>(scale + c))
    }
    const factor = 1 / ((places as f64) * (channels / groups))
    share(first, channels, groups, factor)
    share(second, channels, groups, factor)
    p = x
    q = dx
    for (let i = 0; i < places; i++) {
      for (let c: usize = 0; c < end; c += 4) {
        const r = load<f32>(rate + c)
        const hat = (load<f32>(p + c) - load<f32>(mean + c)) * r
        store<f32>(q + c, r * (load<f32>(q + c) * load<f32>(scale + c) - load<f32>(first + c) - hat * load<f32>(second + c)))
      }
      p += end
      q += end
    }
    x += end * places
    dy += end * places
    dx += end * places
  }
}
