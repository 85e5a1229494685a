/** Answers that a student did not give: what tests say of a placeholder is not worth reading. */
import type { TakenAnswers } from '../../notebook/grading'
import { plainText } from '../../kernel/grading/words'
import { summaryCells } from './structure'
import type { Assignment } from './types'

/** Why an answer was not taken, where it was there. */
const REFUSED: ReadonlySet<string> = new Set(['answer-too-long', 'locked-text'])

/** @returns by the id of the answer's cell, in one sentence, why there is none */
export function unansweredIn(
  { notebook }: Pick<Assignment, 'notebook'>,
  { answers, missing, findings }: TakenAnswers,
): ReadonlyMap<string, string> {
  const why = new Map<string, string>()
  for (const { id, gradeId } of summaryCells(notebook)) {
    const refused = findings.find(({ rule, args }) => REFUSED.has(rule) && args[0] === gradeId)
    if (missing.includes(gradeId))
      why.set(
        id,
        refused
          ? plainText(refused.message, 300)
          : `Not answered: the cell “${gradeId}” was not found in the submission.`,
      )
    else if (answers.get(gradeId)?.untouched)
      why.set(id, `Not answered: the cell “${gradeId}” reads as it was released.`)
    else if (answers.get(gradeId)?.text.trim() === '')
      why.set(id, `Not answered: the cell “${gradeId}” is empty.`)
  }
  return why
}

/** Whether nothing at all was answered, of what has answers of its own. */
export function nothingAnswered(
  assignment: Pick<Assignment, 'notebook'>,
  taken: TakenAnswers,
  unanswered: ReadonlyMap<string, string>,
): boolean {
  const all = summaryCells(assignment.notebook).filter(({ kind }) => kind === 'answer' || kind === 'manual')
  const tasks = [...taken.tasks.values()].some(({ cells }) => cells.length > 0)
  return all.length > 0 && !tasks && all.every(({ id }) => unanswered.has(id))
}
