/** Grading in containers, where there is an engine that works: of podman, whose image is made here of nothing at all. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gradeCourse } from './grade'
import { Course, masterOf, submissionOf } from './notebooks'

const IMAGE = 'localhost/genbook-test:empty'
const podman = (...args: readonly string[]) => spawnSync('podman', args, { encoding: 'utf8' })

/** @returns whether podman can run anything here; what it says of it stands among the test's remarks */
function makeImage(t: TestContext, folder: string): boolean {
  for (const name of ['root/tmp', 'root/proc', 'root/dev', 'root/sys', 'root/etc'])
    mkdirSync(join(folder, name), { recursive: true })
  const tar = join(folder, 'root.tar')
  spawnSync('tar', ['-C', join(folder, 'root'), '-cf', tar, '.'])
  const made = podman('import', tar, IMAGE)
  if (made.status === 0) t.after(() => podman('rmi', '--force', IMAGE))
  // A program of the machine, with what it needs to run.
  const binds = ['/usr', '/bin', '/lib', '/lib64'].map((path) => `--volume=${path}:${path}:ro`)
  const ulimits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=4096:4096']
  const ran =
    made.status === 0
      ? podman('run', '--rm', '--network=none', ...ulimits, ...binds, IMAGE, '/bin/true')
      : made
  if (ran.status !== 0)
    t.diagnostic(`podman runs nothing here: ${ran.stderr?.trim() || ran.error?.message || ran.status}`)
  return ran.status === 0
}

const master = masterOf([
  { id: 'answer', role: 'solution', source: 'const double = (x: number) => 2 * x' },
  {
    id: 'tests',
    role: 'test',
    points: 2,
    source: "import { test } from 'genbook'\ntest('doubles', { given: [1, 2], run: (x) => double(x) })",
  },
])

const answers = {
  right: 'const double = (x: number) => x + x',
  memory: 'const all = []\nfor (;;) all.push(new Float64Array(1e6).fill(1))',
  endless: 'new Function("while (true) {}")()',
}

test('podman keeps submissions in, and tells memory from time', async (t) => {
  const course = await Course.create(t)
  if (!makeImage(t, course.path)) return
  await course.write('master.genbook', master)
  for (const [name, answer] of Object.entries(answers))
    await course.write(`submitted/${name}.genbook`, submissionOf(master, { answer }))
  const { results, status, printed } = await gradeCourse(course, [
    ...['--sandbox', 'podman', '--image', IMAGE, '--memory', '400', '--cell-timeout', '8', '--jobs', '1'],
  ])
  assert.equal(status, 0, printed)
  assert.match(printed, /Sandbox: podman .*; memory and processes bounded by the engine/)
  const said = ['right', 'memory', 'endless'].map((name) => results.get(name)?.status)
  assert.deepEqual(said, ['passed', 'oom', 'timeout'], printed)
  assert.equal(results.get('right')?.sandbox.level, 'podman')
  assert.equal(podman('ps', '--all', '--quiet', '--filter=name=^genbook-').stdout, '')
})
