/** A thousand random sessions, with redeclarations and failures, trace what their generator expects. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cells } from './cells'
import { fault, FUEL, helpers, Session } from './sessions'

const COUNT = 1000

async function traceOf(sources: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  const builtins = helpers(lines)
  const cells = new Cells(builtins)
  for (const source of sources) {
    builtins.fuel = FUEL
    try {
      await cells.execute(source)
    } catch (error) {
      lines.push(`failed: ${fault(error)}`)
    }
  }
  return lines
}

test(`${COUNT} sessions`, async () => {
  const seen = { lines: 0, failed: 0, dead: 0, constant: 0, missing: 0 }
  for (let seed = 1; seed <= COUNT; seed++) {
    const session = new Session(seed)
    const expected = session.expected
    const actual = await traceOf(session.sources)
    assert.deepEqual(actual, expected, `session ${seed}:\n${session.sources.join('\n----\n')}`)
    for (const line of expected) {
      seen.lines += 1
      for (const kind of ['failed', 'dead', 'constant', 'missing'] as const)
        if (line.includes(kind)) seen[kind] += 1
    }
  }
  for (const [kind, count] of Object.entries(seen))
    assert.ok(count > COUNT / 10, `sessions show too little ${kind}: ${count}`)
})
