/** Quality, diversity and speed of generative models in one picture: no family has all three. */
import { count, FigureError, type Attributes, type Figure } from './figure'
import { short } from './numbers'
import { axisTitle, baseLayout, colorway, escape, magnitudeScale } from './style'

export interface TrilemmaPoint {
  /** How often a network is asked to draw one batch of samples: 1 is fastest. */
  readonly evaluations: number
  /** How good single samples are, in [0, 1]: the share that lies where data can be, say. */
  readonly quality: number
  readonly qualityError?: number
  /** How much of the variety of the data is there, in [0, 1]. */
  readonly diversity: number
}

/**
 * Models as points: faster to the right, better samples further up, and the more variety the larger and warmer the disc.
 *
 * @throws FigureError where there is no model, or a number is out of its range.
 */
export function trilemmaFigure(
  models: Readonly<Record<string, TrilemmaPoint>>,
  { title = 'Quality, diversity, speed' }: { title?: string } = {},
): Figure {
  const entries = Object.entries(models)
  if (!entries.length)
    throw new FigureError('There is no model to draw: pass at least one, as { name: numbers }.')
  for (const [name, { evaluations, quality, diversity }] of entries) {
    if (!(evaluations >= 1 && Number.isFinite(evaluations)))
      throw new FigureError(`${name}: evaluations must be a number from 1 on, but is ${evaluations}.`)
    for (const [what, value] of Object.entries({ quality, diversity }))
      if (!(value >= 0 && value <= 1))
        throw new FigureError(`${name}: ${what} must be in [0, 1], but is ${value}.`)
  }
  const points = entries.map(([, point]) => point)
  // Differences near one matter: the scale begins a little below the least.
  const least = Math.min(0.9, Math.floor(10 * Math.min(...points.map(({ diversity }) => diversity))) / 10)
  const trace: Attributes = {
    type: 'scatter',
    mode: 'markers+text',
    x: points.map(({ evaluations }) => evaluations),
    y: points.map(({ quality }) => quality),
    text: entries.map(([name]) => escape(name)),
    textposition: points.map((point) => textPosition(point, points)),
    cliponaxis: false,
    marker: {
      size: points.map(({ diversity }) => 10 + (26 * (diversity - least)) / (1 - least)),
      color: points.map(({ diversity }) => diversity),
      colorscale: magnitudeScale,
      cmin: least,
      cmax: 1,
      opacity: 0.9,
      line: { width: 0 },
      showscale: true,
      colorbar: {
        title: { text: 'diversity', side: 'top' },
        thickness: 12,
        len: 0.85,
        outlinewidth: 0,
        tickformat: '.0%',
      },
    },
    ...(points.some(({ qualityError }) => qualityError !== undefined)
      ? {
          error_y: {
            type: 'data',
            array: points.map(({ qualityError = 0 }) => qualityError),
            thickness: 1.4,
            width: 4,
            color: colorway[0],
          },
        }
      : {}),
    customdata: points.map(({ diversity }) => diversity),
    hovertemplate:
      '%{text}<br>quality %{y:.1%}, diversity %{customdata:.1%}<br>%{x} network evaluations<extra></extra>',
  }
  const most = Math.max(...points.map(({ evaluations }) => evaluations))
  const low = Math.min(...points.map(({ quality }) => quality))
  const listed = entries
    .map(([name, p]) => `${name} ${short(p.quality)}, ${short(p.diversity)}, ${p.evaluations}`)
    .join('; ')
  return {
    data: [trace],
    layout: {
      ...baseLayout(
        title,
        'up: better samples · right: faster · large and warm: more variety',
        `${title}: ${count(entries.length, 'model')} (quality, diversity, evaluations): ${listed}`,
        420,
      ),
      width: 640,
      showlegend: false,
      // Fewer evaluations, that is faster, to the right.
      xaxis: {
        type: 'log',
        range: [Math.log10(most) + 0.3, -0.3],
        dtick: 1,
        automargin: true,
        zeroline: false,
        title: axisTitle('network evaluations for a sample'),
      },
      yaxis: {
        range: [Math.max(0, low - 0.25 * (1.1 - low)), 1.08],
        tickformat: '.0%',
        automargin: true,
        zeroline: false,
        title: axisTitle('quality of samples'),
      },
    },
  }
}

/** Names stand above their disc, but below it where another disc lies closely above. */
function textPosition(point: TrilemmaPoint, all: readonly TrilemmaPoint[]): string {
  const crowded = all.some(
    (other) =>
      other.quality > point.quality && Math.abs(Math.log10(other.evaluations / point.evaluations)) < 0.35,
  )
  return crowded ? 'bottom center' : 'top center'
}
