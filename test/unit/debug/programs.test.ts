/** Random programs, stepped through in random ways, end as they do plainly, with the same variables. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { inspect } from 'node:util'
import type { Going } from '../../../src/kernel/debug/protocol'
import { Program } from '../compile/programs'
import { Random } from '../compile/random'
import { prepare } from '../session/harness'
import { SteppedSession } from './harness'

before(prepare)

const COUNT = 40
const WAYS: readonly Going[] = [
  'over',
  'over',
  'in',
  'in',
  'in',
  'in',
  'in',
  'in',
  'in',
  'out',
  'step',
  'continue',
]
const globals = globalThis as { trace?: (...values: unknown[]) => void }

test(`${COUNT} programs`, async () => {
  let pauses = 0
  for (let seed = 1; seed <= COUNT; seed++) {
    const random = new Random(seed)
    const found: string[][] = []
    for (const stepping of [false, true]) {
      const lines: string[] = []
      globals.trace = (...values) =>
        void lines.push(values.map((value) => inspect(value, { depth: 4 })).join(' '))
      const session = new SteppedSession()
      for (const source of new Program(seed).cells()) {
        const outcome = stepping
          ? await session.step(source, function* (paused) {
              pauses++
              // Looking at everything changes nothing.
              for (const { reference } of paused.stopped.frames.flatMap(({ scopes }) => scopes))
                yield* paused.open(reference)
              return random.pick(WAYS)
            })
          : await session.run(source)
        lines.push(outcome.status === 'error' ? outcome.error.message : outcome.status)
      }
      const status = session.messages.findLast((message) => message.type === 'status')
      assert.ok(status?.type === 'status')
      lines.push(...status.variables.map(({ name, kind, summary }) => `${name}: ${kind} ${summary}`))
      lines.push(...session.texts)
      found.push(lines)
    }
    delete globals.trace
    assert.deepEqual(found[1], found[0], `program ${seed}:\n${new Program(seed).statements.join('\n')}`)
  }
  assert.ok(pauses > 10 * COUNT, `only ${pauses} pauses`)
})
