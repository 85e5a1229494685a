/** Reconstructions beside the truth: a row for each picture, and below it a row of what each reconstruction gets wrong. */
import { FigureError, type Figure } from './figure'
import { imagesFigure } from './images'
import { short } from './numbers'

/** One way to reconstruct, or another map of each picture, such as how much samples differ. */
export interface Reconstructed {
  readonly name: string
  /** Row-major numbers of all pictures, of the truth's shape. */
  readonly pixels: ArrayLike<number>
  /** What stands below each picture, such as its error in decibels. */
  readonly labels?: readonly string[]
  /** No reconstruction: it is drawn as it is, in the scale of the errors. */
  readonly map?: boolean
}

export interface ReconstructionsOptions {
  readonly title?: string
  readonly subtitle?: string
  /** What is black and what is white. Default [0, 1]. */
  readonly range?: readonly [low: number, high: number]
  /** How large a pixel is drawn at most, in pixels of the screen. Default 10. */
  readonly zoom?: number
}

/** Errors beyond this quantile of them all may be white, so that those of the worst do not leave the others black. */
const BRIGHT = 0.95

/**
 * @param shape [n, height, width, channels] of the truth. @param truth its numbers.
 * @throws FigureError where a reconstruction has another size.
 */
export function reconstructionsFigure(
  shape: readonly number[],
  truth: ArrayLike<number>,
  reconstructions: readonly Reconstructed[],
  { title = 'Reconstructions', subtitle, range = [0, 1], ...options }: ReconstructionsOptions = {},
): Figure {
  const [n = 0] = shape
  const size = truth.length / n
  for (const { name, pixels } of reconstructions)
    if (pixels.length !== truth.length)
      throw new FigureError(`${name} has ${pixels.length} numbers, but the truth has ${truth.length}.`)
  const [low, high] = range
  const errorOf = ({ pixels, map }: Reconstructed, k: number): number =>
    map ? pixels[k]! : Math.abs(pixels[k]! - truth[k]!)
  const gain = gainOf(
    reconstructions.flatMap((each) => Array.from(truth, (_, k) => errorOf(each, k))),
    high - low,
  )
  const columns = reconstructions.length + 1
  const sheet = new Float64Array(2 * n * columns * size)
  const labels: string[] = []
  // The truth has no error, and a map no picture, only its place among the errors.
  const maps = reconstructions.map(({ map }) => Boolean(map))
  const empty = Array.from({ length: n }, () => [false, ...maps, true, ...maps.map(() => false)]).flat()
  const put = (row: number, column: number, value: (k: number) => number): void => {
    const at = (row * columns + column) * size
    for (let k = 0; k < size; k++) sheet[at + k] = value(k)
  }
  for (let i = 0; i < n; i++) {
    const from = i * size
    put(2 * i, 0, (k) => truth[from + k]!)
    labels.push('', ...reconstructions.map(({ labels }) => labels?.[i] ?? ''))
    for (const [j, each] of reconstructions.entries()) {
      put(2 * i, j + 1, (k) => each.pixels[from + k]!)
      put(2 * i + 1, j + 1, (k) => low + gain * errorOf(each, from + k))
    }
    labels.push(...Array.from({ length: columns }, () => ''))
  }
  const below = `below: errors, ${short(gain)} times as bright`
  return imagesFigure(
    [{ name: title, pixels: sheet, shape: [2 * n * columns, ...shape.slice(1)], labels, empty }],
    {
      ...{
        title,
        subtitle: subtitle ? `${subtitle} · ${below}` : below,
        range,
        columns,
        most: 2 * n * columns,
      },
      across: { names: ['truth', ...reconstructions.map(({ name }) => name)] },
      ...options,
    },
  )
}

/** By which errors are multiplied to be seen: 1, 2 or 5 times a power of ten, at least 1. */
function gainOf(errors: number[], width: number): number {
  const sorted = errors.filter(Number.isFinite).sort((a, b) => a - b)
  const bright = sorted[Math.floor(BRIGHT * (sorted.length - 1))] ?? 0
  if (!(bright > 0)) return 1
  const most = width / bright
  const power = 10 ** Math.floor(Math.log10(most))
  return Math.max(1, power * ([5, 2, 1].find((factor) => factor * power <= most) ?? 1))
}
