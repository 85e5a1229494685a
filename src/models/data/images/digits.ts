/**
 * Handwriting: digits and capital letters written with a jittered pen. Every picture is new, and its class is known.
 *
 * A glyph's control points move a little each; the whole is sheared, turned, scaled and shifted; the pen's width changes from
 * picture to picture. Ink is 1, paper −1.
 */
import type * as tf from '@tensorflow/tfjs'
import type { LabelledData } from '../data'
import { expectNotNegative } from '../law'
import { Canvas, type Place } from './canvas'
import { flattened, glyph } from './glyphs'
import { expectSize, pictures, type Dice } from './pictures'

export interface WritingOptions {
  /** Height and width in pixels, from 8 on. Default 28. */
  readonly size?: number
  /** How untidy the hand is: 0 writes every glyph alike, 1, the default, like many people. */
  readonly jitter?: number
  /** Standard deviation of noise on every pixel, not negative. Default 0. */
  readonly noise?: number
}

/** The ten digits, of shape [size, size, 1]; label k is the digit k. */
export function digits(options: WritingOptions = {}): LabelledData<tf.Tensor4D> {
  return written('digits', '0123456789', options)
}

/**
 * Capital letters, of shape [size, size, 1].
 *
 * @param options.of which letters (or digits) there are. Default: all 26.
 */
export function letters({
  of = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ...options
}: WritingOptions & { readonly of?: string } = {}): LabelledData<tf.Tensor4D> {
  return written('letters', of, options)
}

const CONTROL_POINTS = 24

function written(
  name: string,
  of: string,
  { size = 28, jitter = 1, noise = 0 }: WritingOptions,
): LabelledData<tf.Tensor4D> {
  expectSize(name, size)
  expectNotNegative(name, 'jitter', jitter)
  expectNotNegative(name, 'noise', noise)
  // Cells are not type-checked before they run.
  if (typeof (of as unknown) !== 'string' || !of)
    throw new RangeError(`${name}: of must be a text of at least one letter or digit`)
  const classes = [...new Set(of)]
  const glyphs = classes.map(glyph)
  return pictures({
    name,
    shape: [size, size, 1],
    classes,
    numbers: { uniforms: 2, normals: 2 * CONTROL_POINTS + 6 + (noise ? size * size : 0) },
    paint(pixels, label, dice) {
      const canvas = new Canvas(size)
      const ways = glyphs[label]!
      const way = ways[dice.integer(ways.length)]!
      const width = dice.uniform(0.065, 0.065 + 0.045 * Math.min(1, jitter))
      const place = hand(dice, jitter)
      for (const stroke of way) canvas.line(flattened(stroke, place), width)
      for (const [i, covered] of canvas.covered.entries())
        pixels[i] = 2 * covered - 1 + (noise ? dice.normal(noise) : 0)
    },
  })
}

/** Where a hand puts the points of a glyph. */
function hand(dice: Dice, jitter: number): (place: Place) => Place {
  const turn = dice.normal(0.1 * jitter)
  const shear = dice.normal(0.14 * jitter)
  const [wide, high] = [Math.exp(dice.normal(0.09 * jitter)), Math.exp(dice.normal(0.06 * jitter))]
  const [right, down] = [dice.normal(0.025 * jitter), dice.normal(0.025 * jitter)]
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  return ([x, y]) => {
    const u = wide * (x - 0.5 + dice.normal(0.025 * jitter) - shear * (y - 0.5))
    const v = high * (y - 0.5 + dice.normal(0.025 * jitter))
    return [0.5 + right + WIDTH * (cos * u - sin * v), 0.5 + down + HEIGHT * (sin * u + cos * v)]
  }
}

/** The share of the picture that a glyph takes. */
const WIDTH = 0.58
const HEIGHT = 0.7
