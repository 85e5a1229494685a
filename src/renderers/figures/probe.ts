/** A map that tells what a model knows at the point under the cursor. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { extent, quantiles, series, short } from './numbers'
import { axisTitle, baseLayout, colorway, densityScale, escape, magnitudeScale } from './style'

/** A line of the hover: a name, and its numbers at each point. */
export interface ProbeRow {
  readonly name: string
  /** One number for each coordinate, say: each list has a value for every point of the grid. */
  readonly values: readonly Numbers[]
  /** After each number: ` %`. */
  readonly unit?: string
}

export interface ProbeInput {
  readonly x: Numbers
  /** Left out on a line. */
  readonly y?: Numbers
  /** What is drawn: y.length rows of x.length values. */
  readonly values: Numbers
  /** `density`, drawn from nothing up; or the name of a magnitude. */
  readonly quantity: string
  readonly rows: readonly ProbeRow[]
  readonly title?: string
  readonly subtitle?: string
  readonly axes?: readonly [string, string]
}

/**
 * A heat map in the plane, or a curve on a line, whose hover lists the rows.
 *
 * @throws FigureError where a list does not fit the grid.
 */
export function probeFigure(input: ProbeInput): Figure {
  const x = series(input.x, 'x')
  const y = input.y && series(input.y, 'y')
  const points = x.length * (y?.length ?? 1)
  const values = series(input.values, 'values', points)
  const columns = input.rows.flatMap(({ name, values }) => values.map((list) => fitting(list, name, points)))
  const told = Float64Array.from(
    { length: points * columns.length },
    (_, at) => columns[at % columns.length]![Math.floor(at / columns.length)]!,
  )
  const title = input.title ?? 'Probe'
  const subtitle = input.subtitle ?? 'point at a place to read it'
  const [xName, yName] = input.axes ?? ['x₁', 'x₂']
  const summary = `${title}: ${input.rows.map(({ name }) => name).join(', ')} on a grid of ${x.length} × ${y?.length ?? 1}`
  const axis = { zeroline: false, automargin: true }
  const hover = {
    customdata: encode(told, 'f4', y ? [y.length, x.length, columns.length] : [x.length, columns.length]),
    hovertemplate: `${template(input.rows, y ? '(%{x:.3~f}, %{y:.3~f})' : 'x = %{x:.3~f}')}<extra></extra>`,
    hoverlabel: { align: 'left' },
  }
  if (!y)
    return {
      data: [
        {
          type: 'scatter',
          mode: 'lines',
          name: escape(input.quantity),
          x: encode(x),
          y: encode(values),
          line: { width: 2, color: colorway[0] },
          ...hover,
        },
      ],
      layout: {
        ...baseLayout(title, subtitle, summary, 340),
        hovermode: 'x',
        showlegend: false,
        xaxis: { ...axis, range: [x[0]!, x.at(-1)!], title: axisTitle(xName) },
        yaxis: { ...axis, title: axisTitle(input.quantity) },
      },
    }
  const across = (x.at(-1)! - x[0]!) / (y.at(-1)! - y[0]!)
  const layout: Record<string, Json> = {
    ...baseLayout(title, subtitle, summary, Math.round(420 / Math.max(1, across / 1.4)) + 130),
    width: Math.round(420 * Math.min(1.4, across)) + 150,
    showlegend: false,
    xaxis: {
      ...axis,
      constrain: 'domain',
      showgrid: false,
      range: [x[0]!, x.at(-1)!],
      title: axisTitle(xName),
      showspikes: true,
      spikethickness: 1,
      spikemode: 'across',
    },
    yaxis: {
      ...axis,
      constrain: 'domain',
      showgrid: false,
      range: [y[0]!, y.at(-1)!],
      title: axisTitle(yName),
      scaleanchor: 'x',
      scaleratio: 1,
      showspikes: true,
      spikethickness: 1,
      spikemode: 'across',
    },
  }
  const density = input.quantity === 'density'
  const map: Attributes = {
    type: 'heatmap',
    name: escape(input.quantity),
    x: encode(x),
    y: encode(y),
    z: encode(values, 'f4', [y.length, x.length]),
    colorscale: density ? densityScale : magnitudeScale,
    zmin: density ? 0 : extent(values)[0],
    // A few large values must not pale all others.
    zmax: density ? extent(values)[1] || 1 : (quantiles(values, [0.98])[0] ?? 1),
    zsmooth: 'best',
    showscale: !density,
    colorbar: {
      title: { text: escape(input.quantity), side: 'top' },
      thickness: 12,
      len: 0.85,
      outlinewidth: 0,
      nticks: 6,
    },
    ...hover,
  }
  return { data: [map], layout }
}

function fitting(values: Numbers, name: string, points: number): Float64Array {
  if (values.length === points) return Float64Array.from(values)
  throw new FigureError(`${name} has ${values.length} values, but the grid has ${short(points)} points.`)
}

function template(rows: readonly ProbeRow[], place: string): string {
  let column = 0
  const lines = rows.map(({ name, values, unit = '' }) => {
    const numbers = values.map(() => `%{customdata[${column++}]:.4~g}${escape(unit)}`)
    return `${escape(name)} = ${numbers.length > 1 ? `(${numbers.join(', ')})` : numbers[0]!}`
  })
  return [place, ...lines].join('<br>')
}
