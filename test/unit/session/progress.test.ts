/** Tasks and what is told of them, on a clock that the test moves. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { RunProgress } from '../../../src/kernel/session/progress'
import { taskText, type TaskState } from '../../../src/renderers/controls'
import { Bench, prepare } from './harness'

before(prepare)

function bench() {
  const told: (readonly TaskState[])[] = []
  const clock = { now: 0 }
  return {
    told,
    clock,
    progress: new RunProgress(
      (tasks) => told.push(tasks),
      () => clock.now,
    ),
  }
}

test('what is over within half a second is never told', () => {
  const { told, clock, progress } = bench()
  const task = progress.begin('sampling', { total: 100 })
  for (let i = 1; i <= 100; i++) {
    clock.now += 4.9
    task.at(i)
  }
  task.end()
  progress.end()
  assert.deepEqual(told, [])
})

test('steps, rate, the time left and the value that matters, a few times a second', () => {
  const { told, clock, progress } = bench()
  const task = progress.begin('training', { total: 1000 })
  let asked = 0
  for (let i = 1; i <= 300; i++) {
    clock.now += 10
    task.at(i, () => `loss ${++asked}`)
  }
  assert.equal(told.length, asked, 'the value is put together only where it is told')
  assert.ok(told.length >= 10 && told.length <= 15, `${told.length} tellings in 3 s`)
  const last = told.at(-1)![0]!
  assert.ok(Math.abs(last.rate! - 100) < 1e-9)
  assert.equal(last.secondsLeft, (1000 - last.done) / last.rate!)
  assert.match(taskText(last), /^training \d+\/1,000 · 100 steps\/s · 7 s left · loss \d+$/)
  task.end()
  assert.deepEqual(told.at(-1), [])
})

test('the rate is that of the last seconds, not of a slow start', () => {
  const { told, clock, progress } = bench()
  const task = progress.begin('sampling')
  clock.now += 60_000
  task.at(1)
  for (let i = 2; i < 500; i++) {
    clock.now += 10
    task.at(i)
  }
  assert.ok(Math.abs(told.at(-1)![0]!.rate! - 100) < 5, `${told.at(-1)![0]!.rate} steps/s`)
})

test('a task within another is told within it; a short one is not; ends take back what was told', () => {
  const { told, clock, progress } = bench()
  const outer = progress.begin('seeds', { total: 3 })
  clock.now = 600
  outer.at(1)
  const inner = progress.begin('sampling', { total: 10 })
  clock.now = 900
  inner.at(3)
  assert.deepEqual(
    told.at(-1)!.map(({ label }) => label),
    ['seeds'],
  )
  clock.now = 1300
  inner.at(4)
  assert.deepEqual(
    told.at(-1)!.map(({ label, done }) => [label, done]),
    [
      ['seeds', 1],
      ['sampling', 4],
    ],
  )
  inner.end()
  assert.deepEqual(
    told.at(-1)!.map(({ label }) => label),
    ['seeds'],
  )
  outer.end()
  assert.deepEqual(told.at(-1), [])
})

test('more steps than were announced are counted, without a time that would be wrong', () => {
  const { told, clock, progress } = bench()
  const task = progress.begin('sampling', { total: 1 })
  clock.now = 1000
  task.at(7)
  assert.equal(taskText(told.at(-1)![0]!), 'sampling 7 · 7.0 steps/s')
})

test('rates and times in words', () => {
  const text = (rate: number, secondsLeft: number) =>
    taskText({ label: 'a', done: 1, total: 2, rate, secondsLeft })
  assert.equal(text(1234.5, 0.1), 'a 1/2 · 1,235 steps/s · 1 s left')
  assert.equal(text(2.5, 125), 'a 1/2 · 2.5 steps/s · 2 min 5 s left')
  assert.equal(text(0.25, 11_400), 'a 1/2 · 4 s a step · 3 h 10 min left')
})

test('loops of cells go on as without it, whatever they go through and however they end', async () => {
  const { texts } = await new Bench().run(`import { progress } from 'genbook'
    const seen = []
    for (const x of progress([1, 2, 3], 'numbers')) { if (x === 3) break; seen.push(x) }
    for (const x of progress(new Set(['a']))) seen.push(x)
    async function* later() { yield 'b'; yield 'c' }
    for await (const x of progress(later(), 'letters')) seen.push(x)
    const result = await progress('ticks', 3, async (tick) => { for (let i = 0; i < 3; i++) { await null; tick(i / 3) } return 'done' })
    seen.concat(result)`)
  assert.deepEqual(texts, ["[1, 2, 'a', 'b', 'c', 'done']"])
  const bench = new Bench()
  assert.match(
    (await bench.run("import { progress } from 'genbook'; progress(3, 'x')")).error.message,
    /goes through a list/,
  )
  assert.match((await bench.run("progress('x', 0, () => {})")).error.message, /total must be positive/)
})

test('a run tells of its tasks, nested, and that they are over, before it is', async () => {
  const bench = new Bench()
  // Each step waits until the clock has moved on, however busy the machine is.
  await bench.run(`import { progress } from 'genbook'
    const wait = async (ms) => { const end = performance.now() + ms; while (performance.now() < end) await new Promise((r) => setTimeout(r, 5)) }
    for (const x of progress([1, 2], 'outer')) await progress('inner', 4, async (tick) => { for (let i = 0; i < 4; i++) { await wait(260); tick() } })`)
  const told = bench.messages.flatMap((message) => (message.type === 'progress' ? [message.tasks] : []))
  assert.ok(told.some((tasks) => tasks.map(({ label }) => label).join() === 'outer,inner'))
  assert.deepEqual(told.at(-1), [])
  const order = bench.messages.map(({ type }) => type)
  assert.ok(order.lastIndexOf('progress') < order.indexOf('finished'))
})
