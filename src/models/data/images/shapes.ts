/**
 * Pictures of coloured shapes on a dark ground, with what can be said of them: shapes, colours, sizes, places and a caption
 * that is true. Channels are red, green and blue in [−1, 1].
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../../tensor'
import type { ConditionedData, ConditionedDraw } from '../conditioned'
import { expectCount } from '../data'
import { Canvas, type Place } from './canvas'
import {
  captionOf,
  COLOURS,
  encodeCaptions,
  RELATIONS,
  SHAPES,
  SIZES,
  CAPTION_LENGTH,
  type Statement,
  type Thing,
} from './captions'
import { expectSize, rolls, type Dice } from './pictures'

/** A thing in its place. */
export interface PlacedThing extends Thing {
  /** Its middle, in [0, 1], x to the right and y downwards. */
  readonly place: Place
  /** From its middle to its edge, as a share of the picture's width. */
  readonly radius: number
}

/** What a picture shows. */
export interface Scene extends Statement {
  readonly things: readonly [PlacedThing] | readonly [PlacedThing, PlacedThing]
  readonly caption: string
}

export interface ShapesOptions {
  /** Height and width in pixels, from 8 on. Default 16. */
  readonly size?: number
  /** How many things a picture shows: 1, 2 or `'any'`, either as often. Default 1. */
  readonly things?: 1 | 2 | 'any'
}

/** Pictures with captions. */
export interface Shapes extends ConditionedData<tf.Tensor4D> {
  /** The names of the classes that `drawLabelled` tells: the shape of the first thing. */
  readonly classes: readonly string[]
  drawLabelled(n: number, stream?: RandomStream): { readonly x: tf.Tensor4D; readonly labels: Int32Array }
  /** Pictures with all that is known of them. */
  drawScenes(n: number, stream?: RandomStream): { readonly x: tf.Tensor4D; readonly scenes: readonly Scene[] }
  /** One picture of each statement, things placed at random where it holds. */
  show(
    statements: readonly Statement[],
    stream?: RandomStream,
  ): { readonly x: tf.Tensor4D; readonly scenes: readonly Scene[] }
}

/** @returns pictures of shape [size, size, 3]; the condition `caption` is tokens of shape [n, 9]. */
export function shapes({ size = 16, things = 1 }: ShapesOptions = {}): Shapes {
  expectSize('shapes', size)
  if (things !== 1 && things !== 2 && things !== 'any')
    throw new RangeError(`shapes: things must be 1, 2 or 'any', but is ${String(things)}`)
  const shape = [size, size, 3] as const

  const painted = (n: number, stream: RandomStream, stated?: readonly Statement[]) => {
    expectCount(n)
    const dice = rolls(n, { uniforms: 16, normals: 0 }, stream)
    const pixels = new Float32Array(n * size * size * 3)
    const scenes = Array.from({ length: n }, (_, i) => {
      const mine = dice(i)
      const scene = place(stated?.[i] ?? statement(mine, things), mine)
      paint(pixels.subarray(i * size * size * 3, (i + 1) * size * size * 3), size, scene)
      return scene
    })
    return { x: tf.tensor4d(pixels, [n, ...shape]), scenes }
  }
  const drawScenes: Shapes['drawScenes'] = (n, stream = currentStream()) => painted(n, stream)
  return {
    name: 'shapes',
    shape,
    classes: SHAPES,
    drawScenes,
    draw: (n, stream) => drawScenes(n, stream).x,
    drawLabelled(n, stream) {
      const { x, scenes } = drawScenes(n, stream)
      return { x, labels: Int32Array.from(scenes, ({ things }) => SHAPES.indexOf(things[0].shape)) }
    },
    drawConditioned(n, stream): ConditionedDraw<tf.Tensor4D> {
      const { x, scenes } = drawScenes(n, stream)
      const tokens = encodeCaptions(scenes.map(({ caption }) => caption))
      return { x, condition: { caption: tf.tensor2d(tokens, [n, CAPTION_LENGTH], 'int32') } }
    },
    show: (statements, stream = currentStream()) => painted(statements.length, stream, statements),
  }
}

function statement(dice: Dice, count: 1 | 2 | 'any'): Statement {
  const pick = <T>(of: readonly T[]): T => of[dice.integer(of.length)]!
  const thing = (): Thing => ({ size: pick(SIZES), colour: pick(COLOURS), shape: pick(SHAPES) })
  const two = count === 2 || (count === 'any' && dice.uniform() < 0.5)
  return two ? { things: [thing(), thing()], relation: pick(RELATIONS) } : { things: [thing()] }
}

/** Smallest and largest radius of a size. */
export const RADIUS: Readonly<Record<Thing['size'], readonly [number, number]>> = {
  small: [0.11, 0.14],
  large: [0.19, 0.22],
}

/** Puts things where the statement is true: one anywhere, two on either side of the middle. */
function place(stated: Statement, dice: Dice): Scene {
  const { relation, things } = stated
  const placed = things.map((thing, k): PlacedThing => {
    const radius = dice.uniform(...RADIUS[thing.size])
    const [u, v] = [dice.uniform(radius, 1 - radius), dice.uniform(radius, 1 - radius)]
    // The half of the picture that the thing keeps to, so that the two never touch.
    const half = k
      ? 0.75 + (0.25 - radius) * (2 * ((u - radius) / (1 - 2 * radius)) - 1)
      : 0.25 + (0.25 - radius) * (2 * ((u - radius) / (1 - 2 * radius)) - 1)
    const at: Place = relation === 'left of' ? [half, v] : relation === 'above' ? [v, half] : [u, v]
    return { ...thing, radius, place: at }
  })
  return {
    ...(relation && { relation }),
    things: placed as [PlacedThing] | [PlacedThing, PlacedThing],
    caption: captionOf(stated),
  }
}

/** Red, green and blue of each colour in [0, 1]. */
export const RGB: Readonly<Record<Thing['colour'], readonly [number, number, number]>> = {
  red: [0.9, 0.15, 0.15],
  green: [0.15, 0.8, 0.25],
  blue: [0.2, 0.35, 0.95],
  yellow: [0.95, 0.85, 0.15],
}

function paint(pixels: Float32Array, size: number, { things }: Scene): void {
  const light = new Float32Array(pixels.length)
  for (const thing of things) {
    const covered = outline(thing, size)
    const colour = RGB[thing.colour]
    for (let p = 0; p < size * size; p++)
      for (let c = 0; c < 3; c++)
        light[3 * p + c] = light[3 * p + c]! * (1 - covered[p]!) + covered[p]! * colour[c]!
  }
  for (let i = 0; i < pixels.length; i++) pixels[i] = 2 * light[i]! - 1
}

/** How much of each pixel a thing covers. */
export function outline({ shape, place: [x, y], radius }: PlacedThing, size: number): Float32Array {
  const canvas = new Canvas(size)
  const margin = radius + 1 / size
  const box = { left: x - margin, right: x + margin, top: y - margin, bottom: y + margin }
  const [cx, cy, r] = [x * size, y * size, radius * size]
  switch (shape) {
    case 'circle':
      canvas.fill(box, (px, py) => r - Math.hypot(px - cx, py - cy))
      break
    case 'square':
      canvas.fill(box, (px, py) => 0.89 * r - Math.max(Math.abs(px - cx), Math.abs(py - cy)))
      break
    case 'triangle':
      // Its tip is up; its sides lean by half its height.
      canvas.fill(box, (px, py) =>
        Math.min(r - (py - cy), (r + (py - cy)) / Math.sqrt(5) - (2 * Math.abs(px - cx)) / Math.sqrt(5)),
      )
      break
  }
  return canvas.covered
}
