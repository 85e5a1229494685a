/** Sinograms: line integrals by angle and detector, in which every point of a picture is a sine. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { series } from './numbers'
import { panelTitle, suffix } from './panels'
import { axisTitle, baseLayout, escape } from './style'

export interface Sinogram {
  readonly name: string
  /** θ of each view in radians, rising and evenly spaced. */
  readonly angles: Numbers
  /** s of each detector in widths of the picture, rising and evenly spaced. */
  readonly places: Numbers
  /** View after view, a number for each detector. */
  readonly values: Numbers
}

export interface SinogramOptions {
  readonly title?: string
  readonly subtitle?: string
}

const [WIDTH, HEIGHT, SIDES] = [300, 240, 130]

/** One sinogram, or several side by side, all on one scale. @throws FigureError where numbers do not fit. */
export function sinogramFigure(sinograms: readonly Sinogram[], options: SinogramOptions = {}): Figure {
  if (!sinograms.length) throw new FigureError('There is no sinogram to draw.')
  const several = sinograms.length > 1
  const title = options.title ?? (several ? sinograms.map(({ name }) => name).join(' | ') : 'Sinogram')
  const read = sinograms.map(({ name, angles, places, values }) => {
    const degrees = series(angles, `the angles of ${name}`).map((angle) => (180 * angle) / Math.PI)
    const s = series(places, `the detectors of ${name}`)
    return { name, degrees, s, values: series(values, name, degrees.length * s.length) }
  })
  const all = read.flatMap(({ values }) => Array.from(values).filter(Number.isFinite))
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all) || 1]
  const subtitle = options.subtitle ?? 'the integral of the picture along each ray'
  const summary = `${title}: ${read.map(({ name, degrees, s }) => `${name}, ${degrees.length} views of ${s.length} detectors`).join('; ')}`
  const layout: Record<string, Json> = {
    ...baseLayout(title, subtitle, summary, HEIGHT + 140),
    width: sinograms.length * WIDTH + SIDES,
    margin: { l: 60, r: 60, t: 88, b: 52 },
    showlegend: false,
    annotations: several ? sinograms.map(({ name }, i) => panelTitle(name, i)) : [],
  }
  const share = 1 / sinograms.length
  const gap = several ? 0.03 : 0
  for (const [i, { degrees, s }] of read.entries()) {
    layout[`xaxis${suffix(i)}`] = {
      domain: [i * share + (i ? gap : 0), (i + 1) * share - (i + 1 < sinograms.length ? gap : 0)],
      anchor: `y${suffix(i)}`,
      range: edges(degrees, 180),
      title: axisTitle('angle of the view, in degrees'),
      zeroline: false,
      showgrid: false,
    }
    layout[`yaxis${suffix(i)}`] = {
      anchor: `x${suffix(i)}`,
      range: edges(s, 1),
      zeroline: false,
      showgrid: false,
      ...(i ? { matches: 'y', showticklabels: false } : { title: axisTitle('detector s') }),
    }
  }
  const data = read.map(({ name, degrees, s, values }, i): Attributes => {
    // A row of a map is a detector; what was measured lies view by view.
    const map = Float64Array.from(values, (_, k) => {
      const [detector, view] = [Math.floor(k / degrees.length), k % degrees.length]
      return values[view * s.length + detector]!
    })
    return {
      type: 'heatmap',
      name: escape(name),
      xaxis: `x${suffix(i)}`,
      yaxis: `y${suffix(i)}`,
      x: encode(degrees),
      y: encode(s),
      z: encode(map, 'f4', [s.length, degrees.length]),
      colorscale: [
        [0, '#000'],
        [1, '#fff'],
      ],
      zmin: low,
      zmax: high,
      showscale: i === sinograms.length - 1,
      colorbar: { thickness: 10, len: 1 },
      hovertemplate: 'θ = %{x:.1f}°, s = %{y:.2f}: %{z:.3~g}<extra></extra>',
    }
  })
  return { data, layout }
}

/** From the edge of the first cell to that of the last. @param only the width of a cell that has no neighbour. */
function edges(middles: Float64Array, only: number): [number, number] {
  const step = middles.length > 1 ? middles[1]! - middles[0]! : only
  return [middles[0]! - step / 2, middles.at(-1)! + step / 2]
}
