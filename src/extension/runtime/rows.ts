/** What the table of variables says in each row, in which order. Pure: no page is needed. */
import type { Histogram, Summary, Variable } from '../../kernel/protocol'
import { fill } from './fill'
import type { VariableWords } from './messages'
import { formatBytes } from './state'

export type SortKey = 'session' | 'name' | 'kind' | 'shape' | 'value' | 'memory'

export interface Sort {
  readonly key: SortKey
  readonly descending: boolean
}

/** One variable as it is shown. */
export interface VariableRow {
  readonly name: string
  readonly kind: string
  /** `[512, 2] float32`. */
  readonly shape: string
  readonly value: string
  readonly range: string
  /** What is not as it should be: NaN, infinities. */
  readonly warning: string
  readonly histogram: Histogram | undefined
  readonly memory: string
  /** In which cell it was set, and what the value's text leaves out. */
  readonly hint: string
  readonly changed: boolean
  /** Whether all this may be of an earlier moment than the variable. */
  readonly old: boolean
  /** Whether there is more to see of it than its row says. */
  readonly opens: boolean
}

/** @param summary the latest there is, maybe of an older version: then `old` says so. */
export function rowOf(
  variable: Variable,
  summary: Summary | undefined,
  { changed = false, old = false }: { readonly changed?: boolean; readonly old?: boolean },
  words: VariableWords,
): VariableRow {
  const { name, kind, tensor, bytes, origin } = variable
  const statistics = tensor && !tensor.disposed ? summary?.statistics : undefined
  const { finite } = statistics ?? {}
  const part =
    statistics && statistics.looked < statistics.size
      ? fill(words.ofFirst, statistics.looked.toLocaleString('en-US'))
      : ''
  return {
    name,
    kind,
    shape: tensor ? `[${tensor.shape.join(', ')}] ${tensor.dtype}` : '',
    value: valueOf(variable, summary, words),
    range: finite ? `${number(finite.min)} … ${number(finite.max)}` : '',
    warning: [
      statistics?.nan ? fill(words.nan, statistics.nan.toLocaleString('en-US')) : '',
      statistics?.infinite ? fill(words.infinite, statistics.infinite.toLocaleString('en-US')) : '',
    ]
      .filter(Boolean)
      .join(', '),
    histogram: finite?.histogram,
    memory: bytes ? formatBytes(bytes) : '',
    hint: [variable.summary, part, origin ? fill(words.setBy, origin.count) : '', old ? words.old : '']
      .filter(Boolean)
      .join('\n'),
    changed,
    old,
    opens: tensor ? !tensor.disposed : !PLAIN.has(kind),
  }
}

/** Kinds of values that a row shows whole, or that have nothing to look into. */
const PLAIN: ReadonlySet<string> = new Set([
  ...['number', 'boolean', 'bigint', 'symbol', 'undefined', 'null', 'function', 'class'],
])

function valueOf(variable: Variable, summary: Summary | undefined, words: VariableWords): string {
  const { tensor, signature, parameters } = variable
  if (signature !== undefined) return signature
  if (parameters !== undefined && !tensor) return fill(words.parameters, parameters.toLocaleString('en-US'))
  if (!tensor || tensor.disposed) return variable.summary
  const { statistics } = summary ?? {}
  if (!summary) return '…'
  // Texts, and tensors whose device is gone.
  if (!statistics) return variable.summary
  if (!statistics.finite) return statistics.size ? words.noFinite : '[]'
  if (statistics.size === 1) return number(statistics.finite.mean)
  return `${number(statistics.finite.mean)} ± ${number(statistics.finite.deviation)}`
}

/** Whether every word of `filter` is part of the variable's name, type or shape. */
export function fits({ name, kind, tensor }: Variable, filter: string): boolean {
  const text = `${name} ${kind} ${tensor ? `[${tensor.shape.join(', ')}] ${tensor.dtype}` : ''}`
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return words.every((word) => text.toLowerCase().includes(word))
}

/** The variables in the order asked for; equal ones stay in the session's. */
export function sorted(
  variables: readonly Variable[],
  summaries: ReadonlyMap<string, Summary>,
  { key, descending }: Sort,
): Variable[] {
  if (key === 'session') return descending ? variables.toReversed() : [...variables]
  const sign = descending ? -1 : 1
  const rank = (variable: Variable): string | number => {
    switch (key) {
      case 'name':
        return variable.name.toLowerCase()
      case 'kind':
        return variable.kind.toLowerCase()
      case 'shape':
        return variable.tensor?.shape.reduce((product, n) => product * n, 1) ?? -1
      case 'value':
        return summaries.get(variable.name)?.statistics?.finite?.mean ?? -Infinity
      case 'memory':
        return variable.bytes ?? 0
    }
  }
  return [...variables].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)]
    return left === right ? 0 : sign * (left < right ? -1 : 1)
  })
}

/** Four significant digits. */
export function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value)
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2)
}
