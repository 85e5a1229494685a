/** Several panels in one figure. */
import type { Attributes } from './figure'
import { escape } from './style'

/** Plotly numbers subplots from 1 and leaves the 1 out. */
export function suffix(i: number): string {
  return i ? String(i + 1) : ''
}

/** The name of panel i, above it, with a remark behind it where there is one. */
export function panelTitle(name: string, i: number, remark = ''): Attributes {
  return {
    text: `<b>${escape(name)}</b>${remark}`,
    xref: `x${suffix(i)} domain`,
    yref: `y${suffix(i)} domain`,
    x: 0.5,
    y: 1,
    xanchor: 'center',
    yanchor: 'bottom',
    showarrow: false,
    font: { size: 13 },
  }
}
