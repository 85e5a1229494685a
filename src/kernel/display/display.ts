/** `display`, as cells see it. */
import type { MimeBundle } from '../protocol'
import { bundleOf, isBundle, storable } from './bundle'
import { htmlText } from './html'
import { imageBundle } from './image'
import { toJson } from './json'
import { figureBundle, type FigureLike } from './plotly'
import { preview } from './preview'
import { tableBundle } from './table'

/** Something that is shown and can be changed in place, by this cell or a later one. */
export interface DisplayHandle {
  /** Shows `value` in the place of what was shown before. */
  update(value: unknown): void
}

/**
 * Shows values below the cell, each in the form that suits it: numbers, tables of records, tensors, Plotly figures,
 * images. A value with a `toMimeBundle()` method shows itself.
 */
export interface Display {
  /** Shows one or more values. @returns a handle to the last, to change it in place. */
  (...values: unknown[]): DisplayHandle
  /** Text with Markdown, and LaTeX between `$` or `$$`. */
  markdown(text: string): DisplayHandle
  /** A piece of HTML, which is made safe where it is shown. */
  html(html: string): DisplayHandle
  /** The bytes of an image file, or a tensor [height, width(, channels)]; `range` gives the values of black and white. */
  image(image: unknown, options?: { readonly range?: readonly [number, number] }): DisplayHandle
  /** An array of records as a table; `columns` chooses and orders its keys. */
  table(rows: readonly object[], columns?: readonly string[]): DisplayHandle
  /** A value as a tree of JSON. */
  json(value: unknown): DisplayHandle
  /** A Plotly figure `{ data, layout }`; typed arrays are welcome. */
  plotly(figure: FigureLike): DisplayHandle
  /** A bundle of your own: MIME type to text, base64 or JSON. */
  bundle(bundle: MimeBundle): DisplayHandle
  /** Takes back what this cell has shown so far. */
  clear(): void
}

/** Where `display` puts things: the session, which knows the running cell. */
export interface Screen {
  /** Shows a bundle, at once or when it has been read from the device. */
  show(bundle: MimeBundle | Promise<MimeBundle>, placeholder: () => MimeBundle): Shown
  /** A line of text, where `console.log` prints. */
  print(line: string): void
  clear(): void
}

/** A place on the screen. */
export interface Shown {
  change(bundle: MimeBundle | Promise<MimeBundle>): void
}

/** Handles of what is on the screen already: as a cell's last expression they must not be shown again. */
const handles = new WeakSet<object>()

/** Whether `value` is a handle of something that is shown already. */
export function isHandle(value: unknown): value is DisplayHandle {
  return typeof value === 'object' && value !== null && handles.has(value)
}

/** Marks an object that has shown itself, such as a control. */
export function markShown<T extends object>(shown: T): T {
  handles.add(shown)
  return shown
}

/** The handle of a place on the screen. */
export function handleOf(shown: Shown): DisplayHandle {
  const handle: DisplayHandle = { update: (value) => shown.change(bundleOf(value)) }
  handles.add(handle)
  return handle
}

/** An object of JSON is cut long before it could fill the screen. */
const MOST_JSON_BYTES = 8_000_000

/** Makes the `display` of one session. */
export function createDisplay(screen: Screen): Display {
  const put = (bundle: MimeBundle | Promise<MimeBundle>, value?: unknown): DisplayHandle => {
    const shown = screen.show(bundle, () => ({ 'text/plain': preview(value, { depth: 0 }) }))
    return handleOf(shown)
  }
  const text = (given: unknown, what: string) => {
    if (typeof given !== 'string')
      throw new TypeError(`${what} shows a text, not ${preview(given, { depth: 0 })}.`)
    return given
  }
  const display = (...values: unknown[]): DisplayHandle => {
    let last: DisplayHandle | undefined
    for (const value of values) last = put(bundleOf(value), value)
    return last ?? handleOf({ change: () => {} })
  }
  return Object.assign(display, {
    markdown: (given: string) => {
      const markdown = text(given, 'display.markdown')
      return put({ 'text/markdown': markdown, 'text/plain': markdown })
    },
    html: (given: string) => {
      const html = text(given, 'display.html')
      return put({ 'text/html': html, 'text/plain': htmlText(html) })
    },
    image: (image: unknown, options: { readonly range?: readonly [number, number] } = {}) =>
      put(imageBundle(image, options.range), image),
    table: (rows: readonly object[], columns?: readonly string[]) =>
      put(tableBundle(rows as readonly Record<string, unknown>[], columns)),
    json: (value: unknown) =>
      put({ 'application/json': toJson(value, MOST_JSON_BYTES), 'text/plain': preview(value) }),
    plotly: (figure: FigureLike) => put(figureBundle(figure)),
    bundle: (given: MimeBundle) => {
      if (!isBundle(given))
        throw new TypeError(
          `display.bundle shows an object of MIME types, such as { 'text/html': '<b>x</b>' }, not ${preview(given, { depth: 0 })}.`,
        )
      return put({ 'text/plain': '', ...storable(given) })
    },
    clear: () => screen.clear(),
  })
}
