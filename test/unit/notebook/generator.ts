/**
 * Random notebook texts in many layouts, built from pieces of JSON text, so that tests know the characters of each piece
 * without asking the code under test.
 */
import type { Random } from './random'

/** A piece of JSON; `text` is what it was printed as. */
export type Piece = { text: string } & (
  { kind: 'scalar' } | { kind: 'array'; items: Piece[] } | { kind: 'object'; members: [string, Piece][] }
)

export interface Generated {
  readonly text: string
  readonly cells: readonly GeneratedCell[]
}

export interface GeneratedCell {
  readonly piece: Piece
  /** Undefined where the file gives the cell none of its own. */
  readonly id: string | undefined
  readonly metadata: Piece
  readonly outputs: readonly Piece[]
}

const NUMBERS = [
  '0',
  '1',
  '1.0',
  '-0',
  '-0.0',
  '1e5',
  '1E-7',
  '12345678901234567890',
  '0.10',
  '1e999',
  '-12.5e+3',
]
const WORDS = [
  '',
  'a',
  'x = 1',
  'ünïcode 日本',
  '😀',
  '\u2028',
  '*/',
  '`${',
  '"quoted"',
  '\\',
  'tab\t',
  'trail  ',
  '\u0007',
]
const ENDS = ['\n', '\n', '\n', '\r\n', '\n\n', '  \n', '\r']
const MIMES = [
  'text/plain',
  'text/html',
  'image/svg+xml',
  'application/json',
  'application/vnd.plotly.v1+json',
  'image/png',
]

const scalar = (text: string): Piece => ({ kind: 'scalar', text })
const array = (items: Piece[]): Piece => ({ kind: 'array', items, text: '' })
const object = (members: [string, Piece][]): Piece => ({ kind: 'object', members, text: '' })

/** A JSON string with some characters escaped that need not be. */
export function stringText(random: Random, value: string): string {
  const escaped = [...JSON.stringify(value).slice(1, -1)].map((character) =>
    character > '~' && random.chance(0.3)
      ? character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : character === '/' && random.chance(0.3)
        ? '\\/'
        : character,
  )
  return `"${escaped.join('')}"`
}

/** A text of several lines. */
export function randomText(random: Random): string {
  return random.list(4, () => random.pick(WORDS) + random.pick(ENDS)).join('') + random.pick(WORDS)
}

function text(random: Random, value: string): Piece {
  return scalar(stringText(random, value))
}

/** A text as one string, or as strings cut anywhere. */
function lines(random: Random, value: string): Piece {
  if (random.chance(0.3)) return text(random, value)
  const cut = random.chance(0.8) ? /(?<=\n)/ : /(?<=[an])/
  return array(value === '' ? [] : value.split(cut).map((line) => text(random, line)))
}

function anything(random: Random, depth: number): Piece {
  const kind = random.below(depth > 0 ? 7 : 5)
  if (kind === 0) return scalar(random.pick(NUMBERS))
  if (kind === 1) return scalar(random.pick(['true', 'false', 'null']))
  if (kind === 2) return scalar('"\\ud800"')
  if (kind < 5) return text(random, random.pick(WORDS))
  if (kind === 5) return array(random.list(3, () => anything(random, depth - 1)))
  return metadata(random, depth - 1)
}

function metadata(random: Random, depth = 2): Piece {
  const names = random
    .shuffle(['tags', 'nbgrader', 'odd key', '__proto__', 'ünï', 'collapsed', 'a'])
    .slice(random.below(7))
  return object(names.map((name) => [name, anything(random, depth)]))
}

function bundle(random: Random): Piece {
  const mimes = random.shuffle(MIMES).slice(random.below(MIMES.length))
  return object(
    mimes.map((mime) => {
      if (mime.endsWith('json')) return [mime, anything(random, 2)]
      if (mime === 'image/png')
        return [mime, lines(random, random.pick(['iVBORw0KGgo=\n', 'iVBORw0KGgo=', '!!!']))]
      return [mime, lines(random, randomText(random))]
    }),
  )
}

function extra(random: Random): [string, Piece][] {
  return random.chance(0.2) ? [['x_unknown', anything(random, 2)]] : []
}

function output(random: Random): Piece {
  const members = ((): [string, Piece][] => {
    switch (random.below(5)) {
      case 0:
        return [
          ['output_type', scalar('"stream"')],
          ['name', scalar('"stdout"')],
          ['text', lines(random, randomText(random))],
        ]
      case 1:
        return [
          ['output_type', scalar('"display_data"')],
          ['data', bundle(random)],
          ['metadata', metadata(random)],
        ]
      case 2:
        return [
          ['output_type', scalar('"execute_result"')],
          ['execution_count', scalar('2')],
          ['data', bundle(random)],
          ['metadata', metadata(random)],
        ]
      case 3:
        return [
          ['output_type', scalar('"error"')],
          ['ename', text(random, 'Error')],
          ['evalue', text(random, random.pick(WORDS))],
          ['traceback', array(random.list(3, () => text(random, random.pick(WORDS))))],
        ]
      default:
        return [
          ['output_type', scalar('"from_the_future"')],
          ['payload', anything(random, 3)],
        ]
    }
  })()
  return object(random.shuffle([...members, ...extra(random)]))
}

function cell(random: Random, index: number, withIds: boolean): GeneratedCell {
  const type = random.pick(['code', 'code', 'markdown', 'raw'])
  const id = withIds && random.chance(0.95) ? `cell-${index}` : undefined
  const about = metadata(random)
  const outputs = random.list(3, () => output(random))
  const members: [string, Piece][] = [
    ['cell_type', scalar(`"${type}"`)],
    ['metadata', about],
    ['source', lines(random, randomText(random))],
    ...(id === undefined ? [] : ([['id', scalar(`"${id}"`)]] as [string, Piece][])),
    ...extra(random),
  ]
  if (type === 'code') {
    members.push(['outputs', array(outputs)], ['execution_count', scalar(random.pick(['null', '7']))])
  } else if (random.chance(0.3)) {
    members.push(['attachments', object([['a.png', object([['image/png', lines(random, 'iVBO\nRw==')]])]])])
  }
  const sorted = random.chance(0.5) ? members.sort(([a], [b]) => (a < b ? -1 : 1)) : random.shuffle(members)
  return { piece: object(sorted), id, metadata: about, outputs: type === 'code' ? outputs : [] }
}

/** White space after an opening bracket or a comma, before a closing bracket, and around a colon. */
interface Style {
  open(level: number): string
  close(level: number): string
  colon(): string
}

function style(random: Random): Style {
  const indented = (unit: string, eol: string): Style => ({
    open: (level) => eol + unit.repeat(level + 1),
    close: (level) => eol + unit.repeat(level),
    colon: () => ': ',
  })
  const space = () => random.list(2, () => random.pick([' ', '\n', '\r\n', '\t'])).join('')
  return random.pick<Style>([
    indented(' ', '\n'),
    indented('  ', '\n'),
    indented('\t', '\n'),
    indented(' ', '\r\n'),
    { open: () => '', close: () => '', colon: () => ':' },
    { open: () => ' ', close: () => ' ', colon: () => ' : ' },
    { open: space, close: space, colon: () => `${space()}:${space()}` },
  ])
}

function print(random: Random, piece: Piece, layout: Style, level: number): string {
  if (piece.kind === 'scalar') return piece.text
  const parts =
    piece.kind === 'array'
      ? piece.items.map((item) => print(random, item, layout, level + 1))
      : piece.members.map(
          ([key, value]) =>
            stringText(random, key) + layout.colon() + print(random, value, layout, level + 1),
        )
  const [open, close] = piece.kind === 'array' ? '[]' : '{}'
  const body = parts.map((part) => layout.open(level) + part).join()
  return (piece.text = `${open}${body}${parts.length ? layout.close(level) : ''}${close}`)
}

/** A valid notebook of up to seven cells. */
export function generate(random: Random): Generated {
  const withIds = random.chance(0.8)
  const cells = random.list(7, (index) => cell(random, index, withIds))
  const members: [string, Piece][] = [
    ['nbformat', scalar('4')],
    ['nbformat_minor', scalar(withIds ? '5' : '4')],
    ['metadata', metadata(random)],
    ['cells', array(cells.map(({ piece }) => piece))],
    ...extra(random),
  ]
  const root = object(random.chance(0.5) ? members.reverse() : random.shuffle(members))
  const before = random.pick(['', '', '\uFEFF', '\n '])
  return { text: before + print(random, root, style(random), 0) + random.pick(['', '\n', '\r\n\n']), cells }
}
