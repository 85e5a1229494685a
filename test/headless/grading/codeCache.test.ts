/** What the master's run has compiled is not compiled again for every submission. */
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Script } from 'node:vm'
import { CodeCache } from '../../../src/cli/grade/codeCache'
import { RunnerProcess } from '../../../src/cli/grade/runnerProcess'
import { unlimited } from '../../../src/cli/grade/sandbox/launch'
import { genbook, writeCourse } from './course'
import { Course } from './notebooks'

const dist = join(process.cwd(), 'dist')
const start = {
  seed: 1,
  backend: 'wasm' as const,
  cells: [{ id: 'a', kind: 'given' as const, source: 'tf.sum(tf.ones([3])).dataSync()[0]' }],
  answerNames: [],
  cellSeconds: 600,
  heapMegabytes: 500,
}

function launch(...caches: readonly string[]): RunnerProcess {
  return new RunnerProcess(unlimited([process.execPath, join(dist, 'runner.mjs'), ...caches]), 600)
}

/** @returns what the cell shows */
async function shownBy(runner: RunnerProcess, mode: 'grade' | 'record'): Promise<unknown> {
  await runner.start({ mode, ...start })
  const ended = await runner.run(0)
  assert.ok(ended.type === 'ended' && ended.status === 'ok', JSON.stringify(ended))
  return ended.outputs[0]?.['data']
}

test('V8 takes what another run of the runner has compiled, and where it does not the runner runs all the same', async (t) => {
  const master = launch()
  t.after(() => master.close())
  const shown = await shownBy(master, 'record')
  const cache = await CodeCache.of(master)
  t.after(() => cache.remove())
  const folder = cache.folder!
  const files = (await readdir(folder)).sort()
  assert.deepEqual(files, ['runner.js', 'runner.worker.js'])
  for (const name of files) {
    const text = await readFile(join(dist, name), 'latin1')
    // As load.ts has it: V8 compares length and flags, and says whether it took the cache.
    const program = `(function (exports, require, module, __filename, __dirname) {${text}\n})`
    const cachedData = await readFile(join(folder, name))
    assert.equal(new Script(program, { cachedData }).cachedDataRejected, false, name)
    assert.ok(cachedData.length > text.length / 3, `${name}: ${cachedData.length} bytes`)
  }
  const cached = launch(folder)
  assert.deepEqual(await shownBy(cached, 'grade'), shown)
  await cached.close()

  for (const name of files) await writeFile(join(folder, name), 'of another V8')
  const without = launch(folder)
  assert.deepEqual(await shownBy(without, 'grade'), shown)
  await without.close()

  await cache.remove()
  assert.equal(cache.folder, undefined)
})

test('a grading leaves nothing behind in the folder for temporary files', async (t) => {
  const course = await Course.create(t)
  await writeCourse(course)
  const temporary = join(course.path, 'temporary')
  await mkdir(temporary)
  const { status, stderr } = await genbook(
    ['grade', 'master.genbook', 'submitted/ada.genbook', '--out', 'graded'],
    course.path,
    { TMPDIR: temporary },
  )
  assert.equal(status, 0, stderr)
  assert.deepEqual(await readdir(temporary), [])
})
