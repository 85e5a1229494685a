/** What lies between four latent states, decoded: a net in the plane, a map of numbers, or a board of small pictures. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { extent, planePoints, series, short, type Columns, type Points } from './numbers'
import { axisTitle, baseLayout, colorway, magnitudeScale } from './style'

/** Pictures look the same on any background. */
const INK: Json = [
  [0, '#000000'],
  [1, '#ffffff'],
]

export interface LatentSheetInput {
  /** Angles in each direction, from 0 to π/2. */
  readonly size: number
  /** The decoded sheet, a by a and in each of these b by b: shape [size², 1], [size², 2] or [size², h, w(, 1)]. */
  readonly decoded: { readonly values: Numbers; readonly shape: readonly number[] }
  /** For data in the plane: points of it, shape [n, 2], drawn behind the net. */
  readonly samples?: Points
  readonly title?: string
}

/** @throws FigureError where the decoded states are no numbers, points or pictures in grey, or not size² of them. */
export function latentSheetFigure({
  size,
  decoded,
  samples,
  title = 'Latent sheet',
}: LatentSheetInput): Figure {
  const [count, ...shape] = decoded.shape
  if (count !== size * size)
    throw new FigureError(`A sheet of ${size} by ${size} has ${size * size} states, but ${count} were given.`)
  const head = (subtitle: string, height: number): Record<string, Json> => ({
    ...baseLayout(title, subtitle, `${title}: ${size} by ${size}, ${subtitle}`, height),
    showlegend: false,
  })
  if (shape.length === 1 && shape[0] === 2)
    return net(size, planePoints(decoded, 'decoded'), samples && planePoints(samples, 'samples'), head)
  const [height, width, channels = 1] = shape.length === 1 ? [shape[0] === 1 ? 1 : NaN, 1] : shape
  if (!(height! > 0 && width! > 0 && channels === 1 && shape.length <= 3))
    throw new FigureError(
      `The decoded states have shape [${shape.join(', ')}], but a sheet shows numbers [1], points [2] or pictures [height, width, 1].`,
    )
  return board(size, series(decoded.values, 'decoded', count * height! * width!), height!, width!, head)
}

type Head = (subtitle: string, height: number) => Record<string, Json>

/** Lines of equal a in one colour, of equal b in another, and the four corners. */
function net(size: number, { x, y }: Columns, samples: Columns | undefined, head: Head): Figure {
  const line = (index: (i: number, j: number) => number, colour: string): Attributes => {
    const pick = (values: Float64Array): Float64Array =>
      Float64Array.from({ length: size * (size + 1) }, (_, k) => {
        const [i, j] = [Math.floor(k / (size + 1)), k % (size + 1)]
        return j === size ? NaN : values[index(i, j)]!
      })
    return {
      type: 'scatter',
      mode: 'lines',
      x: encode(pick(x)),
      y: encode(pick(y)),
      line: { color: colour, width: 1.2 },
      connectgaps: false,
      hoverinfo: 'skip',
    }
  }
  const corners = [0, size - 1, size * (size - 1), size * size - 1]
  const axis = { zeroline: false, showgrid: false, constrain: 'domain', automargin: true }
  return {
    data: [
      ...(samples
        ? [
            {
              type: 'scatter',
              mode: 'markers',
              x: encode(samples.x),
              y: encode(samples.y),
              marker: { size: 3, color: 'rgba(128,128,128,0.35)', line: { width: 0 } },
              hoverinfo: 'skip',
            },
          ]
        : []),
      line((i, j) => i * size + j, colorway[0]),
      line((i, j) => j * size + i, colorway[1]),
      {
        type: 'scatter',
        mode: 'markers+text',
        x: encode(corners.map((i) => x[i]!)),
        y: encode(corners.map((i) => y[i]!)),
        text: ['z¹', 'z²', 'z³', 'z⁴'],
        textposition: 'top center',
        marker: { size: 9, color: colorway[2] },
        hovertemplate: '(%{x:.3~f}, %{y:.3~f})<extra>%{text}</extra>',
      },
    ],
    layout: {
      ...head('blue: b changes · orange: a changes', 480),
      width: 500,
      xaxis: { ...axis, title: axisTitle('x₁') },
      yaxis: { ...axis, title: axisTitle('x₂'), scaleanchor: 'x', scaleratio: 1 },
    },
  }
}

/** Pictures beside one another, each `height` by `width`; single numbers are pictures of one pixel. */
function board(size: number, values: Float64Array, height: number, width: number, head: Head): Figure {
  const [rows, columns] = [size * height, size * width]
  const pixels = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const state = Math.floor(row / height) * size + Math.floor(column / width)
      const pixel = (row % height) * width + (column % width)
      pixels[row * columns + column] = values[state * height * width + pixel]!
    }
  const [low, high] = extent(values)
  const numbers = height * width === 1
  const quarter = 90
  const place = (count: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => (quarter * (i + 0.5)) / count)
  return {
    data: [
      {
        type: 'heatmap',
        x: encode(place(columns)),
        y: encode(place(rows)),
        z: encode(pixels, 'f4', [rows, columns]),
        colorscale: numbers ? magnitudeScale : INK,
        zmin: low,
        zmax: high > low ? high : low + 1,
        showscale: numbers,
        hovertemplate: 'a %{y:.0f}°, b %{x:.0f}°: %{z:.3~f}<extra></extra>',
      },
    ],
    layout: {
      ...head(numbers ? `x from ${short(low)} to ${short(high)}` : `${height} × ${width} pixels each`, 480),
      width: 520,
      xaxis: { title: axisTitle('b (degrees)'), constrain: 'domain' },
      // The first row of a picture is its top.
      yaxis: {
        title: axisTitle('a (degrees)'),
        autorange: 'reversed',
        scaleanchor: 'x',
        scaleratio: 1,
        constrain: 'domain',
      },
    },
  }
}
