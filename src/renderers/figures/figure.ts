/**
 * A figure is what Plotly draws, as plain data: it travels between threads and into a notebook's file unchanged.
 */
import { sizeOf } from './encode'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A Plotly object: a trace, a layout, a configuration. */
export interface Attributes {
  readonly [key: string]: Json
}

/** A Plotly 4 specification, in the form of `application/vnd.plotly.v1+json`. */
export interface Figure {
  readonly data: readonly Attributes[]
  readonly layout: Attributes
  readonly config?: Attributes
  readonly frames?: readonly Attributes[]
}

export const PLOTLY_MIME = 'application/vnd.plotly.v1+json'

/** Input that cannot be drawn. The message names the argument, what is wrong with it and what is expected. */
export class FigureError extends Error {
  override readonly name = 'FigureError'
}

/** The figure in every form that is stored in a notebook: for Plotly, and as one line for those who read text. */
export function figureBundle(figure: Figure): { readonly [mime: string]: Json } {
  return { [PLOTLY_MIME]: { ...figure }, 'text/plain': describe(figure) }
}

/**
 * One line that says what a figure shows.
 *
 * A figure made here carries its own line as `layout.meta.summary`; for any other, the title and the traces are listed.
 */
export function describe(figure: Figure): string {
  const meta = asObject(figure.layout.meta)
  if (typeof meta?.summary === 'string') return meta.summary
  const title = plain(figure.layout.title) ?? 'Figure'
  const traces = figure.data.slice(0, 4).map(describeTrace)
  if (figure.data.length > 4) traces.push(`${figure.data.length - 4} more`)
  return traces.length ? `${title}: ${traces.join(', ')}` : `${title} (empty)`
}

function describeTrace(trace: Attributes): string {
  const kind = typeof trace.type === 'string' ? trace.type : 'scatter'
  const size = sizeOf(trace.x) ?? sizeOf(trace.y) ?? sizeOf(trace.z) ?? sizeOf(trace.values)
  const name = typeof trace.name === 'string' ? ` “${trace.name}”` : ''
  return `${kind}${name}${size === undefined ? '' : ` of ${count(size, 'value')}`}`
}

function plain(title: Json | undefined): string | undefined {
  const text = typeof title === 'string' ? title : asObject(title)?.text
  return typeof text === 'string' ? text.replace(/<[^<>]*>/g, '').trim() || undefined : undefined
}

function asObject(value: Json | undefined): Attributes | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Attributes)
    : undefined
}

/** `1 point`, `4,096 points`. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`
}
