/** Grading on several machines, as their schedulers would start it, and what comes together in the end. */
import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { unzipSync } from 'fflate'
import { readCsv } from '../../../src/cli/grade/reports/csv'
import { readResult } from '../../../src/cli/grade/json'
import { answers, genbook, program, run, writeCourse } from './course'
import { Course } from './notebooks'
import { Postgres } from './postgres'

/** Of a gradebook: student to status and points. */
async function grades(folder: string): Promise<Record<string, string>> {
  const [head, ...rows] = readCsv(await readFile(join(folder, 'gradebook.csv'), 'utf8')).map(
    ({ fields }) => fields,
  )
  const of = (row: readonly string[], name: string) => row[head!.indexOf(name)]!
  return Object.fromEntries(
    rows.map((row) => [of(row, 'student'), `${of(row, 'status')} ${of(row, 'points')}`]),
  )
}

const expected = {
  ada: 'needs-manual 3',
  bob: 'needs-manual 1',
  broken: 'ungradable 0',
  eve: 'needs-manual 0',
  zoe: 'error 0',
}

void describe('several machines', () => {
  let course: Course
  const ends: (() => unknown)[] = []
  before(async () => {
    course = await Course.create({ after: (end) => void ends.push(end as () => unknown) })
    await writeCourse(course)
  })
  after(async () => {
    for (const end of ends) await end()
  })
  const GENBOOK = `${process.execPath} ${program}`

  test('an array of Slurm: each task its share, whatever number the array begins with', async () => {
    const script = join(process.cwd(), 'examples/grading/slurm.sh')
    for (const task of [4, 5]) {
      const { status, stderr } = await run(
        ['bash', script, 'master.genbook', 'submitted', 'slurm'],
        course.path,
        {
          GENBOOK,
          SLURM_ARRAY_TASK_ID: String(task),
          SLURM_ARRAY_TASK_MIN: '4',
          SLURM_ARRAY_TASK_COUNT: '2',
          SLURM_CPUS_PER_TASK: '1',
        },
      )
      assert.equal(status, 0, stderr)
    }
    const merged = await genbook(
      ['merge', 'slurm/shard-1', 'slurm/shard-2', '--out', 'slurm/all'],
      course.path,
    )
    assert.equal(merged.status, 3, merged.stderr)
    assert.match(merged.stdout, /5 submissions\n/)
    assert.deepEqual(await grades(join(course.path, 'slurm/all')), expected)
    const counts = await Promise.all(
      [1, 2].map(async (n) => Object.keys(await grades(join(course.path, `slurm/shard-${n}`))).length),
    )
    assert.deepEqual(counts.sort(), [2, 3])
  })

  test('an indexed job of Kubernetes: each pod its share', async () => {
    const yaml = await readFile('examples/grading/kubernetes.yaml', 'utf8')
    const [, block] = /- \|\n((?: {14}.*\n)+)/.exec(yaml)!
    const script = block!.replace(/^ {14}/gm, '')
    for (const index of [0, 1]) {
      const { status, stderr } = await run(['/bin/sh', '-c', script], course.path, {
        GENBOOK,
        JOB_COMPLETION_INDEX: String(index),
        SHARDS: '2',
      })
      assert.equal(status, 0, stderr)
    }
    await genbook(['merge', 'graded/shard-1', 'graded/shard-2', '--out', 'graded/all'], course.path)
    assert.deepEqual(await grades(join(course.path, 'graded/all')), expected)
    const [, completions] = /completions: (\d+)/.exec(yaml)!
    assert.match(yaml, new RegExp(`value: '${completions}' # as`))
  })

  test('a person’s grades are merged in, survive reports and regrading, and are flagged when something changed', async () => {
    const graded = join(course.path, 'slurm/all')
    const sheet = readCsv(await readFile(join(graded, 'manual.csv'), 'utf8')).map(({ fields }) => [...fields])
    const [head, ...rows] = sheet
    assert.deepEqual(
      rows.map(([student]) => student),
      ['ada', 'bob', 'eve', 'zoe'],
    )
    for (const row of rows.slice(0, 3)) {
      row[head!.indexOf('points')] = '1,5'
      row[head!.indexOf('comment')] = `Well, "${row[0]}"; $x^2$.`
    }
    const text = sheet
      .map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(';'))
      .join('\r\n')
    await writeFile(join(graded, 'manual.csv'), text)
    const first = await genbook(['feedback', 'slurm/all'], course.path)
    assert.match(first.stdout, /to grade +1 by hand/)
    assert.deepEqual(await grades(graded), {
      ...expected,
      ada: 'failed 4.5',
      bob: 'failed 2.5',
      eve: 'failed 1.5',
    })
    assert.match(
      await readFile(join(graded, 'feedback/ada.html'), 'utf8'),
      /Well, &quot;ada&quot;; <span class="katex">/,
    )
    const results = (await readFile(join(graded, 'results.jsonl'), 'utf8')).trim().split('\n').map(readResult)
    assert.equal(results[0]?.cells.at(-1)?.manual?.points, 1.5)

    // Bob hands in again, and his shard is graded again.
    await course.write(
      'submitted/bob.genbook',
      await readFile(join(course.path, 'submitted/ada.genbook'), 'utf8'),
    )
    for (const n of [1, 2])
      await genbook(
        [
          'grade',
          'master.genbook',
          'submitted',
          '--out',
          `slurm/shard-${n}`,
          '--shard',
          `${n}/2`,
          '--jobs',
          '1',
        ],
        course.path,
      )
    const again = await genbook(
      ['merge', 'slurm/shard-1', 'slurm/shard-2', '--out', 'slurm/all'],
      course.path,
    )
    assert.match(again.stdout, /flagged +1 by hand/)
    assert.equal((await grades(graded)).bob, 'failed 4.5')
    assert.equal(await readFile(join(graded, 'manual.csv'), 'utf8'), text)
    assert.match(await readFile(join(graded, 'manual-open.csv'), 'utf8'), /\nbob,.*look at it again/)
    const accepted = await genbook(['feedback', 'slurm/all', '--accept-manual'], course.path)
    assert.doesNotMatch(accepted.stdout, /flagged/)
    assert.doesNotMatch((await genbook(['feedback', 'slurm/all'], course.path)).stdout, /flagged/)
    await writeCourse(course)
  })

  test('calls that cannot work say so', async () => {
    const calls: [string[], RegExp][] = [
      [['feedback', 'submitted'], /submitted is no folder of a grading: there is no .*assignment\.json/],
      [['merge', 'slurm/all', '--out', 'slurm/all'], /is one of the folders to merge/],
      [['queue', 'status'], /Name the database with --database .* GENBOOK_DATABASE/],
      [
        ['queue', 'status', '--database', 'postgres://localhost:1/x'],
        /The queue could not be opened: .*ECONNREFUSED/,
      ],
      [
        ['autograder', 'master.genbook', '--out', 'x.zip', '--node', 'master.genbook'],
        /is no Node for Linux on x64/,
      ],
    ]
    for (const [args, message] of calls) {
      const { status, stderr } = await genbook(args, course.path)
      assert.equal(status, 2, args.join(' '))
      assert.match(stderr, message)
    }
  })

  test('a queue and two workers, with everything real', async (t) => {
    const postgres = await Postgres.start()
    t.after(() => postgres.remove())
    const env = { GENBOOK_DATABASE: postgres.url }
    const add = ['queue', 'add', 'master.genbook', 'submitted', '--batch', 'week-1', '--store', 'store']
    const added = await genbook(add, course.path, env)
    assert.equal(added.stdout, 'week-1: 5 submissions, 5 to be graded.\n', added.stderr)
    assert.match(
      (await genbook(['queue', 'status'], course.path, env)).stdout,
      /week-1 +0\/5 done · 0 % · 5 waiting/,
    )
    const early = await genbook(
      ['queue', 'collect', '--batch', 'week-1', '--store', 'store', '--out', 'q'],
      course.path,
      env,
    )
    assert.equal(early.status, 2)
    assert.match(early.stderr, /No worker has begun/)
    const worker = ['worker', '--store', 'store', '--jobs', '1', '--until-done']
    const workers = await Promise.all([1, 2].map(() => genbook(worker, course.path, env)))
    for (const { status, stderr } of workers) assert.equal(status, 0, stderr)
    const collected = await genbook(
      ['queue', 'collect', '--batch', 'week-1', '--store', 'store', '--out', 'queued'],
      course.path,
      env,
    )
    assert.equal(collected.status, 3, collected.stderr)
    assert.deepEqual(await grades(join(course.path, 'queued')), expected)
    assert.match((await genbook(['queue', 'status'], course.path, env)).stdout, /week-1 +5\/5 done · 100 %\n/)
    assert.equal(
      (await genbook(add, course.path, env)).stdout,
      'week-1: 5 submissions, 0 to be graded, 5 have results.\n',
    )
    // Results keep the path that people know, and nothing of the worker's own folders.
    const results = await readFile(join(course.path, 'queued/results.jsonl'), 'utf8')
    assert.match(results, /"path":"submitted\/ada\.genbook"/)
    assert.doesNotMatch(results, /genbook-worker-/)
    const other = await genbook([...add, '--seed', '9'], course.path, env)
    assert.equal(other.status, 2)
    assert.match(other.stderr, /There is a batch “week-1” already, with another/)
  })

  test('Gradescope: the zip has all it needs, and its scripts grade a submission', async () => {
    const made = await genbook(
      ['autograder', 'master.genbook', '--out', 'autograder.zip', '--timeout', '300'],
      course.path,
    )
    assert.equal(made.status, 0, made.stderr)
    const root = join(course.path, 'autograder')
    const source = join(root, 'source')
    const files = unzipSync(new Uint8Array(await readFile(join(course.path, 'autograder.zip'))))
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(source, name)), { recursive: true })
      await writeFile(join(source, name), bytes)
    }
    const env = { AUTOGRADER_ROOT: root, PATH: process.env['PATH']! }
    const setup = await run(['bash', join(source, 'setup.sh')], course.path, env)
    assert.equal(setup.status, 0, setup.stderr)
    assert.equal((await stat(join(source, 'master/master.genbook'))).mode & 0o777, 0o600)
    await mkdir(join(root, 'submission'))
    await chmod(join(source, 'run_autograder'), 0o755)
    const grade = async () => {
      const { status, stderr } = await run([join(source, 'run_autograder')], course.path, env)
      assert.equal(status, 0, stderr)
      return JSON.parse(await readFile(join(root, 'results/results.json'), 'utf8')) as {
        score: number
        output: string
        tests: { name: string; score: number; max_score: number; status: string; output: string }[]
      }
    }
    assert.match((await grade()).output, /Hand in exactly one \.genbook file; 0 were found\./)
    await writeFile(
      join(root, "submission/bob's $(touch pwned).genbook"),
      await readFile(join(course.path, 'submitted/bob.genbook')),
    )
    const { score, tests, output } = await grade()
    assert.equal(score, answers['bob']!.points)
    assert.deepEqual(
      tests.map(({ name, score, max_score, status }) => [name, score, max_score, status]),
      [
        ['Doubling: positive', 1, 1, 'passed'],
        ['Doubling: negative', 0, 2, 'failed'],
      ],
    )
    // The words of the instructor, and nothing of what the hidden test gave.
    assert.match(tests[1]!.output, /Negative numbers, too\./)
    assert.doesNotMatch(tests[1]!.output, /3|6/)
    assert.match(output, /To be graded by a person/)
    assert.deepEqual(await readdir(join(root, 'submission')), ["bob's $(touch pwned).genbook"])
    assert.equal((await readdir(course.path)).includes('pwned'), false)
  })

  test('in GitHub Actions, annotations and the step’s summary', async () => {
    const summary = join(course.path, 'summary.md')
    const { stdout } = await genbook(['feedback', 'graded/all'], course.path, {
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: summary,
    })
    assert.match(
      stdout,
      /^::error file=submitted\/broken\.genbook,title=broken%3A ungradable::This is no notebook/m,
    )
    assert.match(await readFile(summary, 'utf8'), /\| ungradable \| 1 \|/)
  })
})
