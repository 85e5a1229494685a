/** The distribution of points as a picture, and as a table for those who do not see it. */
import { counted } from '../../../words'
import { pointsText } from '../printable'
import type { Bin } from './statistics'

const WIDTH = 720
const HEIGHT = 220
const LEFT = 36
const BOTTOM = 34
const TOP = 16

/** @param mean a line in the picture */
export function histogramToHtml(bins: readonly Bin[], mean: number): string {
  if (!bins.length) return ''
  const most = Math.max(1, ...bins.map(({ count }) => count))
  const low = bins[0]!.from
  const high = bins.at(-1)!.to
  const x = (points: number) => LEFT + ((points - low) / (high - low)) * (WIDTH - LEFT - 8)
  const y = (count: number) => HEIGHT - BOTTOM - (count / most) * (HEIGHT - BOTTOM - TOP)
  const bars = bins.map(({ from, to, count }) => {
    const [left, right] = [x(from) + 1, x(to) - 1]
    const label = count ? `<text x="${f((left + right) / 2)}" y="${f(y(count) - 4)}">${count}</text>` : ''
    return `<rect x="${f(left)}" y="${f(y(count))}" width="${f(right - left)}" height="${f(y(0) - y(count))}" rx="2"/>${label}`
  })
  // At most a dozen labels on the axis, each under the middle of its bar.
  const every = Math.ceil(bins.length / 12)
  const ticks = bins
    .filter((_, index) => index % every === 0)
    .map(({ from, to }) => {
      const text = to - from > 1 ? `${pointsText(from)}–${pointsText(to)}` : pointsText(from)
      return `<text x="${f(x((from + to) / 2))}" y="${HEIGHT - BOTTOM + 17}">${text}</text>`
    })
  // A bar of whole points stands over its number; so does the mean.
  const shown = mean + (high - bins.at(-1)!.from <= 1 ? (high - bins.at(-1)!.from) / 2 : 0)
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  const summary = `${counted(total, 'submission')}, ${pointsText(low)} to ${pointsText(bins.at(-1)!.from)} points, mean ${pointsText(mean)}`
  const rows = bins.map(
    ({ from, to, count }) =>
      `<tr><td>${pointsText(from)} to under ${pointsText(to)}</td><td class="amount">${count}</td></tr>`,
  )
  return `<figure class="histogram">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Distribution of points: ${summary}">
<line class="axis" x1="${LEFT}" x2="${WIDTH - 8}" y1="${f(y(0))}" y2="${f(y(0))}"/>
<g class="bars">${bars.join('')}</g><g class="ticks">${ticks.join('')}</g>
<line class="mean" x1="${f(x(shown))}" x2="${f(x(shown))}" y1="${TOP - 10}" y2="${f(y(0))}"/>
<text class="mean" x="${f(Math.min(x(shown) + 5, WIDTH - 90))}" y="${TOP - 3}">mean ${pointsText(mean)}</text>
<text class="unit" x="${f((LEFT + WIDTH) / 2)}" y="${HEIGHT - 2}">points</text>
</svg>
<details><summary>As a table</summary><table class="list"><thead><tr><th scope="col">Points</th><th scope="col" class="amount">Submissions</th></tr></thead>
<tbody>${rows.join('')}</tbody></table></details>
</figure>`
}

const f = (value: number) => value.toFixed(1)
