/** The page that a student reads: points, what each check expected, their own pictures, and what a person wrote. */
import {
  escapeHtml,
  htmlPage,
  inlineMarkdownToHtml,
  type OutputOptions,
  type Program,
} from '../../../../renderers/report'
import type { AssignmentSummary, CellGrade, SubmissionResult } from '../../result'
import { sumOfPoints } from '../../status'
import { bar, look } from '../look'
import { pointsText, printable } from '../printable'
import { statusLabels, statusWords } from '../statusWords'
import { partToHtml } from './part'
import { feedbackStyle } from './style'

/**
 * One HTML file that needs nothing else. All that the submission can influence is data in it: none of it runs or fetches.
 *
 * @param program draws the student's figures; without it they are pictures or text
 */
export function feedbackPage(
  result: SubmissionResult,
  assignment: AssignmentSummary,
  program?: Program,
): string {
  let figures = 0
  const options: OutputOptions = {
    drawsFigures: program !== undefined,
    nextId: () => `figure-${++figures}`,
  }
  const parts = partsOf(result.cells)
  const body = [
    header(result, assignment),
    '<main>',
    ...(result.notes.length ? [notes(result.notes)] : []),
    ...(parts.length > 1 ? [overview(parts)] : []),
    ...parts.map((part) => partToHtml(part, options)),
    '</main>',
    footer(result),
  ].join('\n')
  return htmlPage({
    title: printable(`${assignment.title}: ${result.student}`),
    style: look + feedbackStyle,
    body,
    program: figures ? program : undefined,
  })
}

/** Neighbouring cells under one heading of the assignment. */
export interface Part {
  readonly id: string
  readonly title: string
  readonly cells: readonly CellGrade[]
  readonly points: number
  readonly maxPoints: number
}

function partsOf(cells: readonly CellGrade[]): Part[] {
  const groups: CellGrade[][] = []
  for (const cell of cells) {
    const last = groups.at(-1)
    if (last && cell.title !== undefined && last[0]!.title === cell.title) last.push(cell)
    else groups.push([cell])
  }
  return groups.map((cells, index) => ({
    id: `part-${index + 1}`,
    title: cells[0]!.title ?? cells[0]!.gradeId,
    cells,
    points: sumOfPoints(cells.map(({ points }) => points)),
    maxPoints: sumOfPoints(cells.map(({ maxPoints }) => maxPoints)),
  }))
}

function header(result: SubmissionResult, assignment: AssignmentSummary): string {
  const { points, maxPoints, status, reason } = result
  const share = maxPoints > 0 ? points / maxPoints : 0
  return `<header>
<p class="kicker">${inlineMarkdownToHtml(printable(assignment.title))}</p>
<h1><bdi>${escapeHtml(printable(result.student))}</bdi></h1>
<div class="score">
<p class="total"><strong>${pointsText(points)}</strong> of ${pointsText(maxPoints)} points</p>
${bar(share)}
<p class="verdict"><span class="badge ${status}">${statusLabels[status]}</span> ${statusWords[status]}${
    reason === undefined ? '' : ` <span class="reason">${escapeHtml(printable(reason))}</span>`
  }</p>
</div>
</header>`
}

function notes(texts: readonly string[]): string {
  return `<aside class="callout">${texts.map((text) => `<p>${escapeHtml(printable(text))}</p>`).join('')}</aside>`
}

function overview(parts: readonly Part[]): string {
  const rows = parts
    .filter(({ maxPoints }) => maxPoints > 0)
    .map(
      ({ id, title, points, maxPoints, cells }) =>
        `<tr><td><a href="#${id}">${inlineMarkdownToHtml(printable(title))}</a></td>` +
        `<td class="share">${bar(points / maxPoints)}</td>` +
        `<td class="amount">${pointsText(points)} of ${pointsText(maxPoints)}${
          cells.some(({ status }) => status === 'needs-manual') ? ', not final' : ''
        }</td></tr>`,
    )
  if (!rows.length) return ''
  return `<table class="list overview"><thead><tr><th scope="col">Part</th><th scope="col"><span class="visually-hidden">Share</span></th>
<th scope="col" class="amount">Points</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`
}

function footer({ started, runtime, seed, submission }: SubmissionResult): string {
  const when = started.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')
  const stamp = `Graded ${when} with Genbook ${runtime}, seed ${seed}, from ${submission.name} (${submission.hash.slice(0, 12)}).`
  return `<footer class="aside">${escapeHtml(printable(stamp))}</footer>`
}
