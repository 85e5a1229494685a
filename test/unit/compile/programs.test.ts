/** A thousand random programs, run as cells, do what Node does with each as one module. */
import { transformSync } from 'esbuild'
import assert from 'node:assert/strict'
import nodePath from 'node:path'
import { test } from 'node:test'
import nodeUtil, { inspect } from 'node:util'
import { plainMessage } from '../../../src/kernel/session/scope.message'
import { Cells } from './cells'
import { Program } from './programs'

const COUNT = 1000

const globals = globalThis as { trace?: (...values: unknown[]) => void }

/** What a program traces, ended by the error that it fails with, if any. */
async function traceOf(run: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = []
  globals.trace = (...values) =>
    void lines.push(values.map((value) => inspect(value, { depth: 4 })).join(' '))
  try {
    await run()
  } catch (error) {
    lines.push(`failed: ${String(error)}`)
  } finally {
    delete globals.trace
  }
  return lines.map(plainMessage)
}

/** Types are erased by another compiler, so that TypeScript is not both judge and judged. */
function asModule(program: Program): Promise<unknown> {
  const { code } = transformSync(program.statements.join('\n'), {
    loader: 'ts',
    target: 'esnext',
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
  })
  return import(`data:text/javascript;charset=utf-8,${encodeURIComponent(code)}`)
}

async function asCells(program: Program): Promise<void> {
  const cells = new Cells()
  cells.modules['node:path'] = { ...nodePath, default: nodePath }
  cells.modules['node:util'] = { ...nodeUtil, default: nodeUtil }
  await cells.executeAll(...program.cells())
}

test(`${COUNT} programs`, async () => {
  let traced = 0
  let failed = 0
  for (let seed = 1; seed <= COUNT; seed++) {
    const program = new Program(seed)
    const expected = await traceOf(() => asModule(program))
    const actual = await traceOf(() => asCells(new Program(seed)))
    const differs = actual.findIndex((line, index) => line !== expected[index])
    assert.ok(
      differs < 0 && actual.length === expected.length,
      `program ${seed} traces ${actual[differs]} where Node traces ${expected[differs]}:\n${program.statements.join('\n')}`,
    )
    traced += expected.length
    if (expected.at(-1)?.startsWith('failed')) failed += 1
  }
  assert.ok(traced > 10 * COUNT, `programs trace too little: ${traced}`)
  assert.ok(failed < COUNT / 20, `too many programs fail: ${failed}`)
})
