import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompiledCell } from '../../../src/kernel/cell'
import { DEFAULT_LIMITS } from '../../../src/kernel/protocol'
import { Interrupted, Interrupts } from '../../../src/kernel/session/interrupt'
import { RunOutput } from '../../../src/kernel/session/output'
import { Run } from '../../../src/kernel/session/run'

function newRun(number: number): Run {
  return new Run(number, {} as CompiledCell, number, new RunOutput(DEFAULT_LIMITS, () => {}))
}

test('stopping a callback of a finished cell, in which a later one is stuck, ends both', (context) => {
  let now = 0
  context.mock.method(performance, 'now', () => now)
  let asked = false
  const interrupts = new Interrupts(
    () => undefined,
    () => asked,
  )
  const [earlier, later] = [newRun(1), newRun(2)]
  let timerCleared = false
  earlier.cleanups.add(() => (timerCleared = true))
  interrupts.begin(earlier)
  interrupts.finish()
  interrupts.begin(later)
  interrupts.enter(earlier)
  now = 1000
  interrupts.poll()
  asked = true
  now = 2000
  assert.throws(() => interrupts.poll(), Interrupted)
  assert.deepEqual([later.stopped, earlier.stopped, timerCleared], [true, true, true])
})
