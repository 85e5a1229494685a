import type { DebugProtocol } from '@vscode/debugprotocol'
import * as vscode from 'vscode'
import type { CompileResult } from '../../kernel/cell'
import type { ExpressionResult } from '../../kernel/compile/expression'
import type {
  Breakpoint,
  DebugCommand,
  DebugEvent,
  DebugVariable,
  Going,
  Stopped,
} from '../../kernel/debug/protocol'
import { unreachable } from '../../kernel/protocol'
import { Owner } from '../owner'
import { placeBreakpoints } from './breakpoints'
import { CAPABILITIES, describePause, EXCEPTION_FILTER, scopeName, THREAD } from './words'

/** What the adapter can do with the cell that it steps through. */
export interface Debuggee {
  /** Runs the cell; resolves when it has ended, however it did. */
  run(
    onEvent: (event: DebugEvent) => void,
    breakpoints: ReadonlyMap<string, readonly Breakpoint[]>,
    uncaught: boolean,
  ): Promise<void>
  command(command: DebugCommand): void
  /** Presses Stop. */
  stop(): void
  /** A cell by the address of its document, and the other way round. */
  cellAt(uri: string): vscode.NotebookCell | undefined
  cellNamed(id: string): vscode.NotebookCell | undefined
  idOf(cell: vscode.NotebookCell): string
  compile(id: string, source: string): Promise<CompileResult>
  expression(source: string, locals: readonly string[]): Promise<ExpressionResult>
  /** The cell is paused there, or runs. */
  shown(stopped: Stopped | undefined): void
  /** The cell is not stepped through any longer. */
  ended(): void
}

type Handler = (request: DebugProtocol.Request) => unknown

/** What cannot be done, in a sentence. */
class Refused extends Error {}

/** Speaks the debug adapter protocol with VS Code, and the kernel's with the cell that is stepped through. */
export class CellDebugAdapter extends Owner implements vscode.DebugAdapter {
  readonly #send = this.own(new vscode.EventEmitter<vscode.DebugProtocolMessage>())
  readonly onDidSendMessage = this.#send.event
  readonly #debuggee: Debuggee
  #sequence = 0
  #requests = 0
  readonly #waiting = new Map<
    number,
    { resolve: (event: DebugEvent) => void; reject: (error: Error) => void }
  >()
  readonly #breakpoints = new Map<string, readonly Breakpoint[]>()
  #uncaught = true
  /** Where the cell is paused; undefined while it runs. */
  #stopped: Stopped | undefined
  /** What was listed, for assigning to it: an expression by list and name. */
  readonly #listed = new Map<number, readonly DebugVariable[]>()
  #over = false

  constructor(debuggee: Debuggee) {
    super()
    this.#debuggee = debuggee
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    const request = message as DebugProtocol.Request
    if (request.type === 'request') void this.#respond(request)
  }

  override dispose(): void {
    this.#end()
    super.dispose()
  }

  async #respond(request: DebugProtocol.Request): Promise<void> {
    const answer = { type: 'response', request_seq: request.seq, command: request.command } as const
    try {
      const handler = this.#handlers[request.command]
      if (!handler) throw new Refused(vscode.l10n.t('Cells cannot be debugged so: {0}.', request.command))
      const body = await handler(request)
      this.#post({ ...answer, success: true, ...(body !== undefined && { body }) })
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.#post({ ...answer, success: false, message: text, body: { error: { id: 1, format: text } } })
    }
    // These may come only after the answer.
    if (request.command === 'initialize') this.#tell('initialized')
    if (request.command === 'configurationDone') void this.#run()
  }

  // ------------------------------------------------------------------------------------------------- what is asked

  readonly #handlers: Readonly<Record<string, Handler>> = {
    initialize: () => CAPABILITIES,
    launch: () => undefined,
    configurationDone: () => undefined,
    threads: () => ({ threads: [{ id: THREAD, name: vscode.l10n.t('Cells') }] }),
    setBreakpoints: ({ arguments: given }) =>
      this.#setBreakpoints(given as DebugProtocol.SetBreakpointsArguments),
    setExceptionBreakpoints: ({ arguments: given }) => {
      const { filters } = given as DebugProtocol.SetExceptionBreakpointsArguments
      this.#uncaught = filters.includes(EXCEPTION_FILTER)
      this.#command({ kind: 'exceptions', uncaught: this.#uncaught })
    },
    stackTrace: ({ arguments: given }) => this.#stackTrace(given as DebugProtocol.StackTraceArguments),
    scopes: ({ arguments: given }) => this.#scopes((given as DebugProtocol.ScopesArguments).frameId),
    variables: async ({ arguments: given }) => ({
      variables: (await this.#variables(given as DebugProtocol.VariablesArguments)).map(variable),
    }),
    evaluate: async ({ arguments: given }) => {
      const { expression, frameId } = given as DebugProtocol.EvaluateArguments
      const { value, ...rest } = variable(await this.#evaluate(expression, frameId))
      return { ...rest, result: value }
    },
    setVariable: async ({ arguments: given }) => {
      const { variablesReference, name, value } = given as DebugProtocol.SetVariableArguments
      const target = this.#listed.get(variablesReference)?.find((each) => each.name === name)?.expression
      if (target === undefined) throw new Refused(vscode.l10n.t('{0} cannot be set.', name))
      return variable(await this.#assign(target, value))
    },
    setExpression: async ({ arguments: given }) => {
      const { expression, value, frameId } = given as DebugProtocol.SetExpressionArguments
      return variable(await this.#assign(expression, value, frameId))
    },
    exceptionInfo: () => {
      const [, name = 'Error', text = ''] = /^(\w+): ([^]*)$/.exec(this.#stopped?.text ?? '') ?? []
      return { exceptionId: name, description: text, breakMode: 'unhandled' }
    },
    pause: () => this.#command({ kind: 'pause' }),
    continue: () => {
      this.#go('continue')
      return { allThreadsContinued: true }
    },
    next: () => this.#go('over'),
    stepIn: () => this.#go('in'),
    stepOut: () => this.#go('out'),
    /** Our own: to the next step of a derivation, state of a sampler or report of a training. */
    continueToNextStep: () => {
      this.#go('step')
      // Of requests that it does not know VS Code does not know either that the cell goes on.
      this.#tell('continued', { threadId: THREAD, allThreadsContinued: true })
    },
    terminate: () => this.#stop(),
    disconnect: ({ arguments: given }) => {
      const { terminateDebuggee = true } = (given ?? {}) as DebugProtocol.DisconnectArguments
      if (terminateDebuggee) this.#stop()
      else this.#command({ kind: 'detach' })
    },
  }

  async #setBreakpoints({ source, breakpoints = [] }: DebugProtocol.SetBreakpointsArguments) {
    const cell = source.path === undefined ? undefined : this.#debuggee.cellAt(source.path)
    if (!cell) {
      const message = vscode.l10n.t('This is no cell of the notebook that is debugged.')
      return { breakpoints: breakpoints.map(() => ({ verified: false, message })) }
    }
    const id = this.#debuggee.idOf(cell)
    const debuggee = this.#debuggee
    const compile = {
      cell: (id: string, source: string) => debuggee.compile(id, source),
      expression: (source: string, locals: readonly string[]) => debuggee.expression(source, locals),
    }
    const placed = await placeBreakpoints(id, cell.document.getText(), compile, breakpoints)
    this.#breakpoints.set(
      id,
      placed.flatMap((each) => (each.ok ? [each.breakpoint] : [])),
    )
    this.#command({ kind: 'breakpoints', breakpoints: Object.fromEntries(this.#breakpoints) })
    return {
      breakpoints: placed.map((each) =>
        each.ok ? { verified: true, line: each.breakpoint.line } : { verified: false, message: each.reason },
      ),
    }
  }

  #stackTrace({ startFrame = 0, levels }: DebugProtocol.StackTraceArguments) {
    const { frames } = this.#pause()
    const asked = frames.slice(startFrame, levels ? startFrame + levels : undefined)
    const stackFrames = asked.map(
      ({ id, name, milestone, cell, count, line, column }): DebugProtocol.StackFrame => {
        const document = this.#debuggee.cellNamed(cell)?.document
        const title = vscode.l10n.t('cell [{0}]', count)
        return {
          id: id + 1,
          name: milestone ?? (name || title),
          line,
          column,
          ...(document
            ? { source: { name: title, path: document.uri.toString() } }
            : { presentationHint: 'subtle' as const }),
        }
      },
    )
    return { stackFrames, totalFrames: frames.length }
  }

  #scopes(frameId: number) {
    const scopes = this.#frame(frameId).scopes.map(({ kind, reference, named }): DebugProtocol.Scope => ({
      name: scopeName(kind),
      variablesReference: reference,
      namedVariables: named,
      expensive: kind === 'session',
      ...(kind === 'local' && { presentationHint: 'locals' }),
    }))
    return { scopes }
  }

  async #variables({
    variablesReference: reference,
    start,
    count,
    filter,
  }: DebugProtocol.VariablesArguments) {
    const stopped = this.#pause()
    const [scope] = stopped.frames[0]?.scopes ?? []
    const range = filter === 'named' ? {} : { ...(start !== undefined && { start }), ...(count && { count }) }
    if (reference === scope?.reference && !count) {
      this.#listed.set(reference, stopped.first)
      return stopped.first
    }
    const event = await this.#ask((request) => ({ kind: 'variables', request, reference, ...range }))
    const found = event.kind === 'variables' ? event.variables : []
    const wanted = filter === 'named' ? found.filter(({ name }) => !/^\[\d+\]$/.test(name)) : found
    this.#listed.set(reference, [...(start ? (this.#listed.get(reference) ?? []) : []), ...wanted])
    return wanted
  }

  async #evaluate(expression: string, frameId?: number): Promise<DebugVariable> {
    const frame = this.#frame(frameId ?? 1)
    const compiled = await this.#debuggee.expression(expression, frame.locals)
    if (!compiled.ok) throw new Refused(compiled.reason)
    const { code } = compiled
    const event = await this.#ask((request) => ({ kind: 'evaluate', request, frame: frame.id, code }))
    if (event.kind !== 'evaluated') throw new Refused(vscode.l10n.t('The cell has gone on.'))
    return event.variable
  }

  /** Assigns, after which everything that is shown may be another. */
  async #assign(target: string, value: string, frameId?: number): Promise<DebugVariable> {
    const found = await this.#evaluate(`${target} = (${value})`, frameId)
    this.#tell('invalidated', { areas: ['variables'] })
    return found
  }

  #pause(): Stopped {
    if (!this.#stopped) throw new Refused(vscode.l10n.t('The cell is running.'))
    return this.#stopped
  }

  #frame(id: number) {
    const frame = this.#pause().frames[id - 1]
    if (!frame) throw new Refused(vscode.l10n.t('The cell has gone on.'))
    return frame
  }

  // ---------------------------------------------------------------------------------------------- what the cell does

  async #run(): Promise<void> {
    try {
      await this.#debuggee.run((event) => this.#heard(event), this.#breakpoints, this.#uncaught)
    } catch (error) {
      const output = error instanceof Error ? error.message : String(error)
      this.#tell('output', { category: 'important', output: `${output}\n` })
    }
    this.#end()
  }

  #heard(event: DebugEvent): void {
    switch (event.kind) {
      case 'stopped':
        this.#settle()
        this.#stopped = event
        this.#debuggee.shown(event)
        this.#tell('stopped', { ...describePause(event), threadId: THREAD, allThreadsStopped: true })
        break
      case 'variables':
      case 'evaluated':
        this.#waiting.get(event.request)?.resolve(event)
        this.#waiting.delete(event.request)
        break
      case 'refused':
        this.#waiting.get(event.request)?.reject(new Refused(event.reason))
        this.#waiting.delete(event.request)
        break
      case 'logged': {
        const path = this.#debuggee.cellNamed(event.cell)?.document.uri.toString()
        const place = path !== undefined && { source: { path }, line: event.line }
        this.#tell('output', { category: 'console', output: `${event.text}\n`, ...place })
        break
      }
      case 'moved':
        this.#tell('output', {
          category: 'important',
          output: `${vscode.l10n.t('This cell computes on {0}, so that its numbers can be seen at every pause; the GPU is used again when it has ended.', event.device)}\n`,
        })
        break
      case 'unable':
        this.#tell('output', {
          category: 'important',
          output: `${vscode.l10n.t('The cell runs without pauses: {0}', event.reason)}\n`,
        })
        break
      default:
        unreachable(event)
    }
  }

  #go(kind: Going): void {
    this.#pause()
    this.#settle()
    this.#stopped = undefined
    this.#debuggee.shown(undefined)
    this.#command({ kind })
  }

  #stop(): void {
    this.#debuggee.stop()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#settle()
    this.#stopped = undefined
    this.#debuggee.ended()
    this.#tell('terminated')
  }

  #command(command: DebugCommand): void {
    this.#debuggee.command(command)
  }

  #ask(command: (request: number) => DebugCommand): Promise<DebugEvent> {
    return new Promise((resolve, reject) => {
      const request = ++this.#requests
      this.#waiting.set(request, { resolve, reject })
      this.#command(command(request))
    })
  }

  /** What was asked before the cell went on is not answered any more. */
  #settle(): void {
    for (const { reject } of this.#waiting.values())
      reject(new Refused(vscode.l10n.t('The cell has gone on.')))
    this.#waiting.clear()
    this.#listed.clear()
  }

  #tell(event: string, body?: object): void {
    this.#post({ type: 'event', event, ...(body && { body }) })
  }

  #post(message: object): void {
    this.#send.fire({ seq: ++this.#sequence, ...message })
  }
}

function variable({ name, value, type, expression, reference, indexed, named }: DebugVariable) {
  return {
    ...{ name, value, type, variablesReference: reference },
    ...(expression !== undefined && { evaluateName: expression }),
    ...(indexed !== undefined && { indexedVariables: indexed }),
    ...(named !== undefined && { namedVariables: named }),
  }
}
