/** Cells that are compiled to be stepped through: they do what they do plainly, and tell where they are. */
import assert from 'node:assert/strict'
import nodePath from 'node:path'
import { test } from 'node:test'
import nodeUtil, { inspect } from 'node:util'
import type { CallFrame, StepTable } from '../../../src/kernel/cell'
import { Cells } from './cells'
import { Program } from './programs'
import { fault, FUEL, helpers, Session } from './sessions'

/** Follows calls, and checks that what is told of them fits together. */
class Follower {
  /** `function:line` for every stop. */
  readonly path: string[] = []
  /** The names that were visible at every stop, with their values. */
  readonly seen: string[] = []
  open = 0
  readonly names: boolean

  constructor({ names = false } = {}) {
    this.names = names
  }

  readonly begin = (table: StepTable, index: number): CallFrame => {
    const { name } = table.functions[index]!
    this.open++
    let over = false
    let waits = false
    const goesOn = <T>(value: T): T => {
      assert.ok(!over && !waits, `${name} goes on`)
      return value
    }
    return {
      at: (stop, access) => {
        goesOn(undefined)
        const { line, scope } = table.stops[stop]!
        this.path.push(`${name}:${line}`)
        if (this.names && this.seen.length < LOOKS)
          this.seen.push(`${name}:${line} ${namesAt(table, scope, access).join(', ')}`)
      },
      waits: (value) => {
        goesOn(undefined)
        waits = true
        return value
      },
      yields: (value) => {
        goesOn(undefined)
        waits = true
        return value
      },
      resumes: (value) => {
        assert.ok(waits, `${name} resumes`)
        waits = false
        return goesOn(value)
      },
      fails: (error) => {
        waits = false
        return goesOn(error)
      },
      ends: () => {
        // A generator that nobody asks any more, or an awaited promise that fails, ends while it waits.
        waits = false
        goesOn(undefined)
        over = true
        this.open--
      },
    }
  }
}

function namesAt(table: StepTable, scope: number, access: (code: string) => unknown): string[] {
  const found: string[] = []
  for (let at: number | undefined = scope; at !== undefined; at = table.scopes[at]!.parent)
    for (const name of table.scopes[at]!.names) {
      try {
        found.push(`${name}=${inspect(access(name))}`)
      } catch (error) {
        assert.ok(
          error instanceof ReferenceError && /before initialization/.test(error.message),
          String(error),
        )
      }
    }
  return found
}

async function followed(source: string, options?: { names?: boolean }) {
  const follower = new Follower(options)
  const cells = new Cells()
  cells.stepper = follower.begin
  let failure: unknown
  await cells.execute(source).catch((error: unknown) => (failure = error))
  return { follower, cells, failure }
}

/** The path through a cell, and what it shows. */
async function path(source: string): Promise<string[]> {
  return (await followed(source)).follower.path
}

test('every statement stops by, in the order in which they run', async () => {
  assert.deepEqual(await path('const a = 1\nlet b = a\nif (a) b = 2\nelse b = 3\nb'), [
    ':1',
    ':2',
    ':3',
    ':3',
    ':5',
  ])
  assert.deepEqual(await path('let s = 0\nfor (let i = 0; i < 2; i++)\n  s += i\ns'), [
    ...[':1', ':2', ':2', ':3', ':2', ':3', ':2', ':4'],
  ])
  assert.deepEqual(await path('for (const x of [1, 2]) {\n  x\n}'), [':1', ':1', ':2', ':1', ':2'])
  assert.deepEqual(await path('let i = 2\nwhile (i)\n  i--'), [':1', ':2', ':2', ':3', ':2', ':3', ':2'])
  assert.deepEqual(await path('let i = 2\ndo {\n  i--\n} while (i)'), [':1', ':2', ':3', ':4', ':3', ':4'])
  assert.deepEqual(await path('switch (1) {\n  case 1:\n    2\n    break\n  default:\n    3\n}'), [
    ':1',
    ':3',
    ':4',
  ])
  assert.deepEqual(await path('try {\n  throw 1\n} catch {\n  2\n} finally {\n  3\n}'), [
    ':1',
    ':2',
    ':4',
    ':6',
  ])
  assert.deepEqual(await path('outer: for (const x of [1])\n  for (;;)\n    continue outer'), [
    ':1',
    ':1',
    ':2',
    ':3',
  ])
})

test('calls are told by the names that functions have', async () => {
  const source = `function f(x) {
  return g(x)
}
const g = (x) => x + 1
class C {
  method() { return f(1) }
  get value() { return 2 }
}
[1, 2].map((x) => x * 2)
const o = { m() { return new C().method() } }
o.m()`
  assert.deepEqual(await path(source), [
    ...[':4', ':5', ':9', ':9', ':9', ':10', ':11', 'm:10', 'method:6', 'f:2', 'g:4'],
  ])
})

test('functions that wait, go on and end', async () => {
  const { follower, cells, failure } = await followed(`async function slow(x) {
  await null
  return x
}
function* count(n) {
  for (let i = 0; i < n; i++) yield i
}
async function* both() {
  yield* count(2)
  yield await slow(9)
}
const found = [...count(2)]
for await (const x of both()) found.push(x)
const fails = async () => { await slow(1); throw new Error('late') }
const caught = await fails().catch(({ message }) => message)
const first = count(5).next()
const { value } = count(3)[Symbol.iterator]().next()
for (const x of count(3)) break
;[found, caught, value]`)
  assert.equal(failure, undefined)
  assert.deepEqual(cells.shown, [[[0, 1, 0, 1, 9], 'late', 0]])
  // The two generators that nobody finished, and the cell itself, of which the session tells.
  assert.equal(follower.open, 3)
})

test('at every stop, the variables in scope can be read, and written', async () => {
  const { follower } = await followed(
    `const outer = 5
function f(a, { b, c = a }) {
  let sum = a + b
  for (const k of [1]) {
    const inner = k * outer
    sum += inner
  }
  const later = (x) => x + sum
  return later(c)
}
f(1, { b: 2 })`,
    { names: true },
  )
  assert.deepEqual(follower.seen, [
    ':1 ',
    ':11 ',
    'f:3 a=1, b=2, c=1',
    'f:4 sum=3, a=1, b=2, c=1',
    'f:4 k=1, sum=3, a=1, b=2, c=1',
    'f:5 k=1, sum=3, a=1, b=2, c=1',
    'f:6 inner=5, k=1, sum=3, a=1, b=2, c=1',
    'f:8 sum=8, a=1, b=2, c=1',
    'f:9 sum=8, later=[Function: later], a=1, b=2, c=1',
    'later:8 x=1, sum=8, later=[Function: later], a=1, b=2, c=1',
  ])
  const cells = new Cells()
  cells.stepper = (table, index) => ({
    ...new Follower().begin(table, index),
    at: (stop, access) => {
      if (table.functions[index]!.name === 'f' && table.stops[stop]!.line === 3) access('x = 40')
    },
  })
  await cells.execute('function f(x) {\n  const y = 2\n  return x + y\n}\nf(1)')
  assert.deepEqual(cells.shown, [42])
})

test('a stop says whether its function catches what is thrown there', async () => {
  const cells = new Cells()
  const guarded: string[] = []
  cells.stepper = (table, index) => ({
    ...new Follower().begin(table, index),
    at: (stop) => void guarded.push(`${table.stops[stop]!.line} ${table.stops[stop]!.guarded}`),
  })
  await cells.execute(`try {
  1
  try { 2 } finally { 3 }
} catch {}
try {
  throw 4
} catch {
  5
}
try { [6].map((x) => x) } catch {}`)
  assert.deepEqual(guarded, [
    ...[
      '1 false',
      '2 true',
      '3 true',
      '3 true',
      '3 true',
      '5 false',
      '6 true',
      '8 false',
      '10 false',
      '10 true',
    ],
    '10 false',
  ])
})

test('bodies that cannot stand inside a block are left alone', async () => {
  const { follower, cells } = await followed(
    'function f() {\n  var g\n  function g() { return 1 }\n  return g()\n}\nf()',
  )
  assert.deepEqual(cells.shown, [1])
  assert.deepEqual(follower.path, [':6', 'g:3'])
})

// --------------------------------------------------------------------------------------------- generated programs

const PROGRAMS = 200
/** Stops of each program at which all names are read. */
const LOOKS = 40
const globals = globalThis as { trace?: (...values: unknown[]) => void }

test(`${PROGRAMS} random programs do the same with stops as without`, async () => {
  let stops = 0
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const traces: string[][] = []
    for (const stepping of [false, true]) {
      const lines: string[] = []
      globals.trace = (...values) =>
        void lines.push(values.map((value) => inspect(value, { depth: 4 })).join(' '))
      const cells = new Cells()
      cells.modules['node:path'] = { ...nodePath, default: nodePath }
      cells.modules['node:util'] = { ...nodeUtil, default: nodeUtil }
      const follower = new Follower({ names: true })
      if (stepping) cells.stepper = follower.begin
      try {
        await cells.executeAll(...new Program(seed).cells())
      } catch (error) {
        lines.push(`failed: ${String(error)}`)
      }
      lines.push(
        ...[...cells.scope.variables()].map(({ name, value }) => `${name} = ${inspect(value, { depth: 4 })}`),
      )
      traces.push(lines)
      stops += follower.path.length
    }
    delete globals.trace
    assert.deepEqual(traces[1], traces[0], `program ${seed}`)
  }
  assert.ok(stops > 20 * PROGRAMS, `only ${stops} stops`)
})

test(`${PROGRAMS} random sessions trace what their generator expects, with stops`, async () => {
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const session = new Session(seed)
    const lines: string[] = []
    const builtins = helpers(lines)
    const cells = new Cells(builtins)
    const follower = new Follower()
    cells.stepper = follower.begin
    for (const source of session.sources) {
      builtins.fuel = FUEL
      await cells.execute(source).catch((error: unknown) => lines.push(`failed: ${fault(error)}`))
    }
    assert.deepEqual(lines, session.expected, `session ${seed}:\n${session.sources.join('\n----\n')}`)
  }
})
