import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readResult } from '../../src/cli/grade/json'
import type { SubmissionResult } from '../../src/cli/grade/result'
import { needBubblewrap } from '../../scripts/bubblewrap.mjs'
import { generate, generatedMaster, type Generated } from '../headless/grading/generated'
import { Course } from '../headless/grading/notebooks'
import { median, type Benchmark } from './benchmark'

/** GENBOOK_SUBMISSIONS and GENBOOK_RUNS make it shorter on a machine that is busy. */
const count = Number(process.env['GENBOOK_SUBMISSIONS'] ?? 200)
const runs = Number(process.env['GENBOOK_RUNS'] ?? 5)

const benchmark: Benchmark = {
  title: `Grading: ${count} generated submissions, two at a time, ${runs} runs in other orders, each killed and resumed but the first`,
  async run(report) {
    await needBubblewrap()
    const generated = generate(count)
    for (let run = 0; run < runs; run++) {
      const ends: (() => unknown)[] = []
      const course = await Course.create({ after: (end) => void ends.push(end as () => unknown) })
      try {
        await measure(course, run, generated, report)
      } finally {
        for (const end of ends) await end()
      }
    }
  },
}

export default benchmark

async function measure(
  course: Course,
  run: number,
  generated: readonly Generated[],
  report: (what: string, value: string) => void,
): Promise<void> {
  await course.write('master.genbook', generatedMaster)
  // Submissions are graded in the order of their names.
  const named = generated.map((one, index) => ({ ...one, name: `${order(run, index)}-${one.name}` }))
  for (const { name, content } of named) await course.write(`submitted/${name}.genbook`, content)
  // The first run is the measured one; the others are killed at another third each time.
  if (run) await grade(course.path, Math.ceil(((1 + (run % 3)) * named.length) / 5))
  const { seconds, memory } = await grade(course.path)
  const results = await resultsOf(course.path)
  const wrong = named.filter(({ name, points, statuses }) => {
    const result = results.get(name)
    return result?.points !== points || !statuses.includes(result.status)
  })
  report(`run ${run + 1}: grades as constructed`, `${named.length - wrong.length} of ${named.length}`)
  if (run) return
  const graded = [...results.values()].filter(({ ownSeconds }) => ownSeconds !== undefined)
  const overheads = graded.map(({ seconds, ownSeconds = 0 }) => 1000 * (seconds - ownSeconds))
  const peaks = graded.flatMap(({ peakMemory }) => (peakMemory === undefined ? [] : [peakMemory]))
  report('submissions a minute', ((60 * named.length) / seconds).toFixed(0))
  report(
    'a submission beyond its own code, median and most',
    `${ms(median(overheads))}, ${ms(Math.max(...overheads))}`,
  )
  if (peaks.length)
    report('memory of a submission, median and most', `${mb(median(peaks))}, ${mb(Math.max(...peaks))}`)
  if (memory) report('memory of the grader', mb(memory))
}

const ms = (value: number) => `${value.toFixed(0)} ms`
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`

/** Another order for every run, the same each time: the digits of a walk through the numbers. */
function order(run: number, index: number): string {
  return String((index * STEPS[run % STEPS.length]! + run * 31) % MODULUS).padStart(4, '0')
}

const MODULUS = 4999
const STEPS = [1, 1187, 3061, 409, 4447]

const program = join(process.cwd(), 'dist/genbook.mjs')

/**
 * Grades the course.
 *
 * @param kill when so many are in the journal
 * @returns how long it took, and the most memory that the grader itself had, where that can be told
 */
async function grade(course: string, kill?: number): Promise<{ seconds: number; memory: number }> {
  const args = ['grade', 'master.genbook', 'submitted', '--out', 'graded', '--jobs', '2']
  const begun = performance.now()
  const child = spawn(process.execPath, [program, ...args], {
    cwd: course,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text) => (said += String(text)))
  let memory = 0
  const watch = setInterval(() => {
    void memoryOf(child).then((bytes) => (memory = Math.max(memory, bytes)))
    if (kill !== undefined) void journaled(course).then((lines) => lines >= kill && child.kill('SIGKILL'))
  }, 200)
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...how) => resolve(how))
  })
  clearInterval(watch)
  // 3: some were ungradable, as they should be.
  if (status !== 0 && status !== 3 && !(kill !== undefined && signal === 'SIGKILL')) throw new Error(said)
  return { seconds: (performance.now() - begun) / 1000, memory }
}

/** Linux tells; elsewhere 0. */
async function memoryOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0)
}

async function journaled(course: string): Promise<number> {
  const text = await readFile(join(course, 'graded/journal.jsonl'), 'utf8').catch(() => '')
  return text.split('\n').length - 1
}

async function resultsOf(course: string): Promise<Map<string, SubmissionResult>> {
  const text = await readFile(join(course, 'graded/results.jsonl'), 'utf8')
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map(readResult)
      .map((result) => [result.student, result]),
  )
}
