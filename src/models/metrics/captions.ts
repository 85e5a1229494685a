/** Whether pictures show what captions say, by measuring the pictures; no network judges. */
import type * as tf from '@tensorflow/tfjs'
import { parseCaption, type Statement } from '../data/images/captions'
import { measureScenes, relationHolds, type MeasuredScene } from '../data/images/measure'
import type { PlacedThing } from '../data/images/shapes'
import type { Estimate } from './estimate'

/** Shares of pictures that are right; `value` is the share in which all of the caption is. */
export interface CaptionAccuracy extends Estimate {
  /** Pictures with as many things as the caption names. */
  readonly things: Estimate
  /** Things of the captions that are there with this size, this colour, this shape. */
  readonly size: Estimate
  readonly colour: Estimate
  readonly shape: Estimate
  /** Pictures, of those with a relation to show, in which it holds; NaN where there are none. */
  readonly relation: Estimate
  /** Whether each picture shows all that its caption says. */
  readonly each: readonly boolean[]
}

/**
 * How well pictures of coloured shapes show what captions say. A picture in which other than one or two things of the language are found
 * shows nothing of its caption.
 *
 * @param x pictures of shape [n, size, size, 3].
 * @param captions one for each picture, or one for all.
 * @returns shares with binomial standard errors; that of `value` is of pictures that are right in everything.
 * @throws SyntaxError for a caption that is not of the language, RangeError where numbers or shapes do not fit.
 */
export async function captionAccuracy(
  x: tf.Tensor,
  captions: string | readonly string[],
): Promise<CaptionAccuracy> {
  const n = x.shape[0]
  const given = typeof captions === 'string' ? Array.from({ length: n }, () => captions) : captions
  if (given.length !== n)
    throw new RangeError(`captionAccuracy: there are ${n} pictures but ${given.length} captions`)
  if (n === 0) throw new RangeError('captionAccuracy: there are no pictures')
  const statements = given.map(parseCaption)
  const scenes = await measureScenes(x)
  const verdicts = scenes.map((scene, i) => judged(scene, statements[i]!, x.shape[1]!))
  const ofThings = (attribute: 'size' | 'colour' | 'shape'): Estimate =>
    share(verdicts.flatMap((verdict) => verdict.attributes.map((right) => right[attribute])))
  const each = verdicts.map(({ whole }) => whole)
  return {
    ...share(each),
    things: share(verdicts.map(({ things }) => things)),
    size: ofThings('size'),
    colour: ofThings('colour'),
    shape: ofThings('shape'),
    relation: share(verdicts.flatMap(({ relation }) => relation ?? [])),
    each,
  }
}

interface Verdict {
  readonly whole: boolean
  readonly things: boolean
  /** For each thing that the caption names. */
  readonly attributes: readonly {
    readonly size: boolean
    readonly colour: boolean
    readonly shape: boolean
  }[]
  /** Absent where the caption has none. */
  readonly relation?: boolean
}

/** The verdict in the order of things that speaks best for the picture. */
function judged({ things }: MeasuredScene, statement: Statement, size: number): Verdict {
  const orders: (readonly PlacedThing[])[] =
    things.length === 2 ? [things, [things[1]!, things[0]!]] : [things]
  const verdicts = orders.map((order) => verdict(order, statement, size))
  return verdicts.reduce((best, other) => (score(other) > score(best) ? other : best))
}

function verdict(found: readonly PlacedThing[], { things, relation }: Statement, size: number): Verdict {
  const count = found.length === things.length
  const attributes = things.map((thing, k) => ({
    size: found[k]?.size === thing.size,
    colour: found[k]?.colour === thing.colour,
    shape: found[k]?.shape === thing.shape,
  }))
  const [a, b] = found
  const related = relation && Boolean(a && b && relationHolds(relation, [a, b], size))
  const right = attributes.every((each) => each.size && each.colour && each.shape)
  return {
    whole: count && right && related !== false,
    things: count,
    attributes,
    ...(related !== undefined && { relation: related }),
  }
}

function score({ attributes, relation }: Verdict): number {
  const right = attributes.reduce(
    (sum, each) => sum + Number(each.size) + Number(each.colour) + Number(each.shape),
    0,
  )
  return right + Number(relation ?? 0)
}

/** A share with its binomial standard error. */
function share(right: readonly boolean[]): Estimate {
  const value = right.filter(Boolean).length / right.length
  return { value, standardError: Math.sqrt((value * (1 - value)) / right.length), method: 'analytic' }
}
