/**
 * What `import Plotly from 'plotly.js-dist'` gives to cells. A cell has no page to draw on, so these functions show
 * their figure below the cell; the place that Plotly's functions name first names the figure for later changes.
 */
import type { Config, Data, Layout } from 'plotly.js'
import type { DisplayHandle } from '../display/display'
import { display } from '../display/screen'

/** A trace; Plotly knows more kinds than its declarations list. */
export type Trace = Data | { readonly type: string; readonly [attribute: string]: unknown }

interface Drawn {
  readonly handle: DisplayHandle
  readonly data: readonly Trace[]
  readonly layout: Partial<Layout>
  readonly config?: Partial<Config>
}

const drawn = new Map<string, Drawn>()

/** Shows a new figure. @param place any name; later calls with the same name change this figure. */
export function newPlot(
  place: string,
  data: readonly Trace[],
  layout: Partial<Layout> = {},
  config?: Partial<Config>,
): Promise<DisplayHandle> {
  const figure = { data, layout, ...(config && { config }) }
  const handle = display.plotly(figure)
  drawn.set(place, { handle, ...figure })
  return Promise.resolve(handle)
}

/** Shows another figure in the place of an earlier one; a new one if nothing has been shown there. */
export function react(
  place: string,
  data: readonly Trace[],
  layout: Partial<Layout> = {},
  config?: Partial<Config>,
): Promise<DisplayHandle> {
  const known = drawn.get(place)
  return known
    ? change(place, { ...known, data, layout, ...(config && { config }) })
    : newPlot(place, data, layout, config)
}

/** Changes parts of the layout, named by their path: `{ 'xaxis.range': [0, 1] }`. */
export function relayout(place: string, changes: Readonly<Record<string, unknown>>): Promise<DisplayHandle> {
  const known = find(place, 'relayout')
  return change(place, { ...known, layout: changed(known.layout, changes) })
}

/** Changes attributes, named by their path, of all traces or of those listed. */
export function restyle(
  place: string,
  changes: Readonly<Record<string, unknown>>,
  traces?: number | readonly number[],
): Promise<DisplayHandle> {
  const known = find(place, 'restyle')
  const chosen = traces === undefined ? undefined : [traces].flat()
  const data = known.data.map((trace, i) => (!chosen || chosen.includes(i) ? changed(trace, changes) : trace))
  return change(place, { ...known, data })
}

/** Adds traces behind those that are there. */
export function addTraces(place: string, traces: Trace | readonly Trace[]): Promise<DisplayHandle> {
  const known = find(place, 'addTraces')
  return change(place, { ...known, data: [...known.data, ...[traces].flat()] as readonly Trace[] })
}

/** Forgets a figure: what is shown stays. */
export function purge(place: string): void {
  drawn.delete(place)
}

function find(place: string, what: string): Drawn {
  const known = drawn.get(place)
  if (!known)
    throw new Error(`Plotly.${what}: nothing has been drawn as ${JSON.stringify(place)}; call newPlot first.`)
  return known
}

function change(place: string, { handle, ...figure }: Drawn): Promise<DisplayHandle> {
  handle.update(figure)
  drawn.set(place, { handle, ...figure })
  return Promise.resolve(handle)
}

/** A copy of `object` with the values at the given paths replaced. */
function changed<T extends object>(object: T, changes: Readonly<Record<string, unknown>>): T {
  const copy = { ...object } as Record<string, unknown>
  for (const [path, value] of Object.entries(changes)) {
    const [key, ...rest] = path.split('.') as [string, ...string[]]
    const inner = copy[key]
    const parent = typeof inner === 'object' && inner !== null ? inner : {}
    copy[key] = rest.length ? changed(parent, { [rest.join('.')]: value }) : value
  }
  return copy as T
}

export default { newPlot, react, relayout, restyle, addTraces, purge }
