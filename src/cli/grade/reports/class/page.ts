/** The page of the whole class: how points are distributed, which checks were hard, and what needs a person's eye. */
import { escapeHtml, htmlPage, inlineMarkdownToHtml } from '../../../../renderers/report'
import { counted } from '../../../words'
import type { AssignmentSummary, SubmissionResult } from '../../result'
import { isOpen } from '../../status'
import { bar, look } from '../look'
import { pointsText, printable } from '../printable'
import { statusLabels } from '../statusWords'
import { attention, everyone, slowest } from './lists'
import { histogramToHtml } from './histogram'
import { classStatistics, type ClassStatistics, type TestStatistics } from './statistics'
import { classStyle } from './style'

/**
 * One HTML file without any script.
 *
 * @param pages of the submissions, in their order: addresses relative to this page
 */
export function classPage(
  results: readonly SubmissionResult[],
  assignment: AssignmentSummary,
  pages: readonly string[],
): string {
  const statistics = classStatistics(results, assignment)
  const linked = results.map((result, index) => ({ result, page: pages[index]! }))
  const body = [
    header(statistics, assignment, results),
    '<main>',
    section('Points', statistics.points ? histogramToHtml(statistics.bins, statistics.points.mean) : ''),
    section('How it went', statuses(statistics)),
    section('Hardest checks', hardest(statistics.tests)),
    section('Needs a look', attention(linked, statistics)),
    section('Every check', checks(statistics.tests)),
    section('Time and memory', slowest(linked)),
    section('Every submission', everyone(linked, statistics.maxPoints)),
    '</main>',
    footer(results),
  ].join('\n')
  return htmlPage({ title: printable(`${assignment.title}: the class`), style: look + classStyle, body })
}

function section(title: string, html: string): string {
  return html ? `<section><h2>${title}</h2>\n${html}\n</section>` : ''
}

function header(
  { submissions, points, maxPoints }: ClassStatistics,
  { title }: AssignmentSummary,
  results: readonly SubmissionResult[],
): string {
  const open = results.filter((result) => result.cells.some((cell) => isOpen(result, cell))).length
  const cards: [string, string][] = [
    [String(submissions), submissions === 1 ? 'submission' : 'submissions'],
    ...(points
      ? ([
          [pointsText(points.mean), `mean of ${pointsText(maxPoints)}`],
          [pointsText(points.median), 'median'],
          [`${pointsText(points.lowest)} – ${pointsText(points.highest)}`, 'lowest and highest'],
          [pointsText(points.deviation), 'standard deviation'],
        ] satisfies [string, string][])
      : []),
    ...(open ? ([[String(open), 'to be graded by a person']] satisfies [string, string][]) : []),
  ]
  return `<header>
<p class="kicker">The class</p>
<h1>${inlineMarkdownToHtml(printable(title))}</h1>
<dl class="cards">${cards.map(([value, name]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>
</header>`
}

function statuses({ statuses, submissions }: ClassStatistics): string {
  const rows = statuses.map(
    ({ status, count }) =>
      `<tr><td><span class="badge ${status}">${statusLabels[status]}</span></td><td class="share">${bar(count / submissions)}</td>` +
      `<td class="amount">${count}</td><td class="amount">${percent(count, submissions)}</td></tr>`,
  )
  return table(['Status', '', ['Submissions'], ['Share']], rows)
}

const HARDEST = 5

function hardest(tests: readonly TestStatistics[]): string {
  const hard = tests
    .filter(({ of, passed }) => of > 0 && passed < of)
    .sort((a, b) => a.passed / a.of - b.passed / b.of || b.maxPoints - a.maxPoints)
    .slice(0, HARDEST)
  const items = hard.map(
    ({ title, name, passed, of }) =>
      `<li><span class="what">${inlineMarkdownToHtml(printable(name))}<span class="aside">${inlineMarkdownToHtml(printable(title))}</span></span>` +
      `${bar(passed / of)}<span class="share-text">${percent(passed, of)} passed</span></li>`,
  )
  return items.length ? `<ol class="hardest">${items.join('\n')}</ol>` : ''
}

function checks(tests: readonly TestStatistics[]): string {
  const rows = tests.map(
    ({ title, name, hidden, passed, of, maxPoints, discrimination }) =>
      `<tr><td>${inlineMarkdownToHtml(printable(title))}</td><td>${inlineMarkdownToHtml(printable(name))}${
        hidden ? ' <span class="aside">hidden</span>' : ''
      }</td>` +
      `<td class="share">${bar(of ? passed / of : 0)}</td><td class="amount">${passed} of ${of}</td>` +
      `<td class="amount">${pointsText(maxPoints)}</td>` +
      `<td class="amount">${discrimination === undefined ? '–' : discrimination.toFixed(2)}</td></tr>`,
  )
  if (!rows.length) return ''
  return `${table(['Part', 'Check', '', ['Passed'], ['Points'], ['Correlation']], rows)}
<p class="aside">Correlation of passing the check with the points of everything else: near 0 or below, a check says little about the work.</p>`
}

function footer(results: readonly SubmissionResult[]): string {
  const distinct = (values: readonly string[]) => [...new Set(values)].join(', ')
  const versions = distinct(results.map(({ runtime }) => runtime))
  const walls = distinct(results.map(({ sandbox }) => sandbox.level))
  const stamp = `${counted(results.length, 'submission')} graded with Genbook ${versions}; sandbox: ${walls}.`
  return results.length ? `<footer class="aside">${escapeHtml(printable(stamp))}</footer>` : ''
}

/** `42 %`, and neither 0 nor 100 where it is not exactly that. */
export function percent(count: number, of: number): string {
  if (!of) return '–'
  const share = Math.round((100 * count) / of)
  return `${count && count < of ? Math.min(99, Math.max(1, share)) : share} %`
}

/** @param heads those in brackets are of numbers */
export function table(heads: readonly (string | readonly [string])[], rows: readonly string[]): string {
  const head = heads.map((head) =>
    typeof head === 'string'
      ? `<th scope="col">${head}</th>`
      : `<th scope="col" class="amount">${head[0]}</th>`,
  )
  return `<div class="wide"><table class="list"><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
}
