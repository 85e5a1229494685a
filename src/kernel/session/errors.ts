/** Errors as a person should see them: name, message, the lines of cells that led there. */
import type { CellDiagnostic } from '../cell'
import { preview } from '../display/preview'
import type { CellError, CellFrame } from '../protocol'
import { excerpt } from './excerpt'
import { plainMessage } from './scope.message'
import { rawFrames, type RunSource } from './stack'

/** A message longer than this is cut. */
const LONGEST_MESSAGE = 10_000
/** A recursion that overflows the stack has thousands of frames; these are enough to see the circle. */
const MOST_FRAMES = 20

/**
 * Any thrown value as a `CellError`.
 *
 * @param find gives the source of a run by its number, or undefined when it is not known any more.
 */
export function cellError(thrown: unknown, find: (run: number) => RunSource | undefined): CellError {
  const { name, message } = describe(thrown)
  const frames: CellFrame[] = []
  let text = ''
  for (const raw of rawFrames(stackOf(thrown))) {
    const source = find(raw.run)
    const frame = source?.locate(raw)
    if (!source || !frame || sameFrame(frame, frames.at(-1))) continue
    if (frames.length === 0) text = excerpt(source.cell.source, frame.line, frame.column)
    frames.push(frame)
    if (frames.length === MOST_FRAMES) break
  }
  return { name, message: cut(message), frames, excerpt: text }
}

/**
 * The error of a cell that does not parse.
 *
 * @param source the cell's text, for the excerpt.
 * @param count the execution count that the editor shows beside the cell.
 */
export function syntaxError(errors: readonly CellDiagnostic[], source: string, count: number): CellError {
  const first = errors[0]
  if (!first) return { name: 'SyntaxError', message: 'The cell does not parse.', frames: [], excerpt: '' }
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  const { cell, line, column } = first
  return {
    name: 'SyntaxError',
    message: cut(first.message + more),
    frames: [{ cell, count, function: '', line, column }],
    excerpt: excerpt(source, line, column),
  }
}

/**
 * An error as plain text, the way a terminal shows it.
 *
 * ```text
 * ReferenceError: y is not defined
 *     at f (cell [3], line 2, column 5)
 *   1 | function f() {
 * > 2 |   return y
 *     |          ^
 * ```
 */
export function formatError(error: CellError): string {
  const lines = [error.message ? `${error.name}: ${error.message}` : error.name]
  for (const frame of error.frames) {
    const place = `cell [${frame.count}], line ${frame.line}, column ${frame.column}`
    lines.push(frame.function ? `    at ${frame.function} (${place})` : `    at ${place}`)
  }
  if (error.excerpt) lines.push('', error.excerpt)
  return lines.join('\n')
}

/** The stack text of anything, or an empty one. */
export function stackOf(thrown: unknown): string {
  return textOf(thrown, 'stack') ?? ''
}

function describe(thrown: unknown, depth = 0): { name: string; message: string } {
  if (!isErrorLike(thrown)) return { name: 'Thrown', message: preview(thrown) }
  const name = textOf(thrown, 'name') || 'Error'
  let message = plainMessage(textOf(thrown, 'message') ?? '')
  if (depth < 3) {
    const inner = (error: unknown) => {
      const each = describe(error, depth + 1)
      return each.message ? `${each.name}: ${each.message}` : each.name
    }
    const errors = read(thrown, 'errors')
    if (Array.isArray(errors))
      for (const each of errors.slice(0, 10)) message += `\n  - ${inner(each).replaceAll('\n', '\n    ')}`
    const cause = read(thrown, 'cause')
    if (cause !== undefined) message += `\nCaused by ${inner(cause)}`
  }
  return { name, message }
}

function isErrorLike(value: unknown): value is object {
  return typeof value === 'object' && value !== null && textOf(value, 'message') !== undefined
}

/** A text property of a value that may be anything, even a trap. */
function textOf(value: unknown, key: string): string | undefined {
  const found = read(value, key)
  return typeof found === 'string' ? found : undefined
}

function read(value: unknown, key: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  } catch {
    return undefined
  }
}

function cut(message: string): string {
  return message.length <= LONGEST_MESSAGE
    ? message
    : `${message.slice(0, LONGEST_MESSAGE)}… (${message.length.toLocaleString('en-US')} characters)`
}

function sameFrame(a: CellFrame, b: CellFrame | undefined): boolean {
  return (
    b !== undefined &&
    a.cell === b.cell &&
    a.count === b.count &&
    a.line === b.line &&
    a.column === b.column &&
    a.function === b.function
  )
}
