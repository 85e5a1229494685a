/** Runs the built `genbook grade` as a person does, in a course's folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readResult } from '../../../src/cli/grade/json'
import type { SubmissionResult } from '../../../src/cli/grade/result'
import { needBubblewrap } from '../../../scripts/bubblewrap.mjs'
import type { Course } from './notebooks'

const program = join(process.cwd(), 'dist/genbook.mjs')

export interface Graded {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  /** By the student's name; empty where no reports were written. */
  readonly results: ReadonlyMap<string, SubmissionResult>
  /** All that it printed. */
  readonly printed: string
}

/**
 * Grades `master.genbook` and `submitted` into `graded`.
 *
 * @param watch is given the process, and may end it.
 */
export async function gradeCourse(
  course: Course,
  options: readonly string[] = [],
  watch: (child: ChildProcess) => void = () => {},
): Promise<Graded> {
  await needBubblewrap()
  const args = ['grade', 'master.genbook', 'submitted', '--out', 'graded', ...options]
  const child = spawn(process.execPath, [program, ...args], {
    cwd: course.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += String(data)))
  watch(child)
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...how) => resolve(how))
  })
  const text = await readFile(join(course.path, 'graded/results.jsonl'), 'utf8').catch(() => '')
  const lines = text.split('\n').filter(Boolean).map(readResult)
  const results = new Map(lines.map((result) => [result.student, result]))
  return { status, signal, results, printed }
}
