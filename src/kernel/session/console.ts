/** `console`, printing to the running cell. */
import { preview } from '../display/preview'
import { tableBundle, isRecords } from '../display/table'

/** Levels that `console.dir` opens at most. */
const DEEPEST = 50

type Write = (name: 'stdout' | 'stderr', text: string) => void

/**
 * Makes a console that hands its text, line by line, to `write`.
 *
 * @param owner what groups belong to: the running cell, so that one that was left open indents no other's text.
 */
export function createConsole(write: Write, owner: () => object = () => write): Console {
  const indents = new WeakMap<object, string>()
  const counts = new Map<string, number>()
  const timers = new Map<string, number>()
  const print = (name: 'stdout' | 'stderr', values: readonly unknown[]) => {
    const text = format(values)
    const indent = indents.get(owner())
    write(name, (indent ? text.replace(/^/gm, indent) : text) + '\n')
  }
  const out = (...values: unknown[]) => print('stdout', values)
  const err = (...values: unknown[]) => print('stderr', values)
  const elapsed = (label: string) => {
    const start = timers.get(label)
    if (start === undefined) err(`Timer ${preview(label)} was not started`)
    return start === undefined ? undefined : `${label}: ${(performance.now() - start).toFixed(3)} ms`
  }
  const group = (...labels: unknown[]) => {
    if (labels.length) out(...labels)
    indents.set(owner(), `${indents.get(owner()) ?? ''}  `)
  }
  const methods = {
    log: out,
    info: out,
    debug: out,
    warn: err,
    error: err,
    dir: (value: unknown, { depth = 3 }: { readonly depth?: number | null } = {}) =>
      out(preview(value, { depth: Math.min(depth ?? Infinity, DEEPEST) })),
    dirxml: out,
    trace: (...values: unknown[]) => err(values.length ? `Trace: ${format(values)}` : 'Trace'),
    assert: (condition?: unknown, ...values: unknown[]) => {
      if (!condition) err(values.length ? `Assertion failed: ${format(values)}` : 'Assertion failed')
    },
    table: (value: unknown, columns?: readonly string[]) =>
      isRecords(value) ? out(tableBundle(value, columns)['text/plain']) : out(value),
    count: (label = 'default') => {
      counts.set(label, (counts.get(label) ?? 0) + 1)
      out(`${label}: ${counts.get(label)}`)
    },
    countReset: (label = 'default') => void counts.delete(label),
    time: (label = 'default') => void timers.set(label, performance.now()),
    timeLog: (label = 'default', ...values: unknown[]) => {
      const text = elapsed(label)
      if (text) out(text, ...values)
    },
    timeEnd: (label = 'default') => {
      const text = elapsed(label)
      if (text) out(text)
      timers.delete(label)
    },
    timeStamp: () => {},
    profile: () => {},
    profileEnd: () => {},
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indents.set(owner(), (indents.get(owner()) ?? '').slice(2))
    },
    clear: () => {},
  }
  return methods as unknown as Console
}

/** Values as one text: strings as they are, `%s %d %i %f %o %O %j %c` in the first one filled in. */
export function format(values: readonly unknown[]): string {
  const [first, ...rest] = values
  if (typeof first !== 'string' || rest.length === 0) return values.map(textOf).join(' ')
  let next = 0
  const filled = first.replace(/%[sdifoOjc%]/g, (directive) => {
    if (directive === '%%') return '%'
    if (next >= rest.length) return directive
    const value = rest[next++]
    switch (directive) {
      case '%s':
        return textOf(value)
      case '%d':
        return typeof value === 'bigint' ? `${value}n` : String(numberOf(value))
      case '%i':
        return typeof value === 'bigint' ? `${value}n` : String(Math.trunc(numberOf(value)))
      case '%f':
        return String(numberOf(value))
      case '%c':
        return ''
      default:
        return preview(value)
    }
  })
  return [filled, ...rest.slice(next).map(textOf)].join(' ')
}

/** Symbols, and objects that refuse, are no numbers. */
function numberOf(value: unknown): number {
  try {
    return Number(value)
  } catch {
    return NaN
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : preview(value))
