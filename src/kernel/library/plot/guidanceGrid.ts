import * as tf from '@tensorflow/tfjs'
import { currentStream, RandomStream } from '../../../tensor'
import { sample, type Classifier, type Sampler } from '../../../models'
import { imagesFigure, type ImagesOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw } from './draw'
import { readTensor } from './points'

export interface GuidanceGridOptions extends Omit<ImagesOptions, 'columns' | 'across' | 'down' | 'most'> {
  /** γ of each column. Default 0, 1, 2 and 4. */
  readonly scales?: readonly number[]
  /** The class that each row asks for. */
  readonly classes: ArrayLike<number>
  /** Says of which class each picture is, and how sure it is: a classifier of clean pictures that guides nothing. */
  readonly judge?: Classifier
  /** What γ is called, where something else is varied. Default γ. */
  readonly setting?: string
}

/**
 * Guidance by seed: in each row samples that start from the same noise and ask for the same class, in each column those of one γ. A judge's verdict
 * stands below each; where it is another class, the picture has a frame.
 *
 * @param sampler γ and the classes of the rows ↦ a sampler, such as
 *   `(scale, y) => ddim(classifierFree(model, { class: y }, { scale }), { steps: 20 })`.
 * @throws TypeError where it is no such function, or there are no classes.
 */
export function guidanceGrid(
  sampler: (scale: number, classes: number[]) => Sampler,
  { scales = [0, 1, 2, 4], classes, judge, setting = 'γ', ...options }: GuidanceGridOptions,
): Promise<DisplayHandle> {
  const given: unknown = sampler
  if (typeof given !== 'function' || 'times' in given)
    throw new TypeError(
      `plot.guidanceGrid takes a function of γ and the classes, such as (scale, y) => ddim(classifierFree(model, { class: y }, { scale })); not ${preview(given, { depth: 0 })}`,
    )
  const wanted = Array.from<number>(classes ?? [])
  if (!wanted.length || !wanted.every(Number.isSafeInteger))
    throw new TypeError(
      `plot.guidanceGrid: classes must be whole numbers, one for each row, such as [3, 3, 7]; not ${preview(classes)}`,
    )
  // A list that is read-only is narrowed to one of anything.
  const list: unknown = scales
  if (!Array.isArray(list) || !scales.length || !scales.every(Number.isFinite))
    throw new TypeError(
      `plot.guidanceGrid: scales must be numbers, one for each column, such as [0, 1, 2]; not ${preview(scales)}`,
    )
  // One name for all: every column starts with the same draws.
  const { seed, name } = currentStream().split('plot.guidanceGrid')
  return draw('guidance', async () => {
    const columns: Column[] = []
    for (const scale of scales) {
      const x = await sample(sampler(scale, wanted), wanted.length, { stream: new RandomStream(seed, name) })
      try {
        columns.push({ ...(await readTensor(x)), verdicts: judge && (await verdictsOf(judge, x)) })
      } finally {
        x.dispose()
      }
    }
    const shape = columns[0]!.shape.slice(1)
    const size = shape.reduce((product, length) => product * length, 1)
    const pixels = new Float32Array(wanted.length * columns.length * size)
    const verdicts: Verdict[] = []
    for (let row = 0; row < wanted.length; row++)
      for (const [column, { values, verdicts: said }] of columns.entries()) {
        pixels.set(values.subarray(row * size, (row + 1) * size), (row * columns.length + column) * size)
        if (said) verdicts.push(said[row]!)
      }
    const right = (k: number): boolean => verdicts[k]!.class === wanted[Math.floor(k / columns.length)]
    const same = new Set(wanted).size === 1
    return imagesFigure(
      [
        {
          name: 'guided samples',
          pixels,
          shape: [wanted.length * columns.length, ...shape],
          ...(judge && {
            labels: verdicts.map(({ class: c, sure }) => `${c} · ${Math.round(100 * sure)} %`),
            framed: verdicts.map((_, k) => !right(k)),
          }),
        },
      ],
      {
        title: same ? `Class ${wanted[0]}` : 'Guidance by class and seed',
        subtitle: judge
          ? 'each row from the same noise · framed: not what was asked for'
          : 'each row from the same noise',
        zoom: 5,
        ...options,
        columns: columns.length,
        most: wanted.length * columns.length,
        across: { title: setting, names: scales },
        down: same
          ? { title: 'seed', names: wanted.map((_, i) => i + 1) }
          : { title: 'class', names: wanted },
      },
    )
  })
}

interface Column {
  readonly values: Float32Array
  readonly shape: readonly number[]
  readonly verdicts: readonly Verdict[] | undefined
}

interface Verdict {
  readonly class: number
  /** p(class | x). */
  readonly sure: number
}

async function verdictsOf(judge: Classifier, x: tf.Tensor): Promise<Verdict[]> {
  const { classes } = judge
  const log = tf.tidy(() => judge.logProbabilities(x, judge.process.times.from).clone())
  try {
    const values = await log.data()
    return Array.from({ length: x.shape[0] }, (_, i) => {
      const row = Array.from(values.subarray(i * classes, (i + 1) * classes))
      const most = Math.max(...row)
      return { class: row.indexOf(most), sure: Math.exp(most) }
    })
  } finally {
    log.dispose()
  }
}
