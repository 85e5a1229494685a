/**
 * Whose names are whose while a submission is graded.
 *
 * In a session all cells share their names, and a redeclaration reaches every closure. A student's cell could so give another
 * meaning to what a test's code uses: `Math`, a helper of the instructor's, `sample`. So where a student's cell declares a
 * name that the instructor's cells use, and that is not part of the answer, it is another name for the student's cells
 * from there on; the instructor's cells go on seeing their own.
 */
import { parseCell, type Parse } from '../compile/analysis'
import { compileParsed } from '../compile/compile'
import type { CellAnalysis, CellDiagnostic, CompileResult } from '../cell'

export interface GradedCell {
  readonly id: string
  readonly source: string
  readonly kind: 'given' | 'tests' | 'answer'
}

/** How the session calls a student's own variable of a name that is taken. */
export function ownName(name: string): string {
  return `${name} (the submission's own)`
}

/** Names that answers declare or assign. */
export function answerNames(cells: readonly GradedCell[]): string[] {
  const answers = cells.filter(({ kind }) => kind === 'answer').map(parse)
  return [...new Set(answers.flatMap(({ analysis }) => [...declaredBy(analysis), ...analysis.assigned]))]
}

/**
 * The answers that each cell of tests needs: those whose names it uses, itself or by way of the instructor's other cells.
 *
 * @param cells of the master
 * @returns ids of answers, by the id of the cell of tests
 */
export function neededAnswers(cells: readonly GradedCell[]): ReadonlyMap<string, readonly string[]> {
  const parsed = cells.map((cell) => ({ ...cell, ...parse(cell).analysis }))
  const makers = (name: string) =>
    parsed.filter(
      ({ declared, assigned }) => declared.some((one) => one.name === name) || assigned.includes(name),
    )
  const needed = (from: (typeof parsed)[number]): string[] => {
    const seen = new Set([from])
    // A set that grows while it is walked through is walked through to its end.
    for (const cell of seen)
      if (cell.kind !== 'answer')
        for (const name of cell.used) for (const maker of makers(name)) seen.add(maker)
    return [...seen].filter(({ kind }) => kind === 'answer').map(({ id }) => id)
  }
  return new Map(parsed.filter(({ kind }) => kind === 'tests').map((cell) => [cell.id, needed(cell)]))
}

/**
 * Compiles all cells of a submission, in order.
 *
 * @param answer names that the tests expect of the student.
 */
export function compileGraded(cells: readonly GradedCell[], answer: readonly string[]): CompileResult[] {
  const parsed = cells.map((cell) => ({ cell, ...parse(cell) }))
  const instructors = parsed.filter(({ cell }) => cell.kind !== 'answer').map(({ analysis }) => analysis)
  const declared = new Set(instructors.flatMap(declaredBy))
  const taken = new Set([...declared, ...instructors.flatMap(({ used, assigned }) => [...used, ...assigned])])
  for (const name of answer) {
    taken.delete(name)
    declared.delete(name)
  }
  const own = new Set<string>()
  return parsed.map(({ cell, parse, analysis }) => {
    if (!parse.ok) return parse
    if (cell.kind !== 'answer') return compileParsed(cell.id, parse.parsed)
    for (const name of declaredBy(analysis)) if (taken.has(name)) own.add(name)
    const assigned = analysis.assigned.find((name) => declared.has(name) && !own.has(name))
    if (assigned !== undefined) return { ok: false, errors: [assigns(cell.id, assigned)] }
    return compileParsed(cell.id, parse.parsed, (name) => (own.has(name) ? ownName(name) : name))
  })
}

const NONE: CellAnalysis = { declared: [], used: [], assigned: [], imports: [] }

/** Never throws: a text on which the compiler itself breaks is an error of the cell. */
function parse({ id, source }: GradedCell): { parse: Parse; analysis: CellAnalysis } {
  let parse: Parse
  try {
    parse = parseCell(id, source)
  } catch (error) {
    parse = { ok: false, errors: [atStart(id, `The compiler breaks on this cell: ${String(error)}`)] }
  }
  return { parse, analysis: parse.ok ? parse.parsed.analysis : NONE }
}

function declaredBy({ declared }: CellAnalysis): string[] {
  return declared.map(({ name }) => name)
}

function assigns(cell: string, name: string): CellDiagnostic {
  return atStart(
    cell,
    `'${name}' belongs to the assignment's own cells, and an answer cannot assign it. Declare a name of your own.`,
  )
}

function atStart(cell: string, message: string): CellDiagnostic {
  return { cell, category: 'error', code: 0, message, start: 0, end: 0, line: 1, column: 1 }
}
