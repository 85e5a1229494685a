/** A session in this thread, fed with cells as text. */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs'
import { compileCell } from '../../../src/kernel/compile/compile'
import { moduleTable } from '../../../src/kernel/library/modules'
import {
  DEFAULT_LIMITS,
  type CellError,
  type KernelMessage,
  type Outcome,
  type OutputEvent,
  type OutputLimits,
  type Status,
} from '../../../src/kernel/protocol'
import { Session } from '../../../src/kernel/session/session'
import { cellTf, correctSecondDerivatives, rerouteRandom, TensorLedger } from '../../../src/tensor'

export interface Ran {
  readonly outcome: Outcome
  readonly events: readonly OutputEvent[]
  /** Everything that was shown as plain text, latest versions of updated displays included, in order. */
  readonly texts: readonly string[]
  readonly status: Status
  /** The error's message; fails the test when there is none. */
  readonly error: CellError
}

export class Bench {
  readonly messages: KernelMessage[] = []
  readonly session: Session
  protected lastRun = 0

  constructor({
    seed = 1,
    limits = DEFAULT_LIMITS,
    attended = false,
  }: { seed?: number; limits?: OutputLimits; attended?: boolean } = {}) {
    this.session = new Session({
      seed,
      limits,
      attended,
      post: (message) => this.messages.push(structuredClone(message)),
      modules: moduleTable(cellTf),
      globals: { tf: cellTf },
      ledger: new TensorLedger(),
    })
  }

  /** Runs a cell whose id is `id`. */
  async run(source: string, id = 'cell'): Promise<Ran> {
    const run = this.start(source, id)
    await run.done
    return this.result(run.number)
  }

  /** Starts a cell without waiting for it. */
  start(source: string, id = 'cell'): { number: number; done: Promise<void> } {
    const compiled = compileCell(id, source)
    assert.ok(compiled.ok, compiled.ok ? '' : JSON.stringify(compiled.errors))
    const number = ++this.lastRun
    return {
      number,
      done: this.session.execute({ type: 'execute', run: number, cell: compiled.cell, count: number }),
    }
  }

  result(run: number): Ran {
    const finished = this.messages.findIndex((message) => message.type === 'finished' && message.run === run)
    const message = this.messages[finished]
    const status = this.messages[finished + 1]
    assert.ok(message?.type === 'finished' && status?.type === 'status', `run ${run} did not finish`)
    const { outcome } = message
    const events = this.messages.flatMap((each) =>
      each.type === 'output' && each.run === run ? [each.event] : [],
    )
    return {
      outcome,
      events,
      texts: plainTexts(events),
      status,
      get error() {
        assert.ok(outcome.status === 'error', `expected an error, not ${outcome.status}`)
        return outcome.error
      },
    }
  }
}

export function plainTexts(events: readonly OutputEvent[]): string[] {
  const shown: { id?: string; text: string }[] = []
  for (const event of events)
    switch (event.kind) {
      case 'stream':
        shown.push({ text: event.text })
        break
      case 'display':
        shown.push({ id: event.id, text: event.bundle['text/plain'] as string })
        break
      case 'update': {
        const known = shown.find(({ id }) => id === event.id)
        if (known) known.text = event.bundle['text/plain'] as string
        break
      }
      case 'clear':
        shown.length = 0
    }
  return shown.map(({ text }) => text)
}

/** What a kernel does when it starts. */
export async function prepare(): Promise<void> {
  tf.enableProdMode()
  correctSecondDerivatives()
  rerouteRandom()
  Error.stackTraceLimit = 100
  await tf.setBackend('cpu')
}

/**
 * Sources of two cells: the first leaves a timer whose callback does `what`, as soon as the second says so, which waits for
 * that. So it happens after the first has ended and before the second does, however slow the machine is.
 */
export function leftBehind(what: string): { readonly leave: string; readonly await: string } {
  return {
    leave: `let due = false
const waiting = setInterval(() => {
  if (!due) return
  clearInterval(waiting)
  due = false
  ${what}
}, 2)
undefined`,
    await: 'due = true\nwhile (due) await new Promise((resolve) => setTimeout(resolve, 2))',
  }
}
