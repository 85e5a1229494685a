/** A tensor as a figure: points of the plane as such, all other numbers as a histogram. */
import {
  figureBundle,
  samplesFigure,
  type Attributes,
  type Figure,
  type Numbers,
} from '../../renderers/figures'
import type { Histogram, MimeBundle, Statistics } from '../protocol'
import type { Source } from './source'
import { RunningStatistics } from './statistics'

/** Values that are read for a picture. */
const MOST = 1_000_000

/** @param name what the variable is called. @throws FigureError where no value is finite. */
export async function pictureOf(source: Source, name: string): Promise<MimeBundle> {
  const { facts, size } = source
  const { shape } = facts
  if (shape.length === 2 && shape[1] === 2) {
    const rows = Math.min(shape[0]!, MOST / 2)
    const values = (await source.read(0, 2 * rows)) as Numbers
    return figureBundle(samplesFigure({ [name]: { values, shape: [rows, 2] } }, { title: name }))
  }
  const looked = Math.min(size, MOST)
  const values = (await source.read(0, looked)) as ArrayLike<number>
  const statistics = new RunningStatistics(facts.dtype === 'int32' || facts.dtype === 'bool')
  statistics.add(values)
  return figureBundle(histogramFigure(name, shape, statistics.result(size)))
}

function histogramFigure(
  name: string,
  shape: readonly number[],
  { finite, looked, size }: Statistics,
): Figure {
  if (!finite) throw new RangeError(`${name} has no finite value to draw`)
  const part = looked < size ? `, first ${looked.toLocaleString('en-US')} values` : ''
  const title = `${name} [${shape.join(', ')}]${part}`
  const { start, width, counts }: Histogram = finite.histogram
  const bars: Attributes = {
    type: 'bar',
    x: counts.map((_, i) => start + (i + 0.5) * width),
    y: counts,
    width: counts.map(() => width),
    hovertemplate: '%{y} values<extra></extra>',
  }
  return {
    data: [bars],
    layout: {
      title: { text: title.replace(/[<&]/g, (mark) => (mark === '<' ? '&lt;' : '&amp;')) },
      bargap: 0,
      xaxis: { title: { text: 'value' } },
      yaxis: { title: { text: 'count' } },
      showlegend: false,
      meta: { summary: `Histogram of ${title}: mean ${short(finite.mean)} ± ${short(finite.deviation)}` },
    },
  }
}

const short = (value: number) => String(Number(value.toPrecision(4)))
