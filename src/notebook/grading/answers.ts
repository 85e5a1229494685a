/** Takes the student's text out of a submission, and says what else was done to it. */
import { sameSource } from '../lines'
import type { Cell, CellType, Notebook, Output } from '../types'
import { placeholdersOf, recordCell } from './assignment'
import { compare } from './compare'
import { error, placeOf, type Finding } from './finding'
import { matchCells, type Matches, type Recognised } from './match'
import { readNbgrader } from './metadata'
import { releaseCell } from './release'
import { isAnswer, isLocked, roleOf } from './roles'

/** What a student wrote into one answer cell. */
export interface Answer {
  readonly gradeId: string
  /** The master's id of the cell. */
  readonly cellId: string
  readonly role: 'solution' | 'manual'
  /** The master's type of the cell, whatever the submission made of it. */
  readonly type: CellType
  readonly text: string
  /** Whether it reads exactly as it was released. */
  readonly untouched: boolean
  /** What the cell showed when it was handed in; nothing vouches for it. */
  readonly outputs: readonly Output[]
  readonly by: Recognised
  /** Index in the submission. */
  readonly index: number
}

/** What a student wrote below a task: any cells of their own. */
export interface TaskAnswer {
  readonly gradeId: string
  readonly cells: readonly { readonly type: CellType; readonly text: string }[]
}

export interface TakenAnswers {
  /** By grade id; answers that vanished are absent. */
  readonly answers: ReadonlyMap<string, Answer>
  readonly tasks: ReadonlyMap<string, TaskAnswer>
  /** Grade ids of answers that could not be found or were not taken. */
  readonly missing: readonly string[]
  readonly findings: readonly Finding[]
}

export interface TakeOptions {
  /** Longest text of one answer, in UTF-16 units. */
  readonly longest?: number
}

const LONGEST = 1_000_000

/**
 * The answers in a submission of an assignment.
 *
 * The master alone says which cells there are, what they are for and what they are worth; a submission gives texts.
 * Never throws, whatever the submission holds, and never takes the text of a locked cell for an answer.
 */
export function takeAnswers(
  master: Notebook,
  submission: Notebook,
  { longest = LONGEST }: TakeOptions = {},
): TakenAnswers {
  const placeholders = placeholdersOf(master)
  const released = master.cells.map((cell) => recordCell(releaseCell(cell, placeholders)))
  const matches = matchCells(released, submission.cells, placeholders)
  const locked = released.filter((cell) => isLocked(roleOf(cell)) && cell.source.trim())
  const answers = new Map<string, Answer>()
  const tasks = new Map<string, TaskAnswer>()
  const missing: string[] = []
  const findings = [...compare(released, submission.cells, matches)]
  for (const [number, cell] of released.entries()) {
    const { nbgrader } = readNbgrader(cell)
    const role = roleOf(cell)
    if (!nbgrader || !isAnswer(role)) {
      if (nbgrader && role === 'task')
        tasks.set(nbgrader.grade_id, {
          gradeId: nbgrader.grade_id,
          cells: below(matches, number).flatMap((index) => textOf(submission.cells[index], longest) ?? []),
        })
      continue
    }
    const gradeId = nbgrader.grade_id
    const match = matches.of[number]
    const found = match && submission.cells[match.index]
    const place = found ? placeOf(found, match.index) : {}
    const copied = found && locked.find(({ source }) => sameSource(source.trim(), found.source.trim()))
    if (found && found.source.length > longest)
      findings.push(
        error(
          'answer-too-long',
          place,
          'The answer “{0}” has {1} characters; at most {2} are taken.',
          gradeId,
          found.source.length,
          longest,
        ),
      )
    else if (copied && !sameSource(found.source, cell.source))
      findings.push(
        error(
          'locked-text',
          place,
          'The answer “{0}” is the text of the locked cell “{1}”.',
          gradeId,
          copied.id,
        ),
      )
    else if (found) {
      const untouched = sameSource(found.source.trim(), cell.source.trim())
      const about = { gradeId, cellId: cell.id, role, type: cell.cell_type, untouched }
      const outputs = found.cell_type === 'code' ? found.outputs : []
      answers.set(gradeId, { ...about, text: found.source, outputs, by: match.by, index: match.index })
      continue
    }
    missing.push(gradeId)
  }
  return { answers, tasks, missing, findings }
}

/** The notebook to grade: the master, with the student's text in the solution cells, and the placeholder where there is none. */
export function gradedNotebook(
  master: Notebook,
  answers: ReadonlyMap<string, Pick<Answer, 'text'>>,
): Notebook {
  const placeholders = placeholdersOf(master)
  const cells = master.cells.map((cell): Cell => {
    const { nbgrader } = readNbgrader(cell)
    const bare: Cell = cell.cell_type === 'code' ? { ...cell, execution_count: null, outputs: [] } : cell
    if (!nbgrader || !isAnswer(roleOf(cell))) return bare
    const text = answers.get(nbgrader.grade_id)?.text
    return { ...bare, source: text ?? releaseCell(cell, placeholders).source }
  })
  return { ...master, cells }
}

/** Cells of the student's own between a released cell and the next one that is there. */
function below({ of, extra }: Matches, number: number): number[] {
  const start = of[number]?.index
  if (start === undefined) return []
  const taken = of.flatMap((match) => (match ? [match.index] : []))
  const end = Math.min(...taken.filter((index) => index > start), Infinity)
  return extra.filter((index) => index > start && index < end)
}

function textOf(cell: Cell | undefined, longest: number): { type: CellType; text: string } | undefined {
  return cell?.source.trim() && cell.source.length <= longest
    ? { type: cell.cell_type, text: cell.source }
    : undefined
}
