/** What is wrong with a master that shows only when it runs: with its own solutions, and with none. */
import type { LanguageClient } from '../../kernel/language/client'
import type { Notebook } from '../../notebook'
import {
  error,
  gradedNotebook,
  lineOfTest,
  namedTests,
  placeOf,
  pointsOf,
  readNbgrader,
  releaseNotebook,
  roleOf,
  warning,
  type Finding,
  type SessionTest,
} from '../../notebook/grading'
import type { NotebookFile } from '../notebook'
import { runAssignment, testsByGradeId, type RanAssignment, type RanCell, type RunSettings } from './run'

export interface LintRun {
  readonly findings: readonly Finding[]
  /** What the tests of the master came to, by grade id. */
  readonly tests: ReadonlyMap<string, readonly SessionTest[]>
}

/** Runs the master twice: every test must pass on its solutions, and none on the placeholders. */
export async function lintByRunning(
  file: NotebookFile,
  language: LanguageClient,
  settings: RunSettings,
): Promise<LintRun> {
  const { notebook } = file
  const broken = [...(await brokenByRelease(notebook, language)), ...(await ungradable(notebook, language))]
  const full = await runAssignment(file, gradedNotebook(notebook, ownAnswers(notebook)), language, settings)
  const empty = await runAssignment(file, gradedNotebook(notebook, new Map()), language, settings)
  const findings = [
    ...broken,
    ...full.cells.flatMap((cell) => [...failures(cell), ...declared(cell)]),
    ...tooEasy(full, empty),
  ]
  return { findings, tests: testsByGradeId(full) }
}

/** The master's own text as answers: `gradedNotebook` then changes nothing but outputs. */
function ownAnswers({ cells }: Notebook): Map<string, { text: string }> {
  return new Map(
    cells.flatMap((cell) => {
      const { nbgrader } = readNbgrader(cell)
      return nbgrader ? [[nbgrader.grade_id, { text: cell.source }] as const] : []
    }),
  )
}

/** Cells that compile in the master, but not as students get them. */
async function brokenByRelease(master: Notebook, language: LanguageClient): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [index, released] of releaseNotebook(master).cells.entries()) {
    const cell = master.cells[index]
    if (!cell || released.cell_type !== 'code' || released.source === cell.source) continue
    if (!(await language.compile(cell.id, cell.source)).ok) continue
    const compiled = await language.compile(cell.id, released.source)
    const [problem] = compiled.ok ? [] : compiled.errors
    if (problem)
      findings.push(
        error(
          'release-broken',
          placeOf(cell, index),
          'Without its marked parts this cell does not compile: {0} (line {1} of the released cell)',
          problem.message,
          problem.line,
        ),
      )
  }
  return findings
}

/** Test cells that the grader cannot take apart, and values that it would have to hand to a student's process. */
async function ungradable({ cells }: Notebook, language: LanguageClient): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [index, cell] of cells.entries()) {
    if (roleOf(cell) !== 'test' || cell.cell_type !== 'code') continue
    const { problems, shared, tests } = await language.splitTests(cell.source)
    const lineAt = (offset: number) => cell.source.slice(0, offset).split('\n').length
    for (const { start, message } of problems)
      findings.push(
        error(
          'test-not-gradable',
          placeOf(cell, index, lineAt(start)),
          'This test cannot be graded: {0}.',
          message,
        ),
      )
    for (const name of shared)
      findings.push(
        warning(
          'value-shared',
          placeOf(cell, index, tests[0] && lineAt(tests[0].start)),
          '“{0}” is used by what runs beside a student’s code and by what is expected, so that code could read it.',
          name,
        ),
      )
  }
  return findings
}

/** What the master does not manage itself. */
function failures({ index, result, tests }: RanCell): Finding[] {
  const { cell, error: thrown } = result
  const failed = (tests ?? []).filter(({ status }) => status === 'failed')
  if (failed.length)
    return failed.map(({ name, reason = '' }) =>
      error(
        'test-fails-on-master',
        placeOf(cell, index, lineOfTest(cell.source, name)),
        'The test “{0}” fails on the master’s own solution: {1}',
        name,
        reason,
      ),
    )
  if (!thrown) return []
  return [
    error(
      'master-fails',
      placeOf(cell, index, thrown.frames[0]?.line),
      'The master’s cell fails: {0}: {1}',
      thrown.name,
      thrown.message,
    ),
  ]
}

/** Tests that stand in the text but were never declared, and points that do not add up. */
function declared({ index, result, tests }: RanCell): Finding[] {
  const { cell, status } = result
  if (!tests)
    return roleOf(cell) === 'test' && status === 'ok'
      ? [error('test-missing', placeOf(cell, index), 'This test cell ran, and declared no test.')]
      : []
  const names = new Set(tests.map(({ name }) => name))
  const unreachable = namedTests(cell.source)
    .filter(({ name }) => !names.has(name))
    .map(({ name, line }) =>
      warning(
        'test-unreachable',
        placeOf(cell, index, line),
        'The test “{0}” is never declared when the cell runs.',
        name,
      ),
    )
  const worth = pointsOf(cell)
  const said = tests.reduce((sum, { points = 0 }) => sum + points, 0)
  const all = tests.every(({ points }) => points !== undefined)
  const mismatch = said > worth + 1e-9 || (all && said < worth - 1e-9)
  return [
    ...unreachable,
    ...(mismatch
      ? [
          error(
            'points-mismatch',
            placeOf(cell, index),
            'The tests of this cell are worth {0} points together, and the cell {1}.',
            said,
            worth,
          ),
        ]
      : []),
  ]
}

/** Tests that pass where nothing was answered. */
function tooEasy(full: RanAssignment, empty: RanAssignment): Finding[] {
  return empty.cells.flatMap(({ index, result: { cell }, tests = [] }) => {
    const onMaster = full.cells.find((other) => other.index === index)?.tests ?? []
    return tests
      .filter(({ name, status, returned }) => {
        if (status !== 'ran') return status === 'passed'
        return onMaster.some((test) => test.name === name && test.returned === returned)
      })
      .map(({ name }) =>
        error(
          'test-passes-empty',
          placeOf(cell, index, lineOfTest(cell.source, name)),
          'The test “{0}” passes where students have written nothing.',
          name,
        ),
      )
  })
}
