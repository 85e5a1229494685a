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
    const waves = texture ? wavesOf(size) : []
    const bodies = Array.from({ length: n }, (_, i) => {
      const mine = dice(i)
      const ellipses = body(mine)
      const picture = rasterise(ellipses, size)
      if (texture) grain(picture, waves, texture, mine)
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
  const chordsOf = ellipses.map(chords)
  const sums = new Float64Array(fine)
  for (let row = 0; row < fine; row++) {
    sums.fill(0)
    for (const [k, chordAt] of chordsOf.entries()) {
      const chord = chordAt(1 - (2 * (row + 0.5)) / fine)
      if (!chord) continue
      // Points (2 (column + ½)/fine − 1) within the chord.
      const first = Math.max(0, Math.ceil(((chord[0] + 1) * fine - 1) / 2))
      const last = Math.min(fine - 1, Math.floor(((chord[1] + 1) * fine - 1) / 2))
      const { attenuation } = ellipses[k]!
      for (let column = first; column <= last; column++) sums[column]! += attenuation
    }
    const start = Math.floor(row / POINTS) * size
    for (let column = 0; column < fine; column++)
      pixels[start + Math.floor(column / POINTS)]! += Math.min(1, Math.max(0, sums[column]!)) / POINTS ** 2
  }
  return pixels
}

/** y ↦ from which x to which a horizontal line is within the ellipse; undefined where it misses it. */
function chords({ a, b, x, y, turn }: Ellipse): (y: number) => readonly [number, number] | undefined {
  const angle = (turn * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  // ((dx cos + dy sin)/a)² + ((dy cos − dx sin)/b)² = p dx² + 2 q dx dy + r dy² ≤ 1.
  const p = (cos / a) ** 2 + (sin / b) ** 2
  const q = cos * sin * (a ** -2 - b ** -2)
  const r = (sin / a) ** 2 + (cos / b) ** 2
  return (height) => {
    const dy = height - y
    const discriminant = (q * dy) ** 2 - p * (r * dy * dy - 1)
    if (discriminant < 0) return undefined
    const [middle, half] = [x - (q * dy) / p, Math.sqrt(discriminant) / p]
    return [middle - half, middle + half]
  }
}

/** Waves of the texture. */
const GRAINS = 24

/** Adds a random field of waves of 2 to 8 turns a side, where there is body. */
function grain(pixels: Float32Array, waves: ReturnType<typeof wavesOf>, deviation: number, dice: Dice): void {
  const size = Math.sqrt(pixels.length)
  const drawn = waves.map((wave) => ({
    ...wave,
    cos: dice.normal(deviation / Math.sqrt(GRAINS)),
    sin: dice.normal(deviation / Math.sqrt(GRAINS)),
  }))
  for (let row = 0; row < size; row++) {
    const line = pixels.subarray(row * size, (row + 1) * size)
    const sums = new Float64Array(size)
    for (const { across, down, cos, sin } of drawn) {
      // c cos(u + v) + s sin(u + v) = (c cos v + s sin v) cos u + (s cos v − c sin v) sin u.
      const ofCos = cos * down.cos[row]! + sin * down.sin[row]!
      const ofSin = sin * down.cos[row]! - cos * down.sin[row]!
      for (let column = 0; column < size; column++)
        sums[column]! += ofCos * across.cos[column]! + ofSin * across.sin[column]!
    }
    for (let column = 0; column < size; column++)
      if (line[column] !== 0) line[column] = Math.min(1, Math.max(0, line[column]! + sums[column]!))
  }
}

/** The waves at the pixels' places: their phases across and down a picture, of which the sum is the phase at a pixel. */
function wavesOf(size: number) {
  const along = (k: number) => {
    const phases = Array.from({ length: size }, (_, i) => (k * (i + 0.5)) / size)
    return { cos: phases.map(Math.cos), sin: phases.map(Math.sin) }
  }
  return Array.from({ length: GRAINS }, (_, k) => {
    const angle = (2.399963 * k) % Math.PI
    const turns = 2 + (6 * (k + 0.5)) / GRAINS
    return {
      across: along(2 * Math.PI * turns * Math.cos(angle)),
      down: along(2 * Math.PI * turns * Math.sin(angle)),
    }
  })
}
