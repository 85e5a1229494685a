import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startThread } from '../../../../src/kernel/worker/workers.node'
import { RandomStream, setHost } from '../../../../src/tensor'
import { compiledKernels } from '../../../../src/tensor/wasm/native'
import { WorkerPool, type WorkerLink } from '../../../../src/tensor/workers/pool'
import type { PartOf, ResultOf, SetupOf } from '../../../../src/tensor/workers/work'
import program from './program?worker'
import { works } from './works'

const kernels = await compiledKernels('plain')
const pools: WorkerPool<typeof works>[] = []
after(() => pools.forEach((pool) => pool.dispose()))

function poolOf(workers: number, { start = () => startThread(program), idle = 60_000 } = {}) {
  const pool = new WorkerPool({ workers, start, works, kernels, idle })
  pools.push(pool)
  return pool
}

const stream = new RandomStream(1, 'pool')
const key = [17, 4] as const
const blocks = Array.from({ length: 23 }, (_, i) => ({ block: 25 * i, count: i === 22 ? 7 : 100 }))
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

/** One job, with all of its parts at once. */
async function run<N extends keyof typeof works>(
  pool: WorkerPool<typeof works>,
  work: N,
  setup: SetupOf<(typeof works)[N]>,
  parts: readonly PartOf<(typeof works)[N]>[],
): Promise<ResultOf<(typeof works)[N]>[]> {
  const job = pool.open(work, setup)
  try {
    return await job.run(parts)
  } finally {
    job.close()
  }
}

/** Has workers take part: parts that this thread could do alone before they are there are repeated. */
async function untilShared(pool: WorkerPool<typeof works>): Promise<void> {
  while (!(await run(pool, 'place', null, [1, 1, 1, 1])).includes(true));
}

test('numbers are the same for any number of workers, in the order of the parts', async () => {
  const alone = await run(poolOf(0), 'normals', { key }, blocks)
  assert.deepEqual(
    alone.map(({ length }) => length),
    blocks.map(({ count }) => count),
  )
  // Of 24 random bits each, the first of a pair; hardly any two of two thousand are equal.
  assert.ok(new Set(alone.flatMap((values) => [...values])).size > 2200, 'parts differ')
  for (const workers of [1, 3]) {
    const pool = poolOf(workers)
    await untilShared(pool)
    assert.equal(pool.size, workers)
    assert.deepEqual(await run(pool, 'normals', { key }, blocks), alone)
  }
})

test('what parts share is at hand for each of them, in a small memory', async () => {
  const [m, k, n] = [37, 29, 23]
  const [a, b] = [Float32Array.from(stream.normal(m * k)), Float32Array.from(stream.normal(k * n))]
  const pool = poolOf(1)
  await untilShared(pool)
  const rows = numbers(m).map((i) => a.slice(i * k, (i + 1) * k))
  const results = await run(pool, 'product', { b, n }, rows)
  for (const [i, { rows, bytes }] of results.entries()) {
    assert.ok(bytes < 2 ** 20, `${bytes} bytes`)
    for (let j = 0; j < n; j++) {
      const terms = numbers(k).map((p) => a[i * k + p]! * b[p * n + j]!)
      const [sum, size] = [terms.reduce((x, y) => x + y), terms.reduce((x, y) => x + Math.abs(y), 0)]
      // Each of k products and k sums is rounded by at most 2⁻²⁴ of what has been added up.
      assert.ok(Math.abs(rows[j]! - sum) <= 2 * k * 2 ** -24 * size, `row ${i}, column ${j}`)
    }
  }
})

test('several jobs go on at once, and one goes on with other parts', async () => {
  const pool = poolOf(2)
  const alone = await run(poolOf(0), 'normals', { key }, blocks)
  const job = pool.open('normals', { key })
  const [places, values] = await Promise.all([run(pool, 'place', null, numbers(20)), job.run(blocks)])
  assert.equal(places.length, 20)
  assert.deepEqual(values, alone)
  await untilShared(pool)
  assert.deepEqual(await job.run(blocks.slice(3)), alone.slice(3))
  assert.deepEqual(await job.run([]), [])
  job.close()
})

test('what fails in a worker is done here; what fails here as well is told', async () => {
  const pool = poolOf(2)
  await untilShared(pool)
  assert.deepEqual(await run(pool, 'failing', 'workers', numbers(9)), numbers(9))
  await assert.rejects(run(pool, 'failing', 'everywhere', numbers(9)), /^Error: part \d failed$/)
  assert.equal(pool.problem, undefined)
  assert.equal(pool.size, 2, 'the workers themselves are well')
})

test('a worker that ends by itself leaves its parts to this thread, and no other takes its place', async () => {
  const pool = poolOf(2)
  await untilShared(pool)
  // Each ends with the first part that it gets, unless this thread is faster and leaves it none.
  while (pool.workers > 0) assert.deepEqual(await run(pool, 'crashing', null, numbers(9)), numbers(9))
  assert.equal(pool.problem, 'A worker ended by itself with status 7.')
  assert.deepEqual(await run(pool, 'crashing', null, numbers(9)), numbers(9))
  assert.equal(pool.size, 0)
})

test('where workers cannot be started, this thread does all', async () => {
  const pool = poolOf(2, {
    start: () => {
      throw new Error('no threads here')
    },
  })
  assert.deepEqual(await run(pool, 'failing', 'workers', numbers(5)), numbers(5))
  assert.equal(pool.problem, 'A worker could not be started: no threads here.')
  const broken = poolOf(1, { start: () => startThread('throw new Error("broken")') })
  while (broken.problem === undefined) await run(broken, 'failing', 'workers', numbers(5))
  assert.equal(broken.problem, 'A worker failed: broken.')
})

test('workers that nobody needs are ended, and started again when there is work', async () => {
  const ended: number[] = []
  let started = 0
  const start = (): WorkerLink => {
    const [link, number] = [startThread(program), ++started]
    return {
      ...link,
      end: () => {
        ended.push(number)
        link.end()
      },
    }
  }
  const pool = poolOf(1, { start, idle: 10 })
  await untilShared(pool)
  while (!ended.length) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(pool.size, 0)
  assert.deepEqual(await run(pool, 'failing', 'workers', numbers(5)), numbers(5))
  assert.equal(started, ended.length + pool.size)
  assert.ok(started > 1)
})

test('a run that is stopped ends at once and leaves workers to the next', async () => {
  const pool = poolOf(1)
  await untilShared(pool)
  let polls = 0
  const poll = () => {
    if (++polls > 3) throw new Error('stopped')
  }
  setHost({ poll, breathe: async () => (await new Promise((resolve) => setTimeout(resolve)), poll()) })
  try {
    await assert.rejects(
      run(
        pool,
        'place',
        null,
        numbers(1000).map(() => 2),
      ),
      /^Error: stopped$/,
    )
  } finally {
    setHost()
  }
  assert.deepEqual(await run(pool, 'failing', 'workers', numbers(9)), numbers(9))
})

test('disposed of in the middle of a run, its parts are finished here', async () => {
  const pool = poolOf(2)
  await untilShared(pool)
  const running = run(
    pool,
    'place',
    null,
    numbers(20).map(() => 2),
  )
  pool.dispose()
  const places = await running
  assert.equal(places.length, 20)
  assert.equal(pool.size, 0)
})
