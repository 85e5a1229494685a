/** Sheets of pictures: samples beside data, each with its label, over its nearest neighbour, or on their way from noise. */
import { encode as encodePng } from 'fast-png'
import { encode, type Numbers } from './encode'
import { count, FigureError, type Attributes, type Figure, type Json } from './figure'
import { expectHeadings, frame, namedAxis, roomAbove, roomBeside, type Headings } from './headings'
import { series, short } from './numbers'
import { panelTitle, suffix } from './panels'
import { baseLayout, escape, headingWidth } from './style'

/** A set of pictures. */
export interface PictureSet {
  readonly name: string
  /** Row-major numbers of all pictures. */
  readonly pixels: Numbers
  /** [n, height, width], or with 1 or 3 channels at the end; with several moments, their number comes first. */
  readonly shape: readonly number[]
  /** What stands below each picture. */
  readonly labels?: readonly string[]
  /** Another picture below each, of the same shape, and how far it is: the nearest of the training data. */
  readonly below?: { readonly pixels: Numbers; readonly distances: Numbers; readonly name: string }
  /** What each moment is called, for sets of shape [moments, n, height, width, channels]. */
  readonly moments?: readonly string[]
  /** Which pictures have a frame, because something about them is not as it should be. Their labels say what. */
  readonly framed?: readonly boolean[]
  /** Which places stay empty, so that the others stand where they belong. */
  readonly empty?: readonly boolean[]
}

export interface ImagesOptions {
  readonly title?: string
  readonly subtitle?: string
  /** Pictures in a row. Default: about as many as there are rows. */
  readonly columns?: number
  /** What is black and what is white. Default [−1, 1]. */
  readonly range?: readonly [low: number, high: number]
  /** More pictures than this are left out, and the picture says so. Default 100. */
  readonly most?: number
  /** How large a pixel is drawn at most, in pixels of the screen. Default 10. */
  readonly zoom?: number
  /** What stands above the columns of every set: a name for each. */
  readonly across?: Headings
  /** What stands beside the rows, left of the first set: a name for each. */
  readonly down?: Headings
}

/** Width of all panels together, in pixels of the screen. */
const WIDTH = 640
const [TOP, BOTTOM, SIDE, BETWEEN] = [92, 20, 20, 28]
/** Below the sheets: the slider. */
const CONTROLS = 96
/** Height of a label, in pixels of the screen. */
const LABEL = 15
/** Size of a label's letters, and about how wide one is, in pixels of the screen. */
const LETTERS = 10
const LETTER = 5.5
/** About how wide a letter of a set's name is. */
const NAME_LETTER = 8
/** A picture stays well below what a notebook stores of one output. */
const MOST_PIXELS = 1_500_000

/**
 * One sheet for each set, side by side; of sets with several moments the last is shown, and a slider shows the others.
 *
 * @throws FigureError where a shape is no pictures', numbers do not fill it, or labels are too few.
 */
export function imagesFigure(sets: readonly PictureSet[], options: ImagesOptions = {}): Figure {
  if (!sets.length) throw new FigureError('There are no pictures to draw.')
  const { most = 100, range = [-1, 1], zoom = 10 } = options
  const [low, high] = range
  if (!(low < high)) throw new FigureError(`range must be an interval, but is [${low}, ${high}].`)
  for (const [name, value] of [
    ['most', most],
    ['columns', options.columns ?? 1],
    ['zoom', zoom],
  ] as const)
    if (!Number.isSafeInteger(value) || value < 1)
      throw new FigureError(`${name} must be a whole number from 1 on, but is ${value}.`)
  const sheets = sets.map((set) => measured(set, most))
  const moments = sheets[0]!.moments
  if (sheets.some((sheet) => sheet.moments.length !== moments.length))
    throw new FigureError('Sets with different numbers of moments cannot share a slider.')
  const columns = options.columns ?? bestColumns(sheets[0]!, sheets.length)
  const pixelsAcross = sheets.reduce((sum, { width }) => sum + columns * (width + 1), 0)
  // In quarters, so that pixels are about as wide as one another.
  const scale = Math.max(1, Math.min(zoom, Math.floor((4 * WIDTH) / pixelsAcross) / 4))
  const plans = sheets.map((sheet) => planned(sheet, columns, scale))
  const drawn = plans.reduce((sum, { columns, rows }) => sum + columns * rows, 0) * moments.length
  if (drawn > MOST_PIXELS)
    throw new FigureError(
      `${drawn.toLocaleString('en-US')} pixels over all moments are too many for one picture; show fewer with { most }, or fewer moments.`,
    )

  const title = options.title ?? (sets.length > 1 ? sets.map(({ name }) => name).join(' | ') : sets[0]!.name)
  const more = sheets.filter(({ n, total }) => n < total).map(({ n, total }) => `${n} of ${total} drawn`)
  const [first] = sheets
  const sizes = `${first!.height} × ${first!.width} pixels, ${short(low)} black, ${short(high)} white`
  const subtitle = [options.subtitle ?? sizes, ...more].join(' · ')
  const summary = `${title}: ${sheets.map(({ name, total }) => `${count(total, 'picture')} of “${name}”`).join(', ')}`
  const several = moments.length > 1
  const { across: above, down: beside } = options
  if (above) for (const { perRow } of plans) expectHeadings('across', above, perRow)
  if (beside) expectHeadings('down', beside, Math.ceil(first!.n / plans[0]!.perRow))
  // How far a set's name reaches over either side of its sheet.
  const over = plans.map(({ columns }, i) =>
    sets.length > 1 ? Math.max(0, (NAME_LETTER * sets[i]!.name.length - columns * scale) / 2) : 0,
  )
  const between = over.slice(1).map((mine, i) => Math.max(BETWEEN, over[i]! + mine + NAME_LETTER))
  const [left, top] = [
    Math.max(over[0]!, SIDE + (beside ? roomBeside(beside) : 0)),
    TOP + (above ? roomAbove(above) : 0),
  ]
  const inner = Math.max(...plans.map(({ rows }) => rows)) * scale
  const total = plans.reduce((sum, { columns }, i) => sum + columns * scale + (between[i] ?? 0), 0)
  // Of few small pictures the heading is wider than they are, and would be cut off.
  const right = Math.max(SIDE, over.at(-1)!, Math.min(WIDTH, headingWidth(title, subtitle)) - total)
  const layout: Record<string, Json> = {
    ...baseLayout(title, subtitle, summary, inner + top + (several ? CONTROLS : BOTTOM)),
    ...(several && { meta: { summary, moments: [...moments] } }),
    width: total + left + right,
    margin: { l: left, r: right, t: top, b: several ? CONTROLS : BOTTOM },
    showlegend: false,
    annotations:
      sets.length > 1
        ? sets.map(({ name }, i) => ({ ...panelTitle(name, i), ...(above && { yshift: roomAbove(above) }) }))
        : [],
    ...(sheets.some(({ framed }) => framed?.some(Boolean)) && {
      shapes: sheets.flatMap((sheet, i) => frames(sheet, plans[i]!, suffix(i))),
    }),
    ...(several && { sliders: [slider(moments)], updatemenus: [] }),
  }
  let from = 0
  for (const [i, plan] of plans.entries()) {
    const to = from + plan.columns * scale
    const { height, width } = sheets[i]!
    layout[`xaxis${suffix(i)}`] = {
      ...(above ? { ...namedAxis(above, (width - 1) / 2, plan.across), side: 'top' } : HIDDEN),
      domain: [from / total, to / total],
      anchor: `y${suffix(i)}`,
      range: [-0.5, plan.columns - 0.5],
      constrain: 'domain',
    }
    layout[`yaxis${suffix(i)}`] = {
      ...(beside && !i ? namedAxis(beside, (height - 1) / 2, plan.down) : HIDDEN),
      anchor: `x${suffix(i)}`,
      range: [plan.rows - 0.5, -0.5],
      scaleanchor: `x${suffix(i)}`,
      scaleratio: 1,
      constrain: 'domain',
      constraintoward: 'top',
    }
    from = to + (between[i] ?? 0)
  }
  const source = (i: number, moment: number): string => sheetSource(sheets[i]!, plans[i]!, moment, low, high)
  return {
    data: [
      ...sheets.map((_, i): Attributes => ({
        type: 'image',
        ...axes(i),
        source: source(i, moments.length - 1),
        hoverinfo: 'skip',
      })),
      ...sheets.map((sheet, i) => captions(sheet, plans[i]!, i, scale)),
    ],
    layout,
    ...(several && {
      frames: moments.map((_, moment) => ({
        name: String(moment),
        traces: sheets.map((_, i) => i),
        data: sheets.map((_, i) => ({ source: source(i, moment) })),
      })),
    }),
  }
}

const HIDDEN = { showgrid: false, zeroline: false, showticklabels: false, ticks: '' } as const

interface Sheet {
  readonly name: string
  /** Pictures that are drawn, and that there are. */
  readonly n: number
  readonly total: number
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Of all moments, one after the other. */
  readonly pixels: Float64Array
  readonly labels: readonly string[] | undefined
  readonly below:
    { readonly pixels: Float64Array; readonly distances: Float64Array; readonly name: string } | undefined
  readonly moments: readonly string[]
  readonly framed: readonly boolean[] | undefined
  readonly empty: readonly boolean[] | undefined
}

function measured(
  { name, pixels, shape, labels, below, moments, framed, empty }: PictureSet,
  most: number,
): Sheet {
  const inner = moments ? shape.slice(1) : shape
  const [total = 0, height = 0, width = 0, channels = 1] = inner
  if (
    inner.length < 3 ||
    inner.length > 4 ||
    !(total > 0 && height > 0 && width > 0) ||
    (channels !== 1 && channels !== 3) ||
    (moments && moments.length !== shape[0])
  )
    throw new FigureError(
      `${name} has the shape [${shape.join(', ')}], but pictures have [n, height, width] or [n, height, width, channels] with 1 or 3 channels.`,
    )
  if (labels && labels.length < total)
    throw new FigureError(`${name} has ${total} pictures but ${labels.length} labels.`)
  const size = total * height * width * channels
  return {
    name,
    n: Math.min(most, total),
    total,
    height,
    width,
    channels,
    pixels: series(pixels, name, size * (moments?.length ?? 1)),
    labels: labels && Array.from(labels, String),
    below: below && {
      pixels: series(below.pixels, below.name, size),
      distances: series(below.distances, `distances of ${below.name}`, total),
      name: below.name,
    },
    moments: moments ?? [''],
    framed,
    empty,
  }
}

/** About square, all sheets together as wide as a screen allows. */
function bestColumns({ n, below }: Sheet, sheets: number): number {
  const square = Math.ceil(Math.sqrt(n * (below ? 2 : 1)))
  return Math.min(n, Math.max(1, Math.round(square / (sheets > 2 ? 1.5 : 1))))
}

/** Where tiles lie, in pixels of pictures. */
interface Plan {
  readonly columns: number
  readonly rows: number
  readonly perRow: number
  readonly across: number
  readonly down: number
}

function planned({ n, height, width, labels, below }: Sheet, perRow: number, scale: number): Plan {
  const used = Math.min(perRow, n)
  const across = width + 1
  const down = height + 1 + (below ? height + 2 : 0) + (labels ? Math.ceil(LABEL / scale) : 0)
  return { perRow: used, across, down, columns: used * across - 1, rows: Math.ceil(n / used) * down - 1 }
}

/** The sheet as a PNG; what lies between pictures is transparent, so that it follows the theme. */
function sheetSource(sheet: Sheet, plan: Plan, moment: number, low: number, high: number): string {
  const { n, total, height, width, channels, pixels, below } = sheet
  const { columns, rows, perRow, across, down } = plan
  const data = new Uint8Array(columns * rows * 4)
  const size = height * width * channels
  const byte = (value: number): number =>
    // What is not a number is drawn in magenta, which no grey can be taken for.
    Math.max(0, Math.min(255, Math.round((255 * (value - low)) / (high - low))))
  const tile = (values: Float64Array, from: number, left: number, top: number): void => {
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const at = ((top + row) * columns + left + column) * 4
        const pixel = from + (row * width + column) * channels
        for (let c = 0; c < 3; c++) {
          const value = values[pixel + (channels === 3 ? c : 0)]!
          data[at + c] = Number.isFinite(value) ? byte(value) : [255, 0, 255][c]!
        }
        data[at + 3] = 255
      }
  }
  for (let i = 0; i < n; i++) {
    if (sheet.empty?.[i]) continue
    const [left, top] = [(i % perRow) * across, Math.floor(i / perRow) * down]
    tile(pixels, (moment * total + i) * size, left, top)
    if (below) tile(below.pixels, i * size, left, top + height + 1)
  }
  const file = encodePng({ width: columns, height: rows, data, channels: 4, depth: 8 })
  return `data:image/png;base64,${encode(file, 'u1').bdata}`
}

/** Frames of the pictures that ask for them. */
function frames(
  { n, height, width, framed }: Sheet,
  { perRow, across, down }: Plan,
  axis: string,
): readonly Json[] {
  return Array.from({ length: n }, (_, k) => k)
    .filter((k) => framed?.[k])
    .map((k) => frame(axis, [(k % perRow) * across, Math.floor(k / perRow) * down], [width, height]))
}

/** Names for those who point at a picture, and the labels below. */
function captions(sheet: Sheet, plan: Plan, i: number, scale: number): Attributes {
  const { n, height, width, labels, below, name, empty } = sheet
  const { perRow, across, down } = plan
  const x = Float64Array.from({ length: n }, (_, k) => (k % perRow) * across + (width - 1) / 2)
  const labelled = labels ? down - 1 - LABEL / scale / 2 : (height - 1) / 2
  const y = Float64Array.from({ length: n }, (_, k) => Math.floor(k / perRow) * down + labelled)
  const said = Array.from({ length: n }, (_, k) => {
    if (empty?.[k]) return ''
    const distance = below ? `${below.name}: ${short(Number(below.distances[k]!.toPrecision(3)))} away` : ''
    return [`${name}, number ${k}`, labels?.[k], distance]
      .filter(Boolean)
      .map((part) => escape(part!))
      .join('<br>')
  })
  return {
    type: 'scatter',
    mode: labels ? 'markers+text' : 'markers',
    ...axes(i),
    x: encode(x),
    y: encode(y),
    text: (labels ?? []).slice(0, n).map((label) => escape(shortened(label, (scale * across) / LETTER))),
    textposition: 'middle center',
    textfont: { size: LETTERS },
    marker: { size: scale * Math.min(height, width), symbol: 'square', opacity: 0 },
    customdata: said,
    hovertemplate: '%{customdata}<extra></extra>',
  }
}

/** A label that fits below its picture; those who point at the picture read all of it. */
function shortened(label: string, letters: number): string {
  return label.length <= letters ? label : `${label.slice(0, Math.max(1, Math.floor(letters) - 1))}…`
}

function axes(i: number): { readonly xaxis: string; readonly yaxis: string } {
  return { xaxis: `x${suffix(i)}`, yaxis: `y${suffix(i)}` }
}

/** Plotly's own slider, for viewers that are not ours. */
function slider(moments: readonly string[]): Attributes {
  return {
    active: moments.length - 1,
    pad: { t: 24 },
    currentvalue: { prefix: '' },
    steps: moments.map((label, k) => ({
      label,
      method: 'animate',
      args: [
        [String(k)],
        { mode: 'immediate', frame: { duration: 0, redraw: true }, transition: { duration: 0 } },
      ],
    })),
  }
}
