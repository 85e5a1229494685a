import { padFigure, figureBundle, FigureError, MOST_DRAWN, type DrawnPoint } from '../../../renderers/figures'
import { markShown } from '../../display/display'
import { preview, PREVIEW } from '../../display/preview'
import { withHidden } from '../controls/hidden'
import type { Json } from '../../protocol'
import { controlHost } from '../../session/controls'
import { intervals, type Rectangle } from './grid'

/** A point of the plane. */
export type PlanePoint = readonly [number, number]

export interface PadOptions {
  /** The square or rectangle to draw in. Default [−3, 3]. */
  readonly range?: Rectangle
  readonly title?: string
  /** Names of classes; each point gets the one that is chosen when it is drawn. */
  readonly classes?: readonly string[]
  /** Points that are there at first. */
  readonly points?: readonly PlanePoint[]
  /** The number of each point's class. Default: the first class. */
  readonly labels?: readonly number[]
}

/** A data set that a person draws. */
export interface Pad {
  /** The points that are drawn by now. A live picture that reads them follows the pen. */
  readonly points: readonly PlanePoint[]
  /** The number of each point's class, from 0. */
  readonly labels: readonly number[]
  /**
   * Waits until the person says that the points are to be used.
   *
   * @throws Error where nobody is there to draw, and no points were given.
   */
  done(): Promise<readonly PlanePoint[]>
}

/**
 * A plane to draw points on, by mouse, finger or keyboard, with pen, spray and eraser.
 *
 * ```ts
 * const drawn = plot.pad({ classes: ['inner', 'outer'] })
 * live(() => plot.samples(drawn.points))                      // follows the pen
 * data.points(await drawn.done(), { labels: drawn.labels })   // waits for the person
 * ```
 *
 * Below it the points stand as text, to be given as `points`: a cell that is run again starts with those.
 *
 * @throws TypeError where the range or the classes make no sense; FigureError where points do not fit.
 */
export function pad({ range = [-3, 3], title, classes, ...first }: PadOptions = {}): Pad {
  const [x, y] = intervals(range, 'plot.pad')
  if (
    classes !== undefined &&
    !(Array.isArray(classes) && classes.length && classes.every((name) => typeof name === 'string'))
  )
    throw new TypeError(`plot.pad: classes must be a list of names, not ${preview(classes)}`)
  const most = classes?.length ?? 1
  const host = controlHost()
  const id = host.name()
  let points = initial(first, most)
  let awaited: PromiseWithResolvers<void> | undefined
  const place = host.place(() =>
    figureBundle(
      padFigure({
        x,
        y,
        ...(title !== undefined && { title }),
        ...(classes && { classes }),
        points,
        control: id,
        awaited: awaited !== undefined,
      }),
    ),
  )
  host.declare({
    id,
    label: title ?? 'points',
    show: () => place.show(),
    describe: () => `${points.length.toLocaleString('en-US')} drawn`,
    take(value) {
      const drawn = read(value, most)
      if (!drawn) return false
      const same = JSON.stringify(drawn.points) === JSON.stringify(points)
      points = drawn.points
      if (drawn.done) {
        awaited?.resolve()
        awaited = undefined
      }
      return !same
    },
  })
  const pairs = () => points.map(({ x, y }): PlanePoint => [x, y])
  const about = {
    [Symbol.toStringTag]: 'Pad',
    [PREVIEW]: () => `${points.length.toLocaleString('en-US')} points`,
    get points() {
      host.read(id)
      return pairs()
    },
    get labels() {
      host.read(id)
      return points.map(({ label }) => label)
    },
    async done() {
      if (host.attended()) {
        awaited ??= Promise.withResolvers<void>()
        place.show()
        await awaited.promise
      } else if (!points.length)
        throw new Error(
          'plot.pad: nobody is here to draw. Give it points, such as plot.pad({ points: [[0, 1]] }), or run the cell in the editor.',
        )
      return pairs()
    },
  }
  return markShown(withHidden<Pad>(about))
}

function initial({ points = [], labels = [] }: PadOptions, classes: number): readonly DrawnPoint[] {
  if (points.length > MOST_DRAWN)
    throw new FigureError(`plot.pad holds at most ${MOST_DRAWN} points, not ${points.length}.`)
  const drawn = read(
    { points: points as unknown as Json, labels: points.map((_, i) => labels[i] ?? 0) },
    classes,
  )
  if (!drawn)
    throw new FigureError(
      `plot.pad: points are pairs of numbers, such as [[0, 1]], with labels from 0 to ${classes - 1}; not ${preview(points)}`,
    )
  return drawn.points
}

/** What the renderer says was drawn; nothing where it is something else. */
function read(value: Json, classes: number): { points: readonly DrawnPoint[]; done: boolean } | undefined {
  if (typeof value !== 'object' || value === null || !('points' in value) || !('labels' in value))
    return undefined
  const { points, labels } = value
  if (!Array.isArray(points) || !Array.isArray(labels) || points.length > MOST_DRAWN) return undefined
  const drawn: DrawnPoint[] = []
  for (const [i, pair] of points.entries()) {
    const label: unknown = labels[i]
    if (
      !isPair(pair) ||
      !(typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < classes)
    )
      return undefined
    drawn.push({ x: pair[0], y: pair[1], label })
  }
  return { points: drawn, done: 'done' in value && value.done === true }
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite)
}
