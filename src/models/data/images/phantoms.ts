/**
 * Phantoms: sections through bodies of ellipses, as computed tomography sees them. Values are attenuations in [0, 1], air
 * is 0. An ellipse adds its attenuation to what lies under it.
 *
 * Shepp and Logan, "The Fourier reconstruction of a head section", 1974, https://doi.org/10.1109/TNS.1974.6499235, here
 * with the contrasts of Toft, "The Radon transform", 1996, table B.1, which can be seen.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../../tensor'
import { expectCount, type Data } from '../data'
import { expectNotNegative } from '../law'
import { expectSize, rolls, type Dice } from './pictures'

/** An ellipse in the square [−1, 1]², y upwards. */
export interface Ellipse {
  /** What it adds. */
  readonly attenuation: number
  /** Half axes. */
  readonly a: number
  readonly b: number
  readonly x: number
  readonly y: number
  /** Counterclockwise, in degrees. */
  readonly turn: number
}

const SHEPP_LOGAN: readonly Ellipse[] = [
  { attenuation: 1, a: 0.69, b: 0.92, x: 0, y: 0, turn: 0 },
  { attenuation: -0.8, a: 0.6624, b: 0.874, x: 0, y: -0.0184, turn: 0 },
  { attenuation: -0.2, a: 0.11, b: 0.31, x: 0.22, y: 0, turn: -18 },
  { attenuation: -0.2, a: 0.16, b: 0.41, x: -0.22, y: 0, turn: 18 },
  { attenuation: 0.1, a: 0.21, b: 0.25, x: 0, y: 0.35, turn: 0 },
  { attenuation: 0.1, a: 0.046, b: 0.046, x: 0, y: 0.1, turn: 0 },
  { attenuation: 0.1, a: 0.046, b: 0.046, x: 0, y: -0.1, turn: 0 },
  { attenuation: 0.1, a: 0.046, b: 0.023, x: -0.08, y: -0.605, turn: 0 },
  { attenuation: 0.1, a: 0.023, b: 0.023, x: 0, y: -0.606, turn: 0 },
  { attenuation: 0.1, a: 0.023, b: 0.046, x: 0.06, y: -0.605, turn: 0 },
]

/** The head of Shepp and Logan, of shape [1, size, size, 1]. @param size in pixels, from 8 on. Default 64. */
export function sheppLogan({ size = 64 }: { size?: number } = {}): tf.Tensor4D {
  expectSize('sheppLogan', size)
  return tf.tensor4d(rasterise(SHEPP_LOGAN, size), [1, size, size, 1])
}

export interface PhantomsOptions {
  /** Height and width in pixels, from 8 on. Default 32. */
  readonly size?: number
  /** Standard deviation of the texture inside the body, not negative. Default 0. */
  readonly texture?: number
}

/**
 * Phantoms drawn at random: a body with a shell, and three to eight organs in it.
 *
 * The texture is a smooth random field, so that it is part of the body and not noise of the measurement.
 *
 * @returns data of shape [size, size, 1].
 */
export function phantoms({ size = 32, texture = 0 }: PhantomsOptions = {}): Data<tf.Tensor4D> & {
  /** Phantoms with the ellipses that they are made of. */
  drawBodies(
    n: number,
    stream?: RandomStream,
  ): { readonly x: tf.Tensor4D; readonly bodies: readonly (readonly Ellipse[])[] }
} {
  expectSize('phantoms', size)
  expectNotNegative('phantoms', 'texture', texture)
  const drawBodies = (n: number, stream = currentStream()) => {
    expectCount(n)
    const dice = rolls(n, { uniforms: 8 + 6 * MOST_ORGANS, normals: texture ? 2 * GRAINS : 0 }, stream)
    const pixels = new Float32Array(n * size * size)
    const bodies = Array.from({ length: n }, (_, i) => {
      const mine = dice(i)
      const ellipses = body(mine)
      const picture = rasterise(ellipses, size)
      if (texture) grain(picture, size, texture, mine)
      pixels.set(picture, i * size * size)
      return ellipses
    })
    return { x: tf.tensor4d(pixels, [n, size, size, 1]), bodies }
  }
  return {
    name: 'phantoms',
    shape: [size, size, 1],
    drawBodies,
    draw: (n, stream) => drawBodies(n, stream).x,
  }
}

const MOST_ORGANS = 8

/** A body of attenuation 0.2 to 0.32 in a brighter shell, with organs that lie within. */
function body(dice: Dice): Ellipse[] {
  const [a, b] = [dice.uniform(0.68, 0.9), dice.uniform(0.68, 0.9)]
  const turn = dice.uniform(0, 180)
  const [x, y] = [dice.uniform(-0.05, 0.05), dice.uniform(-0.05, 0.05)]
  const shell = dice.uniform(0.4, 0.55)
  const flesh = dice.uniform(0.2, 0.32)
  const thickness = dice.uniform(0.06, 0.1)
  const ellipses: Ellipse[] = [
    { attenuation: shell, a, b, x, y, turn },
    { attenuation: flesh - shell, a: a - thickness, b: b - thickness, x, y, turn },
  ]
  const organs = 3 + dice.integer(MOST_ORGANS - 2)
  for (let k = 0; k < organs; k++) {
    const [along, across] = [dice.uniform(0.06, 0.28), dice.uniform(0.06, 0.28)]
    const reach = Math.min(a, b) - thickness - Math.max(along, across) - 0.02
    const [radius, angle] = [reach * Math.sqrt(dice.uniform()), dice.uniform(0, 2 * Math.PI)]
    ellipses.push({
      attenuation: dice.uniform(-0.18, 0.18),
      a: along,
      b: across,
      x: x + radius * Math.cos(angle),
      y: y + radius * Math.sin(angle),
      turn: (180 * angle) / Math.PI + 45 * k,
    })
  }
  return ellipses
}

/** Each pixel is the mean over this many points a side: edges are soft, and no sinogram is aliased. */
const POINTS = 4

/** Attenuations of the sum of ellipses, clipped to [0, 1]. */
export function rasterise(ellipses: readonly Ellipse[], size: number): Float32Array {
  const pixels = new Float32Array(size * size)
  const fine = size * POINTS
  const forms = ellipses.map(({ a, b, x, y, turn, attenuation }) => {
    const angle = (turn * Math.PI) / 180
    return { a, b, x, y, attenuation, cos: Math.cos(angle), sin: Math.sin(angle) }
  })
  for (let row = 0; row < fine; row++)
    for (let column = 0; column < fine; column++) {
      const [px, py] = [(2 * (column + 0.5)) / fine - 1, 1 - (2 * (row + 0.5)) / fine]
      let sum = 0
      for (const { a, b, x, y, attenuation, cos, sin } of forms) {
        const [dx, dy] = [px - x, py - y]
        if (((dx * cos + dy * sin) / a) ** 2 + ((dy * cos - dx * sin) / b) ** 2 <= 1) sum += attenuation
      }
      pixels[Math.floor(row / POINTS) * size + Math.floor(column / POINTS)]! +=
        Math.min(1, Math.max(0, sum)) / POINTS ** 2
    }
  return pixels
}

/** Waves of the texture. */
const GRAINS = 24

/** Adds a random field of waves of 2 to 8 turns a side, where there is body. */
function grain(pixels: Float32Array, size: number, deviation: number, dice: Dice): void {
  const waves = Array.from({ length: GRAINS }, (_, k) => {
    const angle = (2.399963 * k) % Math.PI
    const turns = 2 + (6 * (k + 0.5)) / GRAINS
    return {
      kx: 2 * Math.PI * turns * Math.cos(angle),
      ky: 2 * Math.PI * turns * Math.sin(angle),
      cos: dice.normal(deviation / Math.sqrt(GRAINS)),
      sin: dice.normal(deviation / Math.sqrt(GRAINS)),
    }
  })
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] === 0) continue
    const [x, y] = [((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size]
    let sum = 0
    for (const { kx, ky, cos, sin } of waves) {
      const phase = kx * x + ky * y
      sum += cos * Math.cos(phase) + sin * Math.sin(phase)
    }
    pixels[i] = Math.min(1, Math.max(0, pixels[i]! + sum))
  }
}
