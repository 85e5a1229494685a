/** A histogram as a picture of the size of a line of text. */
import type { Histogram } from '../../kernel/protocol'

const WIDTH = 96
const HEIGHT = 18

/** The bars as one SVG path in a box of 96 × 18: a bar that counts something is never too low to be seen. */
export function barsPath({ counts }: Histogram): string {
  const most = Math.max(...counts)
  const step = WIDTH / counts.length
  // A single bar as wide as the picture would look like a frame.
  const width = Math.min(step * 0.86, 12)
  return counts
    .map((count, i) => {
      if (!count) return ''
      const height = Math.max(1, (count / most) * HEIGHT)
      const x = i * step + (step - width) / 2
      return `M${round(x)} ${HEIGHT}V${round(HEIGHT - height)}H${round(x + width)}V${HEIGHT}Z`
    })
    .join('')
}

/** @param label what a screen reader says. */
export function sparkline(histogram: Histogram, label: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
  svg.setAttribute('class', 'sparkline')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', label)
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', barsPath(histogram))
  svg.append(path)
  return svg
}

const round = (value: number) => Math.round(value * 100) / 100
