/** Points and comments of persons, put into results. Applying them again changes nothing; taking one back undoes it. */
import { printable } from '../reports/printable'
import type { CellGrade, ManualGrade, SubmissionResult } from '../result'
import { settle, settleCell } from '../status'
import type { ManualEntry } from './entries'
import { fingerprint } from './fingerprint'

export interface Applied {
  readonly results: readonly SubmissionResult[]
  /** What does not fit, for people. */
  readonly problems: readonly string[]
  /** Fingerprints of what each entry was given for, to be handed in next time. */
  readonly seen: Seen
}

/** By what was entered (who, which cell, points, comment): the fingerprint of the automatic part at that time. */
export type Seen = Readonly<Record<string, string>>

/**
 * @param seen what `apply` returned last time; it tells whether the automatic part has changed since a person graded
 * @param accept take every grade as given for the automatic part as it is now
 */
export function applyManual(
  results: readonly SubmissionResult[],
  entries: readonly ManualEntry[],
  seen: Seen = {},
  { accept = false }: { readonly accept?: boolean } = {},
): Applied {
  const problems: string[] = []
  const now: Record<string, string> = {}
  const chosen = choose(results, entries, problems)
  const graded = results.map((result) => {
    const own = chosen.get(result)
    const print = fingerprint(result)
    const cells = result.cells.map((cell) => {
      const entry = own?.get(cell.gradeId)
      if (!entry) return cell.manual ? settleCell(automatic(cell)) : cell
      const key = keyOf(entry)
      const then = accept ? print : (seen[key] ?? entry.seen ?? print)
      now[key] = then
      return settleCell({ ...automatic(cell), manual: manualOf(entry, then !== print) })
    })
    return { ...result, cells, ...settle(cells, endedBy(result)) }
  })
  return { results: graded, problems, seen: now }
}

/** One entry for each cell of a submission; those that do not fit become problems. */
function choose(
  results: readonly SubmissionResult[],
  entries: readonly ManualEntry[],
  problems: string[],
): Map<SubmissionResult, Map<string, ManualEntry>> {
  const byStudent = new Map<string, SubmissionResult[]>()
  for (const result of results) {
    const name = printable(result.student)
    byStudent.set(name, [...(byStudent.get(name) ?? []), result])
  }
  const chosen = new Map<SubmissionResult, Map<string, ManualEntry>>()
  for (const entry of entries) {
    const { student, submission, gradeId, points, place } = entry
    const complain = (what: string) => problems.push(`${place}: ${what}`)
    const found = (byStudent.get(printable(student)) ?? []).filter(
      (result) => submission === undefined || printable(result.submission.name) === printable(submission),
    )
    if (found.length !== 1) {
      const which = submission === undefined ? `“${student}”` : `“${submission}” of “${student}”`
      complain(
        found.length
          ? `${found.length} submissions fit ${which}; fill in the column “submission”.`
          : `there is no submission ${which} among the results.`,
      )
      continue
    }
    const result = found[0]!
    const cell = result.cells.find((cell) => cell.gradeId === gradeId)
    if (!cell) {
      complain(`${student} has no cell “${gradeId}”.`)
      continue
    }
    if (points !== undefined && (points < 0 || points > cell.maxPoints)) {
      complain(
        `“${gradeId}” has 0 to ${cell.maxPoints} points, and ${points} were given. The grade does not count.`,
      )
      continue
    }
    const own = chosen.get(result) ?? new Map<string, ManualEntry>()
    chosen.set(result, own)
    const other = own.get(gradeId)
    if (other && (other.points !== points || other.comment !== entry.comment))
      complain(
        `another grade for “${gradeId}” of ${student} is in ${other.place}, and that one counts; remove one of them.`,
      )
    else own.set(gradeId, entry)
  }
  return chosen
}

function keyOf({ student, submission, gradeId, points, comment, seen }: ManualEntry): string {
  return JSON.stringify([student, submission, gradeId, points, comment, seen].map((part) => part ?? null))
}

function automatic(cell: CellGrade): Omit<CellGrade, 'manual'> {
  const { manual, ...rest } = cell
  return manual ? rest : cell
}

function manualOf({ points, comment, by }: ManualEntry, changed: boolean): ManualGrade {
  return {
    ...(points !== undefined && { points }),
    ...(comment !== undefined && { comment }),
    ...(by !== undefined && { by }),
    ...(changed && {
      flagged: 'The submission or its automatic result has changed since this was graded; look at it again.',
    }),
  }
}

/** What ended the submission as a whole and is no matter of its cells. */
function endedBy({ status }: SubmissionResult): SubmissionResult['status'] {
  return status === 'needs-manual' || status === 'failed' ? 'passed' : status
}
