/** Sequences of tokens over time: one row a time, from noise to the end, with what changed in colour. */
import { count, FigureError, type Figure, type Json } from './figure'
import { axisTitle, baseLayout, escape } from './style'

export interface TokensInput {
  /** The times, in the order of sampling. */
  readonly t: readonly number[]
  /** For each time some sequences, each a list of tokens, all of one length. */
  readonly tokens: readonly (readonly (readonly number[])[])[]
  /** What tokens are written as. Default: their numbers. */
  readonly alphabet?: readonly string[]
  /** The token that hides another, if there is one. */
  readonly mask?: number | null
  /** Rows drawn at most; more times are thinned evenly, the first and the last kept. Default 16. */
  readonly rows?: number
  readonly title?: string
}

/** What a place shows: a hidden token, one that has just come or changed, one that was there before. */
const [HIDDEN, FRESH, KEPT] = [0, 0.5, 1]
const SCALE: Json = [
  [0, 'rgba(128,128,128,0.10)'],
  [0.25, 'rgba(128,128,128,0.10)'],
  [0.25, 'rgba(217,105,26,0.55)'],
  [0.75, 'rgba(217,105,26,0.55)'],
  [0.75, 'rgba(47,127,193,0.32)'],
  [1, 'rgba(47,127,193,0.32)'],
]

/** Above this, letters no longer fit their places. */
const MOST_LETTERS = 2400

/**
 * A table of tokens. Sequences stand side by side; a place is grey while it is masked, orange when its token is new, and blue
 * as long as it stays.
 *
 * @throws FigureError where there is nothing to draw, or sequences differ in number or length.
 */
export function tokensFigure({
  t,
  tokens,
  alphabet,
  mask = null,
  rows = 16,
  title = 'Tokens over time',
}: TokensInput): Figure {
  const [first] = tokens
  const [sequence] = first ?? []
  if (!t.length || !first || !sequence?.length)
    throw new FigureError('There are no tokens to draw: pass at least one time with one sequence.')
  if (tokens.length !== t.length)
    throw new FigureError(`There are ${t.length} times, but ${tokens.length} lists of sequences.`)
  for (const [i, sequences] of tokens.entries())
    if (sequences.length !== first.length || sequences.some((row) => row.length !== sequence.length))
      throw new FigureError(
        `At time ${i} there are other sequences than ${first.length} of ${sequence.length} tokens, as at the first.`,
      )
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw new FigureError(`rows must be a positive whole number, but is ${rows}.`)

  const shown = thinned(t.length, rows)
  const width = sequence.length + 1
  const columns = first.length * width - 1
  const letter = (token: number): string =>
    token === mask ? (alphabet?.[token] ?? '·') : (alphabet?.[token] ?? String(token))
  const z: (number | null)[][] = []
  const text: string[][] = []
  for (const [row, at] of shown.entries()) {
    const before = row === 0 ? undefined : tokens[shown[row - 1]!]!
    const states: (number | null)[] = []
    const letters: string[] = []
    for (const [n, now] of tokens[at]!.entries()) {
      if (n > 0) {
        states.push(null)
        letters.push('')
      }
      for (const [place, token] of now.entries()) {
        states.push(token === mask ? HIDDEN : before?.[n]![place] === token ? KEPT : FRESH)
        letters.push(escape(letter(token)))
      }
    }
    z.push(states)
    text.push(letters)
  }
  const size = Math.max(8, Math.min(18, Math.floor(520 / columns)))
  const subtitle = `${count(first.length, 'sequence')} of ${count(sequence.length, 'token')}, from top to bottom`
  const written = tokens.at(-1)!.map((row) => row.map(letter).join(''))
  return {
    data: [
      {
        type: 'heatmap',
        z,
        text,
        ...(columns * shown.length <= MOST_LETTERS ? { texttemplate: '%{text}', textfont: { size } } : {}),
        colorscale: SCALE,
        zmin: 0,
        zmax: 1,
        showscale: false,
        xgap: 1,
        ygap: 1,
        hoverongaps: false,
        hovertemplate: '%{text}<extra></extra>',
      },
    ],
    layout: {
      ...baseLayout(
        title,
        subtitle,
        `${title}: ends in ${written.slice(0, 8).join(', ')}`,
        110 + 26 * shown.length,
      ),
      margin: { l: 64, r: 24, t: 64, b: 24 },
      xaxis: { visible: false },
      yaxis: {
        title: axisTitle('t'),
        autorange: 'reversed',
        tickmode: 'array',
        tickvals: shown.map((_, row) => row),
        ticktext: shown.map((at) => String(Number(t[at]!.toPrecision(2)))),
        showgrid: false,
        zeroline: false,
      },
    },
  }
}

/** At most `most` of n indices, evenly, with the first and the last among them. */
function thinned(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i)
  if (most === 1) return [n - 1]
  return Array.from({ length: most }, (_, i) => Math.round((i * (n - 1)) / (most - 1)))
}
