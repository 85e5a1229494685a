/** Stopping a run: it ends soon, cannot be caught, runs `finally`, and does not go on after an await. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Cells, Interrupted } from './cells'

/** Runs cells, the last of which is stopped at its hundredth check. */
async function stopped(...sources: string[]): Promise<Cells> {
  const cells = new Cells()
  await cells.executeAll(...sources.slice(0, -1))
  cells.checks = 100
  await assert.rejects(cells.execute(sources.at(-1)!), Interrupted)
  cells.checks = Infinity
  return cells
}

describe('a run stops', () => {
  const endless: Record<string, string> = {
    while: 'while (true) {}',
    'while without a block': 'while (true) ;',
    do: 'do {} while (true)',
    'do without a block': 'do n++; while (true)',
    for: 'for (;;) {}',
    'for without a block': 'for (;;) n++',
    'for with a single declaration': 'for (let i = 0; ; i++) if (i < 0) break; else continue',
    'for of': 'for (const x of (function* () { let i = 0; while (true) yield i++ })()) { n++ }',
    'for of over an endless iterator':
      'for (const x of { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) } as any) n++',
    'for in': 'for (;;) for (const k in { a: 1 }) n++',
    labelled: 'a: for (;;) { b: while (true) continue a }',
    function: 'function f(n: number): number { return n > 1e9 ? 0 : f(n + 0) } f(0)',
    'arrow with an expression':
      'const f = (n: number): number => n > 50 ? n : f(n + 1); const g = (): any => f(0) && g(); g()',
    'arrow with an object': 'const f = (): any => ({ x: f() }); f()',
    method: 'const o = { m(): any { return this.m() } }; o.m()',
    getter: 'const o = { get g(): any { return this.g } }; o.g',
    constructor: 'class A { constructor() { new A() } } new A()',
    'derived constructor': 'class A {} class B extends A { constructor() { new B(); super() } } new B()',
    'field arrow': 'class A { f = (): any => this.f() } new A().f()',
    'static block': 'class A { static { while (true) {} } }',
    callback: 'const xs = Array.from({ length: 1000 }); xs.map((x) => xs.map((y) => 0))',
    'inner function of another cell': 'spin()',
    async: 'async function f(): Promise<void> { await null; return f() } await f()',
    'for await': 'for await (const x of (async function* () { while (true) yield 1 })()) ;',
    'promise chain': 'for (;;) await null',
  }
  for (const [name, source] of Object.entries(endless))
    test(`in ${name}`, async () => {
      const cells = await stopped('let n = 0; let kept = 1; function spin() { while (true) {} }', source)
      await cells.execute('kept')
      assert.deepEqual(cells.shown, [1])
    })
})

describe('a stopped run', () => {
  const catches: Record<string, string> = {
    catch: 'try { while (true) {} } catch (e) { log.push("caught") }',
    'catch without a name': 'try { while (true) {} } catch { log.push("caught") }',
    'catch with a pattern': 'try { while (true) {} } catch ({ message }) { log.push("caught") }',
    'catch with a default that runs': 'try { while (true) {} } catch ({ a = log.push("caught") }) { }',
    'catch in an endless loop': 'for (;;) try { while (true) {} } catch { log.push("caught") }',
    'catch around a function':
      'const f = () => { try { while (true) {} } catch { log.push("caught"); return 1 } }; f()',
    'catch around a rejection':
      'try { await (async () => { while (true) {} })() } catch { log.push("caught") }',
  }
  for (const [name, source] of Object.entries(catches))
    test(`is not caught by ${name}`, async () => {
      const cells = await stopped('const log: string[] = []', source)
      assert.deepEqual(cells.get('log'), [])
    })

  test('runs finally, also with checks and values in it', async () => {
    const cells = new Cells()
    await cells.execute('const log: string[] = []')
    const source =
      'try { try { log.push("body"); for (let i = 0; ; i++) ; } catch { log.push("caught") } finally { log.push("inner") } } finally { log.push("outer") }'
    cells.checks = 50
    await assert.rejects(cells.execute(source), Interrupted)
    assert.deepEqual(cells.get('log'), ['body', 'inner', 'outer'])
  })

  test('does not go on after an await, in whatever way the promise settles', async () => {
    const cases: Record<string, string> = {
      resolved: 'await gate; log.push("went on")',
      'as an operand': 'log.push(await gate)',
      rejected: 'try { await bad } catch { log.push("went on") }',
      'rejected with a pattern': 'try { await bad } catch ({ message }) { log.push("went on") }',
      'in a function':
        'const f = async () => { try { await bad } catch (e) { log.push("went on") } }; await f()',
      'in a loop': 'for await (const x of [gate, gate]) log.push("went on")',
      'after a loop':
        'for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => gate.then(() => ({ done: true })) }) } as any) ; log.push("went on")',
      'after a labelled loop':
        'if (true) a: b: for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => gate.then(() => ({ done: true })) }) } as any) continue a; else ; log.push("went on")',
      'a rejected loop': 'try { for await (const x of [bad]) ; } catch { log.push("went on") }',
    }
    for (const [name, source] of Object.entries(cases)) {
      const cells = new Cells()
      let open = (): void => {}
      const gate = new Promise<void>((resolve) => (open = resolve))
      const bad = gate.then(() => Promise.reject(new Error('bad')))
      bad.catch(() => {})
      cells.modules.test = { gate, bad }
      await cells.execute('import { gate, bad } from "test"; const log: string[] = []')
      const running = assert.rejects(cells.execute(source), Interrupted, name)
      cells.stop()
      open()
      await running
      assert.deepEqual(cells.get('log'), [], name)
    }
  })

  test('does not hinder a later run of the same function', async () => {
    const cells = new Cells()
    let open = (): void => {}
    cells.modules.test = { gate: new Promise<void>((resolve) => (open = resolve)) }
    await cells.execute(
      'import { gate } from "test"; const f = async () => { try { await gate } catch { return "caught" } return "done" }',
    )
    const running = assert.rejects(cells.execute('await f()'), Interrupted)
    cells.stop()
    open()
    await running
    await cells.execute('await f()')
    assert.deepEqual(cells.shown, ['done'])
  })
})

describe('rewriting for stops leaves alone', () => {
  const programs: Record<string, [source: string, expected: unknown]> = {
    'catch patterns': [
      'const r: any[] = []; for (const e of [{ a: 1, b: [2] }, {}] as any[]) try { throw e } catch ({ a = 5, b: [c = 6] = [], ...rest }) { var k = a; r.push(a, c, k, rest) } r',
      [1, 2, 1, {}, 5, 6, 5, {}],
    ],
    'closures in catch patterns': [
      'let x = 1; let r: any; try { throw {} } catch ({ f = () => x }: any) { const x = 2; r = [f(), x] } r',
      [1, 2],
    ],
    directives: ['function f() { "use strict"; "other"; return 1 } f()', 1],
    'dangling else': ['let r = 0; if (false) for (;;) r = 1; else r = 2; r', 2],
    'loops of every form': [
      'let s = 0; for (let i = 0; i < 3; i++) s += i; for (const k in [1, 2]) s += +k; for (const v of [1, 2]) s += v; while (s < 10) s++; do s++; while (s < 12); s',
      12,
    ],
    'per-iteration closures': [
      'const fs: any[] = []; for (let i = 0; i < 3; i++) fs.push(() => i); fs.map((f) => f())',
      [0, 1, 2],
    ],
    generators: [
      'function* g(): any { const x = yield 1; try { yield x } finally { yield "f" } } const i = g(); [i.next().value, i.next(7).value, i.return(9).value, i.next().value]',
      [1, 7, 'f', 9],
    ],
    'derived constructors': [
      'class A { x = 1 } class B extends A { constructor() { if (false) throw 0; super(); this.x = 2 } } new B().x',
      2,
    ],
  }
  for (const [name, [source, expected]] of Object.entries(programs))
    test(name, async () => {
      const cells = new Cells()
      await cells.execute(source)
      assert.deepEqual(cells.shown, [expected])
    })
})
