/** What the rows and columns of a sheet of pictures stand for, and frames around those of its pictures that ask for a second look. */
import { FigureError, type Attributes, type Json } from './figure'
import { axisTitle, escape } from './style'

/** Names of rows or columns, in their order, and what they are. */
export interface Headings {
  /** What they are, such as `γ` or `seed`. Default: nothing. */
  readonly title?: string
  readonly names: readonly (string | number)[]
}

/** About how wide a letter of a heading is, and what a title takes, in pixels of the screen. */
const [LETTER, TITLE] = [6.6, 22]
/** Between a heading and its pictures. */
const GAP = 10

/** @throws FigureError unless there is a name for each of `count`. */
export function expectHeadings(what: 'across' | 'down', { names }: Headings, count: number): void {
  if (names.length !== count)
    throw new FigureError(
      `${what} names ${names.length} ${what === 'across' ? 'columns' : 'rows'}, but there are ${count}.`,
    )
}

/** Room for names of rows, left of them, in pixels of the screen. */
export function roomBeside({ title, names }: Headings): number {
  return Math.ceil(LETTER * Math.max(...names.map((name) => String(name).length)) + GAP + (title ? TITLE : 0))
}

/** Room for names of columns, above them, in pixels of the screen. */
export function roomAbove({ title }: Headings): number {
  return 20 + (title ? TITLE : 0)
}

/**
 * An axis that carries the names.
 *
 * @param first middle of the first row or column. @param step from one to the next.
 */
export function namedAxis({ title, names }: Headings, first: number, step: number): Attributes {
  return {
    showgrid: false,
    zeroline: false,
    ticks: '',
    showticklabels: true,
    tickmode: 'array',
    tickvals: names.map((_, i) => first + i * step),
    ticktext: names.map((name) => escape(String(name))),
    tickfont: { size: 12 },
    ...(title && { title: axisTitle(title) }),
  }
}

/** A frame that stands out on dark and on light, and between pictures of either. */
export function frame(
  i: string,
  [left, top]: readonly [number, number],
  [width, height]: readonly [number, number],
): Json {
  return {
    type: 'rect',
    xref: `x${i}`,
    yref: `y${i}`,
    x0: left - 0.75,
    x1: left + width - 0.25,
    y0: top - 0.75,
    y1: top + height - 0.25,
    line: { color: '#d9691a', width: 2 },
  }
}
