/** Controls of a cell on a page with no session behind it: as they stood, with the values that the pictures show. */
import { encode as encodePng } from 'fast-png'
import {
  bytesOf,
  describePainter,
  unpackBytes,
  visiblePixels,
  type PainterSpec,
} from '../controls/painterSpec'
import { describeValue, readControls, type ControlSpec } from '../controls/specification'
import { encode } from '../figures/encode'
import { escapeHtml } from './html'

const WHY = 'As they stood when this page was made. In the notebook they can be moved.'

/** @param stored what the notebook holds. @returns undefined where it is no list of controls */
export function controlsToHtml(stored: unknown): string | undefined {
  const controls = readControls(stored)
  if (!controls?.length) return undefined
  const rows = controls.map((control) => {
    const [input, value] = shown(control)
    return `<div>${escapeHtml(control.label)}</div><div>${input}</div><div>${escapeHtml(value)}</div>`
  })
  return `<div class="controls" role="group" aria-label="Controls">${rows.join('')}</div><p class="note">${WHY}</p>`
}

/** A control that cannot be moved, and its value in words. */
function shown(control: ControlSpec): [input: string, value: string] {
  const label = `aria-label="${escapeHtml(control.label)}"`
  switch (control.kind) {
    case 'slider': {
      const { from, to, value } = control
      const range = `min="${from}" max="${to}" step="any" value="${value}"`
      const words = `${describeValue(value)} of ${describeValue(from)} to ${describeValue(to)}`
      return [`<input type="range" ${range} ${label} disabled>`, words]
    }
    case 'choice': {
      const others = control.options.filter((option) => option !== control.value)
      return ['', others.length ? `${control.value} (not ${others.join(', ')})` : control.value]
    }
    case 'toggle':
      return [
        `<input type="checkbox" ${control.value ? 'checked' : ''} ${label} disabled>`,
        describeValue(control.value),
      ]
    case 'button':
      return ['', control.value === 1 ? 'pressed once' : `pressed ${control.value} times`]
    case 'painter':
      return [picture(control), describePainter(control).slice(control.label.length + 2)]
  }
}

/** Width of a painted picture on the page, at most, in pixels. */
const SIDE = 240

function picture(spec: PainterSpec): string {
  const [height, width] = spec.shape
  const pixels = unpackBytes(spec.value, bytesOf(spec)) ?? new Uint8Array(bytesOf(spec))
  const file = encodePng({
    width,
    height,
    data: Uint8Array.from(visiblePixels(spec, pixels)),
    channels: 4,
    depth: 8,
  })
  const scale = Math.max(1, Math.floor(SIDE / Math.max(height, width)))
  const look = `image-rendering: pixelated; width: ${width * scale}px; height: ${height * scale}px`
  return `<img alt="${escapeHtml(describePainter(spec))}" src="data:image/png;base64,${encode(file, 'u1').bdata}" style="${look}">`
}
