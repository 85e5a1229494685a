/** Lists of submissions, each leading to its page. */
import { escapeHtml } from '../../../../renderers/report'
import { counted, seconds } from '../../../words'
import type { SubmissionResult, SubmissionStatus } from '../../result'
import { oneLine, pointsText } from '../printable'
import { statusLabels, statusWords } from '../statusWords'
import { table } from './page'
import type { ClassStatistics } from './statistics'

export interface Linked {
  readonly result: SubmissionResult
  readonly page: string
}

const link = ({ result, page }: Linked) =>
  `<a href="${escapeHtml(page)}"><bdi>${escapeHtml(oneLine(result.student, 80))}</bdi></a>`

const badge = (status: SubmissionStatus) => `<span class="badge ${status}">${statusLabels[status]}</span>`

const MOST = 200
const serious: readonly SubmissionStatus[] = ['ungradable', 'tampered', 'killed', 'oom', 'timeout', 'error']

/** What a person should look at: what could not be graded, what ended badly, what changed since it was graded, what is flaky. */
export function attention(linked: readonly Linked[], { flaky }: ClassStatistics): string {
  const bad = serious.flatMap((status) => linked.filter(({ result }) => result.status === status))
  const flagged = linked.filter(({ result }) =>
    result.cells.some(({ manual }) => manual?.flagged !== undefined),
  )
  const rows = [
    ...bad.map((entry) =>
      row(entry, badge(entry.result.status), entry.result.reason ?? statusWords[entry.result.status]),
    ),
    ...flagged.map((entry) => {
      const { gradeId, manual } = entry.result.cells.find(({ manual }) => manual?.flagged !== undefined)!
      return row(entry, '<span class="badge needs-manual">flagged</span>', `${gradeId}: ${manual!.flagged}`)
    }),
  ]
  const more = rows.length - MOST
  const unsure = flaky.map(
    ({ name, gradeId, count }) =>
      `<li>${escapeHtml(oneLine(`${name} (${gradeId})`))}: came out differently when run again in ${counted(count, 'submission')}.</li>`,
  )
  return [
    rows.length ? table(['Submission', 'Status', 'Why'], rows.slice(0, MOST)) : '',
    more > 0 ? `<p class="aside">${more} more are in gradebook.csv.</p>` : '',
    unsure.length ? `<h3>Flaky checks</h3><ul>${unsure.join('\n')}</ul>` : '',
  ].join('')
}

function row(entry: Linked, label: string, why: string): string {
  return `<tr><td>${link(entry)}</td><td>${label}</td><td>${escapeHtml(oneLine(why, 300))}</td></tr>`
}

const SLOWEST = 5

/** The submissions that took longest. */
export function slowest(linked: readonly Linked[]): string {
  const slow = [...linked].sort((a, b) => b.result.seconds - a.result.seconds).slice(0, SLOWEST)
  const rows = slow.map((entry) => {
    const { seconds: total, ownSeconds, peakMemory } = entry.result
    const cells = [
      seconds(total * 1000),
      ownSeconds === undefined ? '–' : seconds(ownSeconds * 1000),
      peakMemory === undefined ? '–' : `${Math.round(peakMemory / 1e6)} MB`,
    ]
    return `<tr><td>${link(entry)}</td>${cells.map((cell) => `<td class="amount">${cell}</td>`).join('')}</tr>`
  })
  return rows.length ? table(['The slowest', ['Time'], ['Its own code'], ['Memory']], rows) : ''
}

const EVERYONE = 5000

export function everyone(linked: readonly Linked[], maxPoints: number): string {
  const ordered = [...linked].sort((a, b) => a.result.student.localeCompare(b.result.student, 'en'))
  const rows = ordered
    .slice(0, EVERYONE)
    .map(
      (entry) =>
        `<tr><td>${link(entry)}</td><td>${badge(entry.result.status)}</td><td class="amount">${pointsText(entry.result.points)} of ${pointsText(maxPoints)}</td></tr>`,
    )
  if (!rows.length) return ''
  const more =
    ordered.length > EVERYONE
      ? `<p class="aside">${ordered.length - EVERYONE} more are in gradebook.csv.</p>`
      : ''
  const list = table(['Submission', 'Status', ['Points']], rows) + more
  return ordered.length > 40
    ? `<details><summary>${counted(ordered.length, 'submission')}</summary>${list}</details>`
    : list
}
