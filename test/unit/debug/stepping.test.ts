/** Stepping through cells of a session: where it pauses, what is seen there, and that nothing else changes. */
import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { compileExpression } from '../../../src/kernel/compile/expression'
import type { Breakpoint } from '../../../src/kernel/debug/protocol'
import { prepare } from '../session/harness'
import { going, SteppedSession, type Launch, type Paused } from './harness'

before(prepare)

/** Where a cell pauses when it goes on in the given ways. */
async function places(source: string, how: Parameters<typeof going>[0], launch?: Launch): Promise<string[]> {
  const found: string[] = []
  await new SteppedSession().step(source, going(how, found), launch)
  return found
}

const lines = (...numbers: number[]) => numbers.map((line) => ({ line }))

const CALLS = `function f(x) {
  const y = g(x)
  return y + 1
}
const g = (x) => x * 2
const a = f(1)
const b = f(a)
b`

test('step over goes by lines, and through each turn of a loop', async () => {
  assert.deepEqual(await places(CALLS, 'over'), [':5', ':6', ':7', ':8'])
  assert.deepEqual(await places('let s = 0\nfor (let i = 0; i < 2; i++)\n  s += i\ns', 'over'), [
    ...[':1', ':2', ':3', ':2', ':3', ':2', ':4'],
  ])
  assert.deepEqual(await places('let s = 0\nfor (let i = 0; i < 3; i++) s += i\ns', 'over'), [
    ...[':1', ':2', ':2', ':2', ':2', ':3'],
  ])
  assert.deepEqual(await places('const a = 1; const b = 2\na', 'over'), [':1', ':2'])
})

test('step into enters functions of cells, and step out leaves them', async () => {
  assert.deepEqual(await places(CALLS, 'in'), [
    ...[':5', ':6', 'f:2', 'g:5', 'f:3', ':7', 'f:2', 'g:5', 'f:3', ':8'],
  ])
  assert.deepEqual(await places(CALLS, ['over', 'in', 'in', 'out', 'out', 'continue']), [
    ...[':5', ':6', 'f:2', 'g:5', 'f:3', ':7'],
  ])
})

test('step over reaches the caller at a function’s end, and the next turn of a callback', async () => {
  assert.deepEqual(await places(CALLS, ['over', 'in', 'over', 'over', 'over', 'over']), [
    ...[':5', ':6', 'f:2', 'f:3', ':7', ':8'],
  ])
  const callback = 'const xs = [1, 2].map((x) => {\n  const y = x\n  return y\n})\nxs'
  assert.deepEqual(await places(callback, ['in', 'over', 'over', 'over', 'over', 'over']), [
    ...[':1', ':2', ':3', ':2', ':3', ':5'],
  ])
})

test('step over passes what a function waits for; generators hand over to who asks them', async () => {
  const waiting = `async function slow(x) {
  await new Promise((r) => setTimeout(r, 5))
  return x
}
const other = slow(0)
const a = await slow(1)
a`
  assert.deepEqual(await places(waiting, 'over'), [':5', ':6', ':7'])
  assert.deepEqual(await places(waiting, ['over', 'in', 'over', 'over', 'over']), [
    ...[':5', ':6', 'slow:2', 'slow:3', ':7'],
  ])
  const generator = `function* two() {
  yield 1
  yield 2
}
for (const x of two()) {
  x
}`
  assert.deepEqual(await places(generator, ['in', 'in', 'over', 'in', 'over']), [
    ...[':5', 'two:2', ':5', ':6', 'two:3', ':5'],
  ])
})

test('breakpoints stop a cell that runs, once a time it comes by', async () => {
  const launch = { stopOnEntry: false, breakpoints: { cell: lines(2, 6), other: lines(1) } }
  assert.deepEqual(await places(CALLS, 'continue', launch), [':6', 'f:2', 'f:2'])
  const turns = 'let n = 0\nfor (const x of [1, 2, 3]) {\n  n += [x].map((y) => y)[0]!\n}'
  assert.deepEqual(await places(turns, 'continue', { ...launch, breakpoints: { cell: lines(3) } }), [
    ':3',
    ':3',
    ':3',
  ])
})

test('a condition, a count and a message say when a breakpoint pauses, and what it tells instead', async () => {
  const loop =
    'function f(x) {\n  return 2 * x\n}\nlet sum = 0\nfor (let i = 1; i <= 6; i++)\n  sum += f(i)\nsum'
  const code = (source: string, ...locals: string[]) => {
    const compiled = compileExpression(source, locals)
    assert.ok(compiled.ok)
    return compiled.code
  }
  const seen = async (breakpoint: Omit<Breakpoint, 'line'>, line = 6, read = 'i') => {
    const stepped = new SteppedSession()
    const found: (string | undefined)[] = []
    const person = function* (paused: Paused) {
      found.push(yield* paused.evaluate(read))
      return 'continue' as const
    }
    const breakpoints = { cell: [{ line, ...breakpoint }] }
    const outcome = await stepped.step(loop, person, { stopOnEntry: false, breakpoints })
    assert.equal(outcome.status, 'ok')
    return { found, logged: stepped.logged }
  }
  assert.deepEqual((await seen({ condition: code('i % 2 === 0', 'i') })).found, ['2', '4', '6'])
  assert.deepEqual((await seen({ condition: code('x === 5 && sum > 0', 'x') }, 2, 'x')).found, ['5'])
  for (const [operator, expected] of [
    ['=', '4'],
    ['>', '5 6'],
    ['>=', '4 5 6'],
    ['<', '1 2 3'],
    ['<=', '1 2 3 4'],
    ['%', '4'],
  ] as const)
    assert.equal((await seen({ hits: { operator, count: 4 } })).found.join(' '), expected, operator)
  // Times are counted where the condition holds.
  const even = { condition: code('i % 2 === 0', 'i'), hits: { operator: '=', count: 2 } } as const
  assert.deepEqual((await seen(even)).found, ['4'])
  const log = [
    'i = ',
    { code: code('i', 'i') },
    ', f: ',
    { code: code('f(i)', 'i') },
    '; ',
    { code: code('nope') },
  ]
  const told = await seen({ log, hits: { operator: '<', count: 3 } })
  assert.deepEqual(told.found, [])
  const text = (i: number) => `cell:6 i = ${i}, f: ${2 * i}; [ReferenceError: nope is not defined]`
  assert.deepEqual(told.logged, [text(1), text(2)])
  assert.deepEqual(
    (await seen({ condition: code('nope > 1'), hits: { operator: '=', count: 1 } })).found.length,
    6,
  )
})

test('functions of a cell that was stepped through before can be entered from another', async () => {
  const stepped = new SteppedSession()
  await stepped.step('function twice(x) {\n  return 2 * x\n}', going('continue'), { id: 'one' })
  const found: string[] = []
  const outcome = await stepped.step('const a = twice(3)\na', going('in', found), { id: 'two' })
  assert.deepEqual([outcome.status, found], ['ok', [':1', 'twice:2', ':2']])
  // A plain run passes them without a pause.
  assert.equal((await stepped.run('twice(4)', 'three')).status, 'ok')
})

test('functions of cells that ran plainly can be entered, and are the same functions afterwards', async () => {
  const stepped = new SteppedSession()
  const one = `let scale = 2
const local = (() => { const hidden = 5; return () => hidden })()
function twice(x: number) {
  return scale * x
}
export const both = (x: number) =>
  twice(x) + local()
function replaced() { return 1 }
replaced = Object.assign(() => 3, { kept: true })
twice.calls = 7
const before = twice
const fails = () => { throw new Error('bad') }`
  assert.equal((await stepped.run(one, 'one')).status, 'ok')
  const found: string[] = []
  const two = '[both(3), replaced(), twice.calls, twice(1), [1].map(twice)]'
  const outcome = await stepped.step(two, going('in', found), { id: 'two', functions: { one } })
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
  assert.deepEqual(found, [':1', 'both:7', 'twice:4', 'twice:4', 'twice:4'])
  assert.equal(stepped.texts.at(-1), '[11, 3, 7, 2, [2]]')
  assert.equal((await stepped.run('[twice === before, scale]', 'three')).status, 'ok')
  assert.equal(stepped.texts.at(-1), '[true, 2]')
  // Breakpoints hold there, and errors have their places.
  const hit: string[] = []
  const launch = { id: 'four', stopOnEntry: false, breakpoints: { one: lines(4) }, functions: { one } }
  const failed = await stepped.step('both(1)\nfails()', going('continue', hit), launch)
  assert.deepEqual(hit, ['twice:4', 'fails:12'])
  assert.ok(failed.status === 'error')
  assert.deepEqual(
    failed.error.frames.map(({ cell, line }) => `${cell}:${line}`),
    ['one:12', 'four:2'],
  )
})

test('commands that come while the cell runs: pause, breakpoints', async () => {
  const stepped = new SteppedSession()
  // Declared before, so that it can be assigned wherever the pause comes.
  await stepped.run('let goesOn = true', 'before')
  stepped.waiting.push({ kind: 'pause' }, { kind: 'breakpoints', breakpoints: { cell: lines(2) } })
  const found: string[] = []
  const outcome = await stepped.step(
    'while (goesOn) Math.random()\ngoesOn',
    function* (paused) {
      found.push(`${paused.stopped.reason} ${paused.place}`)
      yield* paused.evaluate('goesOn = false')
      return 'continue'
    },
    { stopOnEntry: false },
  )
  assert.deepEqual([outcome.status, found], ['ok', ['pause :1', 'breakpoint :2']])
})

test('Stop ends a cell that is paused, and keeps the variables', async () => {
  const stepped = new SteppedSession()
  const outcome = await stepped.step(
    'let kept = 1\ntry { kept = 2 } catch { kept = 3 }\nkept = 4',
    ({ place }) => (place === ':3' ? 'stop' : 'over'),
  )
  assert.equal(outcome.status, 'interrupted')
  assert.equal((await stepped.run('kept')).status, 'ok')
  assert.equal(stepped.texts.at(-1), '2')
})

test('an error that nobody catches pauses where it is thrown, once; a caught one does not', async () => {
  const source = `function f(x) {
  const y = x + 1
  throw new Error('bad ' + y)
}
try { f(1) } catch {}
const g = async () => { f(2) }
await g().catch(() => {})
const all = [3].map((x) => f(x))`
  const found: string[] = []
  const outcome = await new SteppedSession().step(
    source,
    function* (paused) {
      found.push(`${paused.stopped.reason} ${paused.stack.join(' < ')}`, paused.stopped.text ?? '')
      found.push(...(yield* paused.scope('local')))
      return 'continue'
    },
    { stopOnEntry: false },
  )
  assert.equal(outcome.status, 'error')
  // Who catches a promise’s failure later cannot be known when it happens.
  assert.deepEqual(found, [
    ...['exception f:3 < g:6 < :7', 'Error: bad 3', 'x: 2', 'y: 3'],
    ...['exception f:3 < :8 < :8', 'Error: bad 4', 'x: 3', 'y: 4'],
  ])
  assert.deepEqual(await places('throw 1', 'continue', { stopOnEntry: false }), [':1'])
  assert.deepEqual(await places('missing', 'continue', { stopOnEntry: false, uncaught: false }), [])
  assert.deepEqual(await places('await Promise.reject(1)', 'continue', { stopOnEntry: false }), [':1'])
})

test('variables of the frame, of the functions around it, of the cell and of the session', async () => {
  const stepped = new SteppedSession()
  await stepped.run('const before = [1, 2]', 'one')
  const found: string[][] = []
  await stepped.step(
    `const own = 'o'
function make(n) {
  return function (k) {
    const sum = k + n
    return sum
  }
}
class C { v = 1; get() { return this.v } }
make(1)(2) + new C().get()`,
    function* (paused) {
      if (paused.place === ':5')
        for (const kind of ['local', 'closure', 'cell', 'session']) found.push(yield* paused.scope(kind))
      if (paused.place === 'get:8') found.push(yield* paused.scope('local'))
      return 'in'
    },
    { id: 'two' },
  )
  assert.deepEqual(found, [
    ['k: 2', 'sum: 3'],
    ['n: 1'],
    ["own: 'o'", 'make: [Function: make]', 'C: [class C]'],
    ['before: [1, 2]'],
    ['this: C { v: 1 }'],
  ])
})

test('tensors show type, shape and statistics, and open row by row', async () => {
  await new SteppedSession().step(
    'const x = tf.range(0, 24).reshape([2, 3, 4])\nconst y = tf.scalar(3)\nx',
    function* (paused) {
      if (paused.place !== ':3') return 'over'
      const x = yield* paused.look('x')
      assert.equal(x.value, 'float32 [2, 3, 4] mean 11.5 ± 6.922, min 0, max 23')
      assert.equal(x.indexed, 2)
      const rows = yield* paused.open(x.reference)
      assert.deepEqual(
        rows.map(({ name, value }) => `${name} ${value}`),
        ['[0] [3, 4] 0, 1, 2, 3, 4, 5, 6, 7, …', '[1] [3, 4] 12, 13, 14, 15, 16, 17, 18, 19, …'],
      )
      const [, second] = yield* paused.open(rows[1]!.reference, 1, 2)
      const numbers = yield* paused.open(second!.reference)
      assert.deepEqual(
        numbers.map(({ name, value }) => `${name} ${value}`),
        ['[0] 20', '[1] 21', '[2] 22', '[3] 23'],
      )
      const y = yield* paused.look('y')
      assert.deepEqual([y.value, y.reference], ['float32 [] 3', 0])
      return 'continue'
    },
  )
})

test('long arrays are listed page by page; maps, sets and objects by what is in them', async () => {
  await new SteppedSession().step(
    `const long = Array.from({ length: 1000 }, (_, i) => i * i)
const o = { a: { b: [1] }, 'no name': 2, get lazy() { throw new Error('invoked') }, m: new Map([['k', 1]]), s: new Set([5]) }
o`,
    function* (paused) {
      if (paused.place !== ':3') return 'over'
      const long = yield* paused.look('long')
      assert.equal(long.indexed, 1000)
      const page = yield* paused.open(long.reference, 900, 50)
      assert.deepEqual([page.length, page[0]!.name, page[0]!.value], [50, '[900]', '810000'])
      const o = yield* paused.open((yield* paused.look('o')).reference)
      assert.deepEqual(
        o.map(({ name, value }) => `${name}: ${value}`),
        [...['a: { b: [1] }', 'no name: 2', 'lazy: [getter]', "m: Map(1) {'k' => 1}", 's: Set(1) {5}']],
      )
      assert.deepEqual(
        (yield* paused.open(o[3]!.reference)).map(({ name, value }) => `${name}: ${value}`),
        ["'k': 1"],
      )
      return 'continue'
    },
  )
})

test('expressions are evaluated, and assign, in the scope of a frame', async () => {
  const stepped = new SteppedSession()
  await stepped.run('let total = 10', 'one')
  const outcome = await stepped.step(
    `const scale = 3
function f(x) {
  let y = x * scale
  return y + total
}
f(2)`,
    function* (paused) {
      if (paused.place !== 'f:4') return 'in'
      assert.deepEqual(
        [
          yield* paused.evaluate('x + y'),
          yield* paused.evaluate('scale as number'),
          yield* paused.evaluate('[1, 2].map((x) => x * scale)'),
          yield* paused.evaluate('{ x, total }'),
          yield* paused.evaluate('f(5)'),
          yield* paused.evaluate('for (const k of [1, 2]) y += k; y'),
          yield* paused.evaluate('total = 20'),
          yield* paused.evaluate('tf.ones([2]).sum()'),
          yield* paused.evaluate('typeof nowhere'),
          yield* paused.evaluate('scale = 4'),
          yield* paused.evaluate('nowhere'),
          yield* paused.evaluate('await 1'),
          yield* paused.evaluate('let q = 1; function g() {}'),
          yield* paused.evaluate('1 +'),
          yield* paused.evaluate('total', 1),
          yield* paused.evaluate('x', 1),
        ],
        [
          ...['8', '3', '[3, 6]', '{ x: 2, total: 10 }', '25', '9', '20', 'float32 [] 2', "'undefined'"],
          "TypeError: Assignment to constant variable 'scale'.",
          'ReferenceError: nowhere is not defined',
          'Nothing can be awaited while the cell is paused.',
          'Functions, classes and imports are declared in cells.',
          'Expression expected.',
          '20',
          'ReferenceError: x is not defined',
        ],
      )
      return 'continue'
    },
    { id: 'two' },
  )
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
  assert.equal(stepped.texts.at(-1), '29')
})

test('next step goes from one verified step of a derivation to the next', async () => {
  const found: string[][] = []
  const outcome = await new SteppedSession().step(
    `import { verify, check } from 'genbook'
const draw = (n, stream) => stream.normalTensor([n])
await verify.equal('E x² = 1', { draw, left: { square: (x) => tf.square(x) }, right: { one: (x) => tf.onesLike(x) } })
check('one is one', 1 === 1)
const done = true`,
    function* (paused) {
      found.push([paused.stack.join(' < '), ...(yield* paused.scope('milestone'))])
      return 'step'
    },
  )
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
  assert.equal(found.length, 3)
  assert.deepEqual(found[0], [':2'])
  assert.equal(found[1]![0], 'verified: E x² = 1 < :3')
  assert.match(found[1]!.join(), /draws: \d+/)
  assert.deepEqual(found[2], ['checked: one is one < :4'])
})

test('next step goes from one state of a sampler to the next, with what the model predicts there', async () => {
  const stepped = new SteppedSession()
  const found: string[][] = []
  const before = tf.memory().numTensors
  const cell = `import { ddim, sample, vp, exact, data } from 'genbook'
const model = exact(vp(), data.eightGaussians())
const x = await sample(ddim(model, { steps: 3 }), 16)`
  const outcome = await stepped.step(cell, function* (paused) {
    found.push([paused.stack.join(' < '), ...(yield* paused.scope('milestone'))])
    return 'step'
  })
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
  assert.deepEqual(
    found.map(([stack]) => stack),
    [':2', ...[0, 1, 2, 3].map((i) => `state ${i} of 3, t = ${[1, 0.6667, 0.3333, 0][i]} < :3`)],
  )
  const [, first, , , last] = found
  assert.match(first![1]!, /^x_t: float32 \[16, 2\] mean /)
  assert.deepEqual(
    first!.slice(1).map((line) => line.split(':')[0]),
    ['x_t', 't', 'predicted x0', 'predicted noise', 'score', 'evaluations'],
  )
  // On clean data the model predicts the state itself, and the score is infinite.
  assert.equal(last![3]!.slice('predicted x0'.length), last![1]!.slice('x_t'.length))
  assert.match(last![5]!, /^score: \[RangeError: score has no finite value at t = 0/)
  // What was computed to be looked at is gone, and the samples are those of a plain run.
  const after = tf.memory().numTensors
  assert.equal((await stepped.run('x.arraySync()')).status, 'ok')
  const plain = new SteppedSession()
  assert.equal((await plain.run(`${cell}\nx.arraySync()`)).status, 'ok')
  // Fewer where the garbage collector has found some of an earlier session meanwhile.
  assert.ok(after - before <= 1, `${after - before} tensors`)
  assert.equal(stepped.texts.at(-1), plain.texts.at(-1))
})

test('a training pauses at its reports', async () => {
  const found: string[] = []
  const cell = `import { data, vp, mlp, denoiser, train } from 'genbook'
const model = denoiser(vp(), mlp({ dim: 2, hidden: [4] }))
const run = await train(model, data.moons(), { steps: 3, batch: 8, live: false })`
  const outcome = await new SteppedSession().step(cell, function* (paused) {
    found.push(paused.place, ...(yield* paused.scope('milestone')))
    return 'step'
  })
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
  assert.ok(found.includes('training step 3 of 3'), found.join('; '))
  assert.ok(
    found.some((line) => /^loss: \d/.test(line)),
    found.join('; '),
  )
})
