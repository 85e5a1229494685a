/** The gradients of group normalisation, in the notation of `groupNorm.ts`. */
import { scratch } from './constants'
import { meanAt, normalised, rateAt, ROW } from './groupNorm'
import { addPairs, blockOf, moments, share, zero } from './moments'
import { siluSlope } from './silu'
import { add, madd, mul, sub } from './vector'

/** Where the sums of each channel are. */
@inline
function firstAt(): usize {
  return scratch() + 2 * ROW
}

@inline
function secondAt(): usize {
  return scratch() + 3 * ROW
}

/** Adds Σ dz and Σ dz x̂ of a picture to the gradients of shift and scale, and leaves scale times these in their place. */
function addParameters(scale: usize, dscale: usize, dshift: usize, channels: i32): void {
  const end: usize = 4 * channels
  const rate = rateAt()
  const first = firstAt()
  const second = secondAt()
  let c: usize = 0
  for (; c + 16 <= end; c += 16) {
    const dz = v128.load(first + c)
    const dzHat = mul(v128.load(second + c), v128.load(rate + c))
    v128.store(dshift + c, add(v128.load(dshift + c), dz))
    v128.store(dscale + c, add(v128.load(dscale + c), dzHat))
    v128.store(first + c, mul(dz, v128.load(scale + c)))
    v128.store(second + c, mul(dzHat, v128.load(scale + c)))
  }
  for (; c < end; c += 4) {
    const dz = load<f32>(first + c)
    const dzHat = load<f32>(second + c) * load<f32>(rate + c)
    store<f32>(dshift + c, load<f32>(dshift + c) + dz)
    store<f32>(dscale + c, load<f32>(dscale + c) + dzHat)
    store<f32>(first + c, dz * load<f32>(scale + c))
    store<f32>(second + c, dzHat * load<f32>(scale + c))
  }
}

/** From the means over groups, the numbers of `finish`: b in the place of the first, c of the second, and a of the rate. */
function prepareFinish(scale: usize, channels: i32): void {
  const end: usize = 4 * channels
  const rate = rateAt()
  const first = firstAt()
  const second = secondAt()
  let c: usize = 0
  for (; c + 16 <= end; c += 16) {
    const r = v128.load(rate + c)
    v128.store(first + c, mul(v128.load(first + c), r))
    v128.store(second + c, mul(mul(v128.load(second + c), r), r))
    v128.store(rate + c, mul(v128.load(scale + c), r))
  }
  for (; c < end; c += 4) {
    const r = load<f32>(rate + c)
    store<f32>(first + c, load<f32>(first + c) * r)
    store<f32>(second + c, load<f32>(second + c) * r * r)
    store<f32>(rate + c, load<f32>(scale + c) * r)
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
    zero(first, end)
    zero(second, end)
    for (let p = 0; p < places; p += block) {
      const count = min(block, places - p)
      const at = p * end
      if (activate) {
        normalised(x + at, scale, shift, dx + at, count, channels)
        siluSlope(dy + at, dx + at, dx + at, count * channels)
      } else memory.copy(dx + at, dy + at, end * count)
      addPairs(x + at, dx + at, count, channels, meanAt(), first, second)
    }
    addParameters(scale, dscale, dshift, channels)
    const factor = 1 / ((places as f64) * (channels / groups))
    share(first, channels, groups, factor)
    share(second, channels, groups, factor)
    prepareFinish(scale, channels)
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
