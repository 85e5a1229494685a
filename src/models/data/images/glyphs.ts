/**
 * Digits and capital letters as a pen writes them: lines and cubic curves in the unit square, y downwards. A glyph may be
 * written in more than one way; `M` begins a stroke, `L` draws lines, `C` curves with two control points.
 */
import type { Place } from './canvas'

/** One movement of the pen: a polygon of control points, of cubic curves and lines. */
export interface Stroke {
  readonly start: Place
  readonly parts: readonly (readonly Place[])[]
}

/** The ways to write each glyph. */
const GLYPHS: Readonly<Record<string, readonly string[]>> = {
  '0': ['M.5 .05 C.14 .05 .14 .95 .5 .95 C.86 .95 .86 .05 .5 .05'],
  '1': ['M.3 .26 L.54 .05 L.54 .95', 'M.5 .05 L.5 .95'],
  '2': ['M.2 .28 C.2 -.03 .8 -.03 .78 .3 C.77 .52 .35 .7 .2 .95 L.82 .95'],
  '3': [
    'M.2 .15 C.4 -.02 .8 .02 .76 .27 C.74 .45 .55 .47 .42 .47 C.6 .47 .82 .52 .8 .72 C.78 .98 .38 1.02 .18 .84',
    'M.2 .06 L.76 .06 L.45 .42 C.7 .38 .84 .55 .8 .74 C.76 .98 .36 1.02 .18 .85',
  ],
  '4': ['M.62 .05 L.14 .66 L.86 .66 M.64 .38 L.64 .95', 'M.26 .05 L.2 .5 L.78 .5 M.76 .05 L.74 .95'],
  '5': ['M.76 .05 L.3 .05 L.26 .46 C.45 .34 .8 .38 .8 .66 C.8 .95 .4 1.02 .2 .86'],
  '6': ['M.7 .06 C.4 .15 .2 .45 .22 .7 C.24 1.03 .78 1.03 .78 .7 C.78 .42 .34 .4 .24 .66'],
  '7': ['M.18 .06 L.82 .06 C.6 .35 .48 .62 .44 .95', 'M.18 .06 L.82 .06 L.46 .95 M.3 .5 L.74 .5'],
  '8': [
    'M.5 .48 C.14 .4 .2 .05 .5 .05 C.8 .05 .86 .4 .5 .48 C.08 .57 .12 .95 .5 .95 C.88 .95 .92 .57 .5 .48',
  ],
  '9': ['M.76 .32 C.72 .6 .24 .6 .24 .31 C.24 -.03 .76 -.03 .76 .32 C.77 .6 .7 .8 .58 .95'],
  A: ['M.12 .95 L.5 .05 L.88 .95 M.27 .62 L.73 .62'],
  B: ['M.2 .05 L.2 .95 M.2 .05 C.85 .02 .85 .46 .2 .47 C.95 .46 .95 .97 .2 .95'],
  C: ['M.84 .22 C.6 -.1 .12 .02 .14 .5 C.16 .98 .62 1.1 .86 .78'],
  D: ['M.2 .05 L.2 .95 M.2 .05 C1 .05 1 .95 .2 .95'],
  E: ['M.8 .05 L.2 .05 L.2 .95 L.82 .95 M.2 .48 L.68 .48'],
  F: ['M.82 .05 L.2 .05 L.2 .95 M.2 .48 L.7 .48'],
  G: ['M.82 .2 C.56 -.1 .1 .06 .12 .52 C.14 1.02 .68 1.06 .84 .8 L.84 .55 L.55 .55'],
  H: ['M.18 .05 L.18 .95 M.82 .05 L.82 .95 M.18 .5 L.82 .5'],
  I: ['M.5 .05 L.5 .95 M.28 .05 L.72 .05 M.28 .95 L.72 .95'],
  J: ['M.4 .05 L.82 .05 M.66 .05 L.66 .66 C.66 1.05 .2 1.05 .18 .7'],
  K: ['M.2 .05 L.2 .95 M.8 .05 L.2 .55 M.4 .4 L.84 .95'],
  L: ['M.22 .05 L.22 .95 L.82 .95'],
  M: ['M.12 .95 L.18 .05 L.5 .62 L.82 .05 L.88 .95'],
  N: ['M.18 .95 L.18 .05 L.82 .95 L.82 .05'],
  O: ['M.5 .1 C-.02 .1 -.02 .9 .5 .9 C1.02 .9 1.02 .1 .5 .1'],
  P: ['M.2 .95 L.2 .05 C.98 .02 .98 .55 .2 .52'],
  Q: ['M.5 .05 C.02 .05 .02 .88 .5 .88 C.98 .88 .98 .05 .5 .05 M.58 .66 L.88 .98'],
  R: ['M.2 .95 L.2 .05 C.95 .02 .95 .5 .2 .5 M.45 .5 L.84 .95'],
  S: ['M.8 .18 C.62 -.05 .18 .02 .2 .28 C.22 .52 .82 .44 .82 .72 C.82 1.02 .32 1.04 .16 .8'],
  T: ['M.12 .05 L.88 .05 M.5 .05 L.5 .95'],
  U: ['M.18 .05 L.18 .6 C.18 1.08 .82 1.08 .82 .6 L.82 .05'],
  V: ['M.12 .05 L.5 .95 L.88 .05'],
  W: ['M.08 .05 L.28 .95 L.5 .35 L.72 .95 L.92 .05'],
  X: ['M.15 .05 L.85 .95 M.85 .05 L.15 .95'],
  Y: ['M.14 .05 L.5 .5 L.86 .05 M.5 .5 L.5 .95'],
  Z: ['M.16 .05 L.84 .05 L.16 .95 L.84 .95'],
}

/** The ways to write a glyph. @throws RangeError for one that is not known. */
export function glyph(name: string): readonly (readonly Stroke[])[] {
  const ways = Object.hasOwn(GLYPHS, name) ? GLYPHS[name] : undefined
  if (!ways)
    throw new RangeError(
      `glyphs are the digits 0 to 9 and the letters A to Z, each a text, not ${JSON.stringify(name) ?? String(name)}`,
    )
  return ways.map(strokes)
}

function strokes(path: string): Stroke[] {
  return path
    .split('M')
    .slice(1)
    .map((stroke) => {
      const [start = '', ...parts] = stroke.trim().split(/(?=[LC])/)
      return { start: places(start)[0]!, parts: parts.map((part) => places(part.slice(1))) }
    })
}

function places(text: string): Place[] {
  const numbers = text.trim().split(/\s+/).map(Number)
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!])
}

/** How many points stand for a curve. */
const PIECES = 10

/** The points that a stroke goes through, after its control points were moved. */
export function flattened({ start, parts }: Stroke, move: (place: Place) => Place): Place[] {
  let from = move(start)
  const points = [from]
  for (const part of parts) {
    const moved = part.map(move)
    if (moved.length === 3) points.push(...curve(from, moved[0]!, moved[1]!, moved[2]!))
    else points.push(...moved)
    from = points.at(-1)!
  }
  return points
}

/** Points of a cubic Bézier curve, without its first. */
function curve(a: Place, b: Place, c: Place, d: Place): Place[] {
  return Array.from({ length: PIECES }, (_, i) => {
    const t = (i + 1) / PIECES
    const s = 1 - t
    const weights = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t] as const
    const at = (axis: 0 | 1): number =>
      weights[0] * a[axis] + weights[1] * b[axis] + weights[2] * c[axis] + weights[3] * d[axis]
    return [at(0), at(1)]
  })
}
