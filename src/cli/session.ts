/** Executes one notebook in a kernel of its own, from the first cell to the last. */
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskState } from '../renderers/controls'
import type { Path } from '../tensor'
import type { CompileResult } from '../kernel/cell'
import { KernelClient, type RunOutcome } from '../kernel/client'
import { createStopFlag, folderReader, nodeTransport, readWasm, weightReader } from '../kernel/client.node'
import { LanguageError, type LanguageClient } from '../kernel/language/client'
import type { BackendChoice, CellError, Device, OutputEvent } from '../kernel/protocol'
import { syntaxError } from '../kernel/session/errors'
import type { CodeCell } from '../notebook'
import { built } from './built'
import { codeCells, type NotebookFile } from './notebook'
import { Recorder } from './outputs'

export interface SessionOptions {
  readonly backend: BackendChoice
  readonly seed: number
  /** Seconds that one cell may take. */
  readonly timeout?: number
  readonly failFast: boolean
  /** Computes everything by single operations, where it could be done in one go. */
  readonly plain?: boolean
  /** How many threads share long computations. Default: as many as there are processors. */
  readonly threads?: number
  /** Whether products may use subgroups of a GPU that has them. Default: not. */
  readonly subgroups?: boolean
  /** What cells that ask are answered, in the order of their questions; then come defaults. */
  readonly answers?: readonly string[]
  /** Aborted by Ctrl-C: stops the running cell and runs no more. */
  readonly stop: AbortSignal
}

export type CellStatus = 'ok' | 'error' | 'interrupted' | 'not run'

export interface CellResult {
  readonly cell: CodeCell
  /** Among all cells of the notebook, from 1. */
  readonly number: number
  readonly status: CellStatus
  readonly milliseconds: number
  readonly error?: CellError
}

export interface SessionResult {
  readonly device: Device
  readonly cells: readonly CellResult[]
  readonly milliseconds: number
  readonly outputs: Recorder
  /** Why cells were left out, where some were. */
  readonly ended?: string
}

/** What somebody watching a run is told. */
export interface Watcher {
  started(device: Device): void
  cellStarted(number: number, index: number, count: number): void
  cellShows(event: OutputEvent): void
  /** Tasks of the running cell that go on; none when the last has ended. */
  cellProgress(tasks: readonly TaskState[]): void
  /** Which way a computation of the running cell takes. */
  cellPath(path: Path): void
  cellFinished(result: CellResult, index: number, count: number): void
}

const BY_PERSON = 'Stopped by Ctrl-C.'

/** How long what finished cells have left running gets to show or throw something before the kernel is ended. */
const SETTLE_MILLISECONDS = 200
/** The same where timers are known to be waiting. */
const TIMERS_MILLISECONDS = 3000

/** @throws KernelStartError where no kernel can be had on the backend asked for */
export async function execute(
  file: NotebookFile,
  language: LanguageClient,
  options: SessionOptions,
  watcher: Watcher,
): Promise<SessionResult> {
  const began = performance.now()
  const kernel = new KernelClient(nodeTransport(built.kernel), { startMilliseconds: 60_000 })
  const outputs = new Recorder()
  const late = new Map<string, CellError>()
  kernel.on('lateOutput', (cell, event) => outputs.add(cell, event))
  kernel.on('progress', (_, tasks) => watcher.cellProgress(tasks))
  kernel.on('path', (_, path) => watcher.cellPath(path))
  kernel.on('lateError', (cell, error) => {
    outputs.fail(cell, error)
    late.set(cell, error)
  })
  const answers = [...(options.answers ?? [])]
  kernel.on('ask', ({ question, initial }) =>
    kernel.answer(
      question,
      answers.shift() ?? initial,
      'give its answer by --input, or a default in the cell',
    ),
  )
  const interrupt = () => kernel.interrupt()
  options.stop.addEventListener('abort', interrupt)
  try {
    const stopFlag = createStopFlag()
    const wasm = await readWasm(built.wasm)
    const { seed, backend, plain = false, threads, subgroups = false } = options
    const readWeights = weightReader(built.weights)
    const start = {
      seed,
      backend,
      wasm,
      readWeights,
      files: folderReader(dirname(file.path)),
      stopFlag,
      plain,
      subgroups,
      ...(threads && { threads }),
    }
    const device = await kernel.start(start)
    watcher.started(device)
    const { results, ended } = await executeCells(file, language, kernel, outputs, options, watcher)
    await settle(kernel, options.stop)
    const cells = results.map((result) => {
      const error = late.get(result.cell.id)
      return error && result.status === 'ok' ? { ...result, status: 'error' as const, error } : result
    })
    return {
      device: kernel.device ?? device,
      cells,
      milliseconds: performance.now() - began,
      outputs,
      ...(ended && { ended }),
    }
  } finally {
    options.stop.removeEventListener('abort', interrupt)
    kernel.terminate()
  }
}

async function executeCells(
  file: NotebookFile,
  language: LanguageClient,
  kernel: KernelClient,
  outputs: Recorder,
  options: SessionOptions,
  watcher: Watcher,
): Promise<{ results: CellResult[]; ended?: string }> {
  const results: CellResult[] = []
  const cells = codeCells(file)
  let ended: string | undefined
  for (const [index, { cell, number }] of cells.entries()) {
    if (options.stop.aborted) ended ??= 'The run was stopped.'
    if (ended) {
      results.push({ cell, number, status: 'not run', milliseconds: 0 })
      continue
    }
    watcher.cellStarted(number, index, cells.length)
    const run = await executeCell(cell, index + 1, language, kernel, options, (event) => {
      outputs.add(cell.id, event)
      watcher.cellShows(event)
    })
    if (run.error) outputs.fail(cell.id, run.error)
    const result = { cell, number, ...run }
    results.push(result)
    watcher.cellFinished(result, index, cells.length)
    if (kernel.exited !== undefined)
      ended = `The kernel ended in cell ${number} and took every variable with it, so the cells after it were not run.`
    else if (options.failFast && run.status !== 'ok')
      ended = `Cell ${number} failed, and --fail-fast was given.`
  }
  return { results, ...(ended && { ended }) }
}

async function executeCell(
  cell: CodeCell,
  count: number,
  language: LanguageClient,
  kernel: KernelClient,
  { timeout, stop }: SessionOptions,
  onEvent: (event: OutputEvent) => void,
): Promise<Omit<CellResult, 'cell' | 'number'>> {
  const compiled = await compile(cell, language)
  if ('name' in compiled) return { status: 'error', milliseconds: 0, error: compiled }
  if (!compiled.ok)
    return { status: 'error', milliseconds: 0, error: syntaxError(compiled.errors, cell.source, count) }
  // Ctrl-C may have come while nothing ran that could have been interrupted.
  if (stop.aborted) return { status: 'interrupted', milliseconds: 0, error: plain('Interrupted', BY_PERSON) }
  let overdue = false
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => {
          overdue = true
          kernel.interrupt()
        }, timeout * 1000)
  const outcome = await kernel.execute(compiled.cell, count, onEvent)
  clearTimeout(timer)
  const { milliseconds } = outcome
  if (overdue && outcome.status !== 'ok')
    return { status: 'error', milliseconds, error: timedOut(timeout!, outcome) }
  if (outcome.status === 'error') {
    const gone = outcome.restartNeeded && plain('KernelEnded', `${kernel.exited} Every variable is gone.`)
    return { status: 'error', milliseconds, error: gone || outcome.error }
  }
  if (outcome.status === 'interrupted')
    return {
      status: 'interrupted',
      milliseconds,
      error: plain('Interrupted', BY_PERSON),
    }
  return { status: 'ok', milliseconds }
}

/** Source that hangs the compiler fails its cell, like any other that does not compile. */
async function compile(cell: CodeCell, language: LanguageClient): Promise<CompileResult | CellError> {
  try {
    return await language.compile(cell.id, cell.source)
  } catch (error) {
    if (error instanceof LanguageError) return plain('CompilerError', error.message)
    throw error
  }
}

function timedOut(seconds: number, { restartNeeded }: RunOutcome): CellError {
  const end = restartNeeded
    ? 'would not stop, so the kernel was ended and every variable is gone'
    : 'was stopped; what it had assigned by then is kept'
  return plain(
    'Timeout',
    `The cell ran longer than ${seconds} s and ${end}. Raise --timeout, or let it do less.`,
  )
}

function plain(name: string, message: string): CellError {
  return { name, message, frames: [], excerpt: '' }
}

/** Gives callbacks of finished cells time, so that what they throw is still seen. */
async function settle(kernel: KernelClient, stop: AbortSignal): Promise<void> {
  const end = performance.now() + TIMERS_MILLISECONDS
  do await sleep(SETTLE_MILLISECONDS)
  while (!stop.aborted && performance.now() < end && (await timersLeft(kernel, end)) > 0)
}

/** How many timers have yet to fire; 0 of a kernel that is gone, or has not answered by `end`: a callback may never return. */
async function timersLeft(kernel: KernelClient, end: number): Promise<number> {
  if (kernel.exited !== undefined) return 0
  const { promise, resolve } = Promise.withResolvers<number>()
  const offs = [kernel.on('status', ({ timers }) => resolve(timers)), kernel.on('exit', () => resolve(0))]
  const overdue = setTimeout(() => resolve(0), Math.max(0, end - performance.now()))
  kernel.inspect()
  const timers = await promise
  clearTimeout(overdue)
  for (const off of offs) off()
  return timers
}
