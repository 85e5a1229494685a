/**
 * Group normalisation of images [batch, places, channels]: in each image, the channels of a group share a mean μ and a
 * variance σ², the mean of (x − μ)² in a pass of its own, and
 *
 *   x̂ = (x − μ) / √(σ² + ε),   z = scale · x̂ + shift,   y = z or SiLU(z).
 */
import { scratch } from './constants'
import { addPairs, blockOf, moments, share } from './moments'
import { silu, siluSlope } from './silu'
import { madd, mul, sub } from './vector'

/** The most channels that the scratch memory has room for. */
const MOST_CHANNELS: i32 = 4096

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

/** z of some places of a picture. */
function normalised(x: usize, scale: usize, shift: usize, out: usize, places: i32, channels: i32): void {
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

/** dx ← a dx − b − c (x − μ), with a number of each for each channel. */
function finish(x: usize, dx: usize, places: i32, channels: i32, a: usize, b: usize, c: usize): void {
  const mean = meanAt()
  const end: usize = 4 * channels
  for (; places > 0; places--) {
    let i: usize = 0
    for (; i + 16 <= end; i += 16) {
      const away = sub(v128.load(x + i), v128.load(mean + i))
      const rest = madd(away, v128.load(c + i), v128.load(b + i))
      v128.store(dx + i, sub(mul(v128.load(dx + i), v128.load(a + i)), rest))
    }
    for (; i < end; i += 4) {
      const rest = (load<f32>(x + i) - load<f32>(mean + i)) * load<f32>(c + i) + load<f32>(b + i)
      store<f32>(dx + i, load<f32>(dx + i) * load<f32>(a + i) - rest)
    }
    x += end
    dx += end
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
  each: bool,
): void {
  const end: usize = 4 * channels
  const rate = rateAt()
  const first = firstAt()
  const second = secondAt()
  const block = blockOf(channels)
  memory.fill(dscale, 0, each ? batch * end : end)
  memory.fill(dshift, 0, each ? batch * end : end)
  for (; batch > 0; batch--) {
    moments(x, places, channels, groups, epsilon, meanAt(), rate)
    memory.fill(first, 0, end)
    memory.fill(second, 0, end)
    for (let p = 0; p < places; p += block) {
      const count = min(block, places - p)
      const at = p * end
      if (activate) {
        normalised(x + at, scale, shift, dx + at, count, channels)
        siluSlope(dy + at, dx + at, dx + at, count * channels)
      } else memory.copy(dx + at, dy + at, end * count)
      addPairs(x + at, dx + at, count, channels, meanAt(), first, second)
    }
    for (let c: usize = 0; c < end; c += 4) {
      const r = load<f32>(rate + c)
      const dz = load<f32>(first + c)
      const dzHat = load<f32>(second + c) * r
      store<f32>(dshift + c, load<f32>(dshift + c) + dz)
      store<f32>(dscale + c, load<f32>(dscale + c) + dzHat)
      store<f32>(first + c, dz * load<f32>(scale + c))
      store<f32>(second + c, dzHat * load<f32>(scale + c))
    }
    const factor = 1 / ((places as f64) * (channels / groups))
    share(first, channels, groups, factor)
    share(second, channels, groups, factor)
    for (let c: usize = 0; c < end; c += 4) {
      const r = load<f32>(rate + c)
      store<f32>(first + c, load<f32>(first + c) * r)
      store<f32>(second + c, load<f32>(second + c) * r * r)
      store<f32>(rate + c, load<f32>(scale + c) * r)
    }
    finish(x, dx, places, channels, rate, first, second)
    x += end * places
    dy += end * places
    dx += end * places
    if (each) {
      scale += end
      shift += end
      dscale += end
      dshift += end
    }
  }
}
