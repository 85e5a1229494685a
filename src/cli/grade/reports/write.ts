/** All reports of a grading, written into its folder. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { built } from '../../built'
import { writeResult } from '../json'
import { applyManual, type Seen } from '../manual/apply'
import { readManualEntries } from '../manual/entries'
import { openSheet, wholeSheet } from '../manual/sheet'
import type { AssignmentSummary, SubmissionResult } from '../result'
import { inMemory, pick, type ResultSource } from '../source'
import { classPage } from './class/page'
import { feedbackPage } from './feedback/page'
import { gradebook, longGradebook } from './gradebook'
import { gradescopeResults } from './gradescope'
import { junitXml } from './junit'
import { packed } from './packed'
import { fileStems } from './names'
import { summaryMarkdown } from './summaryMarkdown'
import { writeWhole } from './writeWhole'

export interface ReportOptions {
  /** Begin CSV files with a byte order mark, by which Excel knows UTF-8. */
  readonly bom?: boolean
  /** Take manual grades that are flagged as given for what the automatic part is now. */
  readonly acceptManual?: boolean
}

export interface Reported {
  /** With the points of persons in them, ordered by student. */
  readonly results: readonly SubmissionResult[]
  /** What is wrong with manual grades, for people; the rest has been reported all the same. */
  readonly problems: readonly string[]
}

/**
 * Writes results.jsonl, gradebook.csv, tests.csv, class.html, feedback/, gradescope/, junit.xml, summary.md and
 * assignment.json, with the manual grades that lie in the folder; and sheets for those that are still to be given.
 *
 * @param dir made where it does not exist; `feedback` and `gradescope` in it hold nothing but this grading
 * @param results of one assignment, each submission once
 */
export async function writeReports(
  dir: string,
  results: readonly SubmissionResult[] | ResultSource,
  assignment: AssignmentSummary,
  options: ReportOptions = {},
): Promise<Reported> {
  await mkdir(dir, { recursive: true })
  const source = inOrder('full' in results ? results : inMemory(results))
  const { results: graded, problems } = await withManualGrades(dir, source.results, options)
  const full = async (index: number) => withBulk(graded[index]!, await source.full(index))
  const stems = fileStems(graded)
  await writeWhole(join(dir, 'assignment.json'), `${JSON.stringify(assignment, null, 1)}\n`)
  await writeWhole(join(dir, 'results.jsonl'), lines(graded, full))
  await writeWhole(join(dir, 'gradebook.csv'), gradebook(graded, assignment, options))
  await writeWhole(join(dir, 'tests.csv'), longGradebook(graded, options))
  await writeWhole(join(dir, 'junit.xml'), junitXml(graded, assignment.title))
  await writeWhole(join(dir, 'summary.md'), summaryMarkdown(graded, assignment))
  await writeFolder(join(dir, 'gradescope'), stems, '.json', (index) =>
    Promise.resolve(JSON.stringify(gradescopeResults(graded[index]!), null, 1)),
  )
  const program = packed(await built.report())
  await writeFolder(join(dir, 'feedback'), stems, '.html', async (index) =>
    feedbackPage(await full(index), assignment, program),
  )
  const pages = stems.map((stem) => `feedback/${encodeURIComponent(stem)}.html`)
  await writeWhole(join(dir, 'class.html'), classPage(graded, assignment, pages))
  return { results: graded, problems }
}

function inOrder(source: ResultSource): ResultSource {
  const key = ({ student, submission }: SubmissionResult) => `${student}\0${submission.path}`
  const order = source.results
    .map((result, index) => ({ key: key(result), source, index }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return pick(order)
}

/** The graded result with what was left out of it. */
function withBulk(graded: SubmissionResult, full: SubmissionResult): SubmissionResult {
  const cells = graded.cells.map((cell, index) => {
    const { source, outputs, handedIn } = full.cells[index]!
    return {
      ...cell,
      ...(source !== undefined && { source }),
      ...(outputs && { outputs }),
      ...(handedIn && { handedIn }),
    }
  })
  return { ...graded, cells }
}

async function* lines(
  results: readonly SubmissionResult[],
  full: (index: number) => Promise<SubmissionResult>,
): AsyncGenerator<string> {
  for (const index of results.keys()) yield `${writeResult(await full(index))}\n`
}

/** The record of what manual grades were given for; without it, a change of the automatic part could not be told. */
const SEEN = 'manual.seen.json'

async function withManualGrades(
  dir: string,
  results: readonly SubmissionResult[],
  { bom = false, acceptManual = false }: ReportOptions,
): Promise<Reported> {
  const { entries, problems } = await readManualEntries(dir)
  const before = await readFile(join(dir, SEEN), 'utf8').catch(() => '{}')
  const applied = applyManual(results, entries, seenOf(before), { accept: acceptManual })
  if (entries.length) await writeWhole(join(dir, SEEN), `${JSON.stringify(applied.seen, null, 1)}\n`)
  const sheet = wholeSheet(applied.results, { bom })
  // What a person keeps is theirs: it is made where it is missing, and never written to again.
  const made = sheet !== undefined && !entries.length && (await writeNew(join(dir, 'manual.csv'), sheet))
  const open = made ? undefined : openSheet(applied.results, { bom })
  if (open === undefined) await rm(join(dir, 'manual-open.csv'), { force: true })
  else await writeWhole(join(dir, 'manual-open.csv'), open)
  return { results: applied.results, problems: [...problems, ...applied.problems] }
}

function seenOf(text: string): Seen {
  try {
    return JSON.parse(text) as Seen
  } catch {
    return {}
  }
}

/** @returns whether the file was made; one that exists stays as it is */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** One file for each stem, and no file of the kind beside them: a page of an earlier grading would pass for one of this. */
async function writeFolder(
  folder: string,
  stems: readonly string[],
  ending: string,
  content: (index: number) => Promise<string>,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const names = new Set(stems.map((stem) => stem + ending))
  for (const name of await readdir(folder))
    if (name.endsWith(ending) && !names.has(name)) await rm(join(folder, name), { force: true })
  for (const [index, stem] of stems.entries())
    await writeFile(join(folder, stem + ending), await content(index))
}
