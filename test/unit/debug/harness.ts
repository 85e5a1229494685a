/** A session in this thread that is stepped through by a script: it keeps the thread waiting, so the script is a generator. */
import assert from 'node:assert/strict'
import { compileCell } from '../../../src/kernel/compile/compile'
import { compileFunctions } from '../../../src/kernel/compile/functions'
import { compileExpression } from '../../../src/kernel/compile/expression'
import type { Commands } from '../../../src/kernel/debug/commands'
import type {
  Breakpoints,
  DebugCommand,
  DebugEvent,
  DebugVariable,
  Going,
  Stopped,
} from '../../../src/kernel/debug/protocol'
import { moduleTable } from '../../../src/kernel/library/modules'
import { DEFAULT_LIMITS, type KernelMessage, type Outcome } from '../../../src/kernel/protocol'
import { Session } from '../../../src/kernel/session/session'
import { cellTf, TensorLedger } from '../../../src/tensor'

/** Sends commands and gets what answers them. */
type Asking<T> = Generator<DebugCommand, T, DebugEvent>

/** What a person does at each pause: asks what they like, and says how to go on; `stop` is the Stop button. */
export type Person = (paused: Paused) => Asking<Going | 'stop'> | Going | 'stop'

export interface Launch {
  readonly stopOnEntry?: boolean
  readonly uncaught?: boolean
  readonly breakpoints?: Breakpoints
  readonly id?: string
  /** Texts of cells that ran plainly, by id, whose functions are to be entered. */
  readonly functions?: Readonly<Record<string, string>>
}

export class Paused {
  readonly stopped: Stopped

  constructor(stopped: Stopped) {
    this.stopped = stopped
  }

  /** `function:line` of the innermost frame. */
  get place(): string {
    return this.stack[0]!
  }

  /** All frames, as `function:line`, or what was reached. */
  get stack(): string[] {
    return this.stopped.frames.map(({ name, line, milestone }) => milestone ?? `${name}:${line}`)
  }

  /** What is in a scope, as `name: value`. */
  *scope(kind: string, frame = 0): Asking<string[]> {
    const scope = this.stopped.frames[frame]!.scopes.find((each) => each.kind === kind)
    if (!scope) return []
    const found = yield* this.open(scope.reference)
    return found.map(({ name, value }) => `${name}: ${value}`)
  }

  *open(reference: number, start?: number, count?: number): Asking<readonly DebugVariable[]> {
    const range = { ...(start !== undefined && { start }), ...(count !== undefined && { count }) }
    const event = yield { kind: 'variables', request: 1, reference, ...range }
    assert.ok(event.kind === 'variables', JSON.stringify(event))
    return event.variables
  }

  /** An expression's value as a variable. */
  *look(expression: string, frame = 0): Asking<DebugVariable> {
    const compiled = compileExpression(expression, this.stopped.frames[frame]!.locals)
    assert.ok(compiled.ok, compiled.ok ? '' : compiled.reason)
    const event = yield { kind: 'evaluate', request: 2, frame, code: compiled.code }
    assert.ok(event.kind === 'evaluated', JSON.stringify(event))
    return event.variable
  }

  /** An expression's value in a line, or why there is none. */
  *evaluate(expression: string, frame = 0): Asking<string> {
    const compiled = compileExpression(expression, this.stopped.frames[frame]!.locals)
    if (!compiled.ok) return compiled.reason
    const event = yield { kind: 'evaluate', request: 2, frame, code: compiled.code }
    if (event.kind === 'refused') return event.reason
    assert.ok(event.kind === 'evaluated')
    return event.variable.value
  }
}

/** Always goes on in one way, and notes where it paused. */
export function going(how: Going | readonly Going[], places: string[] = []): Person {
  let turn = 0
  return ({ place }) => {
    places.push(place)
    return typeof how === 'string' ? how : (how[turn++] ?? 'continue')
  }
}

export class SteppedSession {
  readonly messages: KernelMessage[] = []
  readonly session: Session
  /** Commands that come while a cell runs. */
  readonly waiting: DebugCommand[] = []
  #run = 0
  #stopping = false

  constructor() {
    this.session = new Session({
      seed: 1,
      limits: DEFAULT_LIMITS,
      post: (message) => this.messages.push(structuredClone(message)),
      modules: moduleTable(cellTf),
      globals: { tf: cellTf },
      ledger: new TensorLedger(),
      stopSign: () => this.#stopping,
    })
  }

  /** Runs a cell plainly. */
  async run(source: string, id = 'cell'): Promise<Outcome> {
    return this.#execute(source, id, false)
  }

  /** Steps through a cell as `person` does. */
  async step(source: string, person: Person, launch: Launch = {}): Promise<Outcome> {
    const { stopOnEntry = true, uncaught = true, breakpoints = {}, id = 'cell' } = launch
    const functions = Object.entries(launch.functions ?? {}).flatMap(([id, source], index) => {
      const result = compileFunctions(id, source)
      return result?.ok ? [{ cell: result.cell, count: index + 1 }] : []
    })
    let asking: Asking<Going | 'stop'> | undefined
    let seen = this.messages.length
    const decide = (answer: DebugEvent): DebugCommand | undefined => {
      if (answer.kind === 'stopped') {
        const said = person(new Paused(answer))
        if (typeof said === 'string') return this.#go(said)
        asking = said
      }
      const { done, value } = asking!.next(answer)
      return done ? this.#go(value) : value
    }
    const commands: Commands = {
      take: () => {
        const next = this.waiting.shift()
        if (next) return next
        const told = this.messages
          .slice(seen)
          .find((message) => message.type === 'debugged' && message.event.kind !== 'logged')
        seen = this.messages.length
        return told?.type === 'debugged' ? decide(told.event) : undefined
      },
      wait: () => {},
    }
    return this.#execute(
      source,
      id,
      true,
      { debug: { stopOnEntry, uncaught, breakpoints, functions } },
      commands,
    )
  }

  /** What was printed and shown, as text. */
  get texts(): string[] {
    return this.messages.flatMap((message) => {
      if (message.type !== 'output') return []
      if (message.event.kind === 'stream') return [message.event.text]
      return message.event.kind === 'display' ? [message.event.bundle['text/plain'] as string] : []
    })
  }

  /** What breakpoints told instead of pausing, as `cell:line text`. */
  get logged(): string[] {
    return this.messages.flatMap((message) =>
      message.type === 'debugged' && message.event.kind === 'logged'
        ? [`${message.event.cell}:${message.event.line} ${message.event.text}`]
        : [],
    )
  }

  #go(going: Going | 'stop'): DebugCommand | undefined {
    if (going !== 'stop') return { kind: going }
    this.#stopping = true
    return undefined
  }

  async #execute(
    source: string,
    id: string,
    stepping: boolean,
    more: Pick<Parameters<Session['execute']>[0], 'debug'> = {},
    commands?: Commands,
  ): Promise<Outcome> {
    const result = compileCell(id, source, stepping)
    assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.errors))
    this.#stopping = false
    const run = ++this.#run
    const message = { type: 'execute', run, cell: result.cell, count: run, ...more } as const
    await this.session.execute(message, undefined, commands)
    const finished = this.messages.findLast((each) => each.type === 'finished')
    assert.ok(finished?.type === 'finished' && finished.run === run)
    return finished.outcome
  }
}
