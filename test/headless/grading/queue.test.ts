/** The queue over a real PostgreSQL: what happens when workers and databases die. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import * as esbuild from 'esbuild'
import { readResult } from '../../../src/cli/grade/json'
import { openQueue } from '../../../src/cli/grade/queue/boss'
import type { Queue } from '../../../src/cli/grade/queue/queue'
import { FolderStore } from '../../../src/cli/grade/queue/store'
import { resultFile } from '../../../src/cli/grade/queue/batch'
import { Postgres } from './postgres'

let postgres: Postgres
let folder: string
let program: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genbook-queue-'))
  program = join(folder, 'worker.mjs')
  const bundled = esbuild.build({
    absWorkingDir: process.cwd(),
    entryPoints: ['test/headless/grading/fakeWorker.ts'],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
  ;[postgres] = await Promise.all([Postgres.start(), bundled])
})
after(async () => {
  await postgres?.remove()
  await rm(folder, { recursive: true, force: true })
})

class Worker {
  readonly process: ChildProcess
  #printed = ''
  readonly #waiting = new Set<() => void>()

  constructor(name: string, store: string, gate: string) {
    this.process = spawn(process.execPath, [program, postgres.url, store, gate, name], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.process.stdout!, this.process.stderr!])
      stream.on('data', (text) => {
        this.#printed += String(text)
        for (const look of this.#waiting) look()
      })
    this.process.on('close', () => {
      for (const look of this.#waiting) look()
    })
  }

  get printed(): string {
    return this.#printed
  }

  /** Waits until it has printed something. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.#printed)
        if (found) resolve(found)
        else if (this.process.exitCode !== null || this.process.signalCode !== null)
          reject(new Error(`ended before it said ${pattern}:\n${this.#printed}`))
        else return
        this.#waiting.delete(look)
      }
      this.#waiting.add(look)
      look()
    })
  }

  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close')
    return this.process.exitCode
  }
}

const limits = { heartbeat: 10, attempt: 600 }

async function withQueue<T>(action: (queue: Queue) => Promise<T>): Promise<T> {
  const queue = await openQueue(postgres.url)
  try {
    return await action(queue)
  } finally {
    await queue.close()
  }
}

void describe('the grading queue', () => {
  test('three workers, one killed in mid-submission, the database restarted: every submission has one result', async (t) => {
    const store = join(folder, 'store')
    const gate = join(folder, 'gate')
    const keys = [...Array.from({ length: 12 }, (_, i) => `key-${i}`), 'breaks-once']
    const tasks = keys.map((key) => ({ key, batch: 'week-4' }))
    await withQueue(async (queue) => {
      await queue.add(tasks, limits)
      // Adding again what waits adds nothing.
      await queue.add(tasks, limits)
      assert.deepEqual(await queue.counts(), [
        { batch: 'week-4', waiting: 13, active: 0, retrying: 0, done: 0, failed: 0 },
      ])
    })
    const workers = ['ada', 'bob', 'eve'].map((name) => new Worker(name, store, gate))
    t.after(() => workers.forEach((worker) => worker.process.kill('SIGKILL')))
    const begun = await Promise.all(workers.map((worker) => worker.says(/begins (\S+) 0/)))
    assert.equal(new Set(begun.map(([, key]) => key)).size, 3)
    workers[0]!.process.kill('SIGKILL')
    await postgres.down('SIGQUIT')
    await postgres.up()
    await writeFile(gate, '')
    const [, bob, eve] = workers as [Worker, Worker, Worker]
    assert.deepEqual(await Promise.all([bob.ended(), eve.ended()]), [0, 0], bob.printed + eve.printed)

    const results = await Promise.all(
      keys.map(async (key) => readResult(await readFile(join(store, resultFile(key)), 'utf8'))),
    )
    assert.deepEqual(
      results.map(({ student, status }) => [student, status]),
      keys.map((key) => [key, 'passed']),
    )
    // The one that the dead worker held was begun again by another; nothing else is in the store, half files included.
    const [, lost] = begun[0]!
    assert.match(bob.printed + eve.printed, new RegExp(`begins ${lost} 1`))
    const files = await readdir(join(store, 'results'), { recursive: true })
    assert.equal(files.filter((name) => name.endsWith('.json')).length, keys.length)
    assert.deepEqual(
      files.filter((name) => name.endsWith('.tmp')),
      [],
    )
    // A fault of the machine is tried again and said.
    assert.match(bob.printed + eve.printed, /breaks-once \(attempt 1\): the disk is full/)
    await withQueue(async (queue) => {
      assert.deepEqual(await queue.counts(), [
        { batch: 'week-4', waiting: 0, active: 0, retrying: 0, done: 13, failed: 0 },
      ])
    })
  })

  test('what has a result is done at once when it is added again', async () => {
    const store = join(folder, 'store')
    await withQueue((queue) => queue.add([{ key: 'key-0', batch: 'week-4' }], limits))
    const worker = new Worker('zoe', store, join(folder, 'no-gate'))
    assert.equal(await worker.ended(), 0, worker.printed)
    assert.match(worker.printed, /finished 1/)
    assert.doesNotMatch(worker.printed, /begins/)
  })

  test('what breaks again and again is given up, with what broke', async () => {
    await withQueue(async (queue) => {
      await queue.add([{ key: 'broken', batch: 'broken' }], limits)
      const claim = await queue.take()
      assert.deepEqual([claim?.key, claim?.attempt], ['broken', 0])
      await queue.fault(claim!, 'no space left')
      assert.equal(await queue.take(), undefined)
      const counts = (await queue.counts()).find(({ batch }) => batch === 'broken')
      assert.equal(counts?.retrying, 1)
      // A claim that has lapsed decides nothing any more.
      await queue.done(claim!)
      assert.equal((await queue.counts()).find(({ batch }) => batch === 'broken')?.done, 0)
    })
  })
})

void describe('the store', () => {
  test('keeps files by their content and notices damage', async () => {
    const store = new FolderStore(join(folder, 'files-test'))
    const bytes = new Uint8Array([0, 255, 1])
    const hash = await store.put(bytes)
    assert.match(hash, /^[0-9a-f]{64}$/)
    assert.equal(await store.put(bytes), hash)
    assert.deepEqual(new Uint8Array(await store.get(hash)), bytes)
    await writeFile(join(folder, 'files-test/files', hash.slice(0, 2), hash), 'other')
    await assert.rejects(store.get(hash), /is damaged/)
    await assert.rejects(store.get('../../etc/passwd'), /is no SHA-256/)
  })

  test('the first writer of a name wins, of many at once too', async () => {
    const store = new FolderStore(join(folder, 'once'))
    const wins = await Promise.all(Array.from({ length: 20 }, (_, i) => store.putOnce('results/x', `${i}`)))
    assert.equal(wins.filter(Boolean).length, 1)
    assert.equal(await store.read('results/x'), String(wins.indexOf(true)))
    assert.equal(await store.read('results/y'), undefined)
    assert.deepEqual(await readdir(join(folder, 'once/results')), ['x'])
  })
})
