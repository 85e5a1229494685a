/**
 * What a picture of coloured shapes shows, by measuring it: things are painted anew until they fit best,
 *
 *   min over things of ‖picture − painted(things)‖²,
 *
 * one thing in the whole picture, or one in each half of it, as `data.shapes` places them. Colour, area and middle of what is bright give a
 * first guess for each shape, and small moves improve it. No network is asked, so this can judge what networks have painted.
 */
import type * as tf from '@tensorflow/tfjs'
import { COLOURS, SHAPES, type RELATIONS, type Thing } from './captions'
import { outline, RADIUS, RGB, type PlacedThing } from './shapes'

/** What was found in a picture. */
export interface MeasuredScene {
  /** None where nothing is bright enough, or where what is there is no one or two things. */
  readonly things: readonly PlacedThing[]
  /** Squared difference between the picture and the things painted anew, as a share of that of a small thing and nothing. */
  readonly unexplained: number
}

/** What is left over may be half of a small thing; more is a thing too many, or no thing that has a name. */
const MOST_UNEXPLAINED = 0.5
/** Less than this is left over of true pictures: nothing else need be tried. */
const EXPLAINED = 0.02

/**
 * @param x pictures of shape [n, size, size, 3], in [−1, 1].
 * @throws RangeError for another shape.
 */
export async function measureScenes(x: tf.Tensor): Promise<readonly MeasuredScene[]> {
  const [n = 0, size = 0, width, channels] = x.shape
  if (x.rank !== 4 || size !== width || channels !== 3 || size < 8)
    throw new RangeError(
      `pictures of coloured shapes have the shape [n, size, size, 3] with a size from 8 on, but these have [${x.shape.join(', ')}]`,
    )
  const values = await x.data()
  const each = size * size * 3
  return Array.from({ length: n }, (_, i) =>
    measured(
      Float64Array.from(values.subarray(i * each, (i + 1) * each), (v) =>
        Math.min(1, Math.max(0, (v + 1) / 2)),
      ),
      size,
    ),
  )
}

/** Whether a statement's relation holds: the first thing ends, to a pixel, before the second begins. */
export function relationHolds(
  relation: (typeof RELATIONS)[number],
  [a, b]: readonly [PlacedThing, PlacedThing],
  size: number,
): boolean {
  const axis = relation === 'left of' ? 0 : 1
  return b.place[axis] - b.radius - (a.place[axis] + a.radius) > -1 / size
}

/** The parts that a picture may be divided into, one thing in each. */
const DIVISIONS: readonly (readonly ((row: number, column: number) => boolean)[])[] = [
  [() => true],
  [(_, column) => column < 0.5, (_, column) => column >= 0.5],
  [(row) => row < 0.5, (row) => row >= 0.5],
]

function measured(light: Float64Array, size: number): MeasuredScene {
  let best: Fit[] = []
  let least = Infinity
  // Of a small square, about as bright as most.
  const small = (1.78 * RADIUS.small[0] * size) ** 2
  for (const division of DIVISIONS) {
    const fits = division.map((within) => fitted(light, size, within))
    if (fits.some((fit) => !fit)) continue
    const error = fits.reduce((sum, fit) => sum + fit!.error, 0)
    if (error < least) [best, least] = [fits as Fit[], error]
    if (least < EXPLAINED * small) break
  }
  const unexplained = (best.length ? least : energy(light)) / small
  return { things: unexplained <= MOST_UNEXPLAINED ? best.map(({ thing }) => thing) : [], unexplained }
}

interface Fit {
  readonly thing: PlacedThing
  readonly error: number
}

/** The thing that fits best into a part of a picture; undefined where less is bright than half a small thing. */
function fitted(
  light: Float64Array,
  size: number,
  within: (row: number, column: number) => boolean,
): Fit | undefined {
  const part = light.map((v, i) => {
    const pixel = Math.floor(i / 3)
    return within((Math.floor(pixel / size) + 0.5) / size, ((pixel % size) + 0.5) / size) ? v : 0
  })
  const colour = colourOf(part)
  const { area, x, y } = momentsOf(part, size, colour)
  if (area < RADIUS.small[0] ** 2) return undefined
  let best: Fit | undefined
  for (const shape of SHAPES) {
    const radius = Math.sqrt(area / AREA[shape])
    const start = [x, shape === 'triangle' ? y - radius / 3 : y, radius] as const
    const fit = moved(part, size, { shape, colour }, start)
    if (!best || fit.error < best.error) best = fit
  }
  return best
}

/** Area of a shape of radius one. */
const AREA: Readonly<Record<Thing['shape'], number>> = { circle: Math.PI, square: 1.78 ** 2, triangle: 2 }

/** Steps in pixels by which a guess is moved, until none makes it better. */
const MOVES = [0.5, 0.25, 0.1]

/** Betters a place and a radius, one number at a time. */
function moved(
  part: Float64Array,
  size: number,
  { shape, colour }: Pick<Thing, 'shape' | 'colour'>,
  start: readonly [x: number, y: number, radius: number],
): Fit {
  const thingOf = ([x, y, radius]: readonly number[]): PlacedThing => ({
    ...{ shape, colour, place: [x!, y!], radius: radius! },
    size: radius! < (RADIUS.small[1] + RADIUS.large[0]) / 2 ? 'small' : 'large',
  })
  const rgb = RGB[colour]
  const bright = square(rgb)
  const [all, likeness] = [energy(part), dots(part, rgb)]
  // ‖part − c rgb‖² = ‖part‖² + Σ c² ‖rgb‖² − 2 c ⟨part, rgb⟩, where something is covered.
  const errorOf = (at: readonly number[]): number =>
    outline(thingOf(at), size).reduce(
      (sum, c, p) => (c ? sum + c * (c * bright - 2 * likeness[p]!) : sum),
      all,
    )
  let at: readonly number[] = start
  let error = errorOf(at)
  for (const move of MOVES)
    for (let better = true; better;) {
      better = false
      for (let k = 0; k < 3; k++)
        for (const sign of [-1, 1]) {
          const next = at.map((v, i) => (i === k ? v + (sign * move) / size : v))
          if (!(next[2]! > 0)) continue
          const found = errorOf(next)
          if (found < error - 1e-9) [at, error, better] = [next, found, true]
        }
    }
  return { thing: thingOf(at), error }
}

/** The colour whose direction is nearest to that of all light together. */
function colourOf(part: Float64Array): Thing['colour'] {
  const sums = [0, 0, 0]
  // Squares, since what is dim tells little of a colour.
  for (let i = 0; i < part.length; i++) sums[i % 3]! += part[i]! ** 2
  const likeness = (colour: Thing['colour']): number => {
    const squares = RGB[colour].map((v) => v ** 2)
    return squares.reduce((dot, v, c) => dot + v * sums[c]!, 0) / Math.hypot(...squares)
  }
  return COLOURS.reduce((best, colour) => (likeness(colour) > likeness(best) ? colour : best))
}

/** How much of a part a colour covers, as a share of the picture, and the middle of that. */
function momentsOf(part: Float64Array, size: number, colour: Thing['colour']) {
  const bright = square(RGB[colour])
  let [mass, x, y] = [0, 0, 0]
  for (const [p, likeness] of dots(part, RGB[colour]).entries()) {
    const covered = Math.min(1, likeness / bright)
    // Faint light everywhere would move the middle.
    if (covered < 0.1) continue
    mass += covered
    x += covered * (((p % size) + 0.5) / size)
    y += covered * ((Math.floor(p / size) + 0.5) / size)
  }
  return { area: mass / size ** 2, x: x / mass, y: y / mass }
}

/** ⟨light, rgb⟩ of each pixel. */
function dots(light: Float64Array, [r, g, b]: readonly [number, number, number]): Float64Array {
  return Float64Array.from(
    { length: light.length / 3 },
    (_, p) => light[3 * p]! * r + light[3 * p + 1]! * g + light[3 * p + 2]! * b,
  )
}

function square(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v * v, 0)
}

function energy(light: Float64Array): number {
  return light.reduce((sum, v) => sum + v * v, 0)
}
