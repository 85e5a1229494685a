/** One submission in one kernel, cell by cell as the grader says. */
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { AnswerMessage, AskMessage } from '../../../kernel/grading/asking'
import type { CompileResult } from '../../../kernel/cell'
import { KernelClient } from '../../../kernel/client'
import { createStopFlag, readWasm, weightReader, workerTransport } from '../../../kernel/client.node'
import { answerNames, compileGraded, neededAnswers } from '../../../kernel/grading/names'
import { splitTests } from '../../../kernel/grading/split'
import type { WorkerData } from '../../../kernel/grading/worker'
import type { CellError } from '../../../kernel/protocol'
import { syntaxError } from '../../../kernel/session/errors'
import { Recorder } from '../../outputs'
import {
  CELLS_PROGRAM,
  PROGRAM,
  type GraderMessage,
  type MasterAnalysis,
  type RunnerMessage,
} from './messages'

type Start = Extract<GraderMessage, { type: 'start' }>

/** Where the program lies, as its loader says. */
const folder = __dirname
/** How long a cell may take to notice that its time is up before its kernel is ended. */
const GRACE_MILLISECONDS = 2000
/** Reserved for compiled code, and counted by RLIMIT_DATA: by itself V8 would reserve 512 for each thread. */
const CODE_MEGABYTES = 64
/** Ends nothing: the grader watches the time, and compiling a submission may take all of it. */
const START_MILLISECONDS = 2 ** 31 - 1
/** What a student's page may show of one cell. */
const LIMITS = { streamCharacters: 50_000, bundleBytes: 2_000_000, cellBytes: 4_000_000 }

export class Runner {
  readonly #start: Start
  readonly #codeCache: () => Uint8Array
  readonly #say: (message: RunnerMessage) => void
  readonly #outputs = new Recorder()
  readonly #asks = new MessageChannel()
  #compiled: CompileResult[] = []
  #kernel: KernelClient | undefined
  #outOfMemory = false
  /** Whether the running cell is one of tests. */
  #collecting = false
  /** Ends a run or a call of a test that takes too long. */
  #timer: ReturnType<typeof setTimeout> | undefined
  #overdue = false

  constructor(start: Start, codeCache: () => Uint8Array, say: (message: RunnerMessage) => void) {
    this.#start = start
    this.#codeCache = codeCache
    this.#say = say
  }

  async start(): Promise<void> {
    this.#say({ type: 'begun' })
    const { mode, seed, backend, heapMegabytes, threads = 1, cells } = this.#start
    const workerData: WorkerData = { mode, asks: this.#asks.port2 }
    const worker = new Worker(join(folder, 'runner.worker.mjs'), {
      workerData,
      argv: process.argv.slice(2),
      transferList: [this.#asks.port2],
      stdout: true,
      stderr: true,
      // Where a GPU's driver is may stand there; only the instructor's own notebook runs on one.
      ...(backend !== 'webgpu' && { env: {} }),
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, codeRangeSizeMb: CODE_MEGABYTES },
    })
    worker.on('error', (error: Error & { code?: string }) => {
      this.#outOfMemory ||= error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    })
    this.#asks.port1.on('message', (message: AnswerMessage) => this.#answer(message))
    const kernel = new KernelClient(workerTransport(worker), {
      startMilliseconds: START_MILLISECONDS,
      graceMilliseconds: GRACE_MILLISECONDS,
    })
    this.#kernel = kernel
    try {
      const wasm = await readWasm(join(folder, 'wasm'))
      const stopFlag = createStopFlag()
      const readWeights = weightReader(join(folder, 'weights'))
      const starting = kernel.start({ seed, backend, wasm, readWeights, limits: LIMITS, threads, stopFlag })
      // The kernel starts while this thread compiles.
      const answer = mode === 'record' ? answerNames(cells) : this.#start.answerNames
      this.#compiled = compileGraded(cells, answer)
      const master = mode === 'record' ? analyseMaster(this.#start) : undefined
      const { name, software } = await starting
      if (backend === 'webgpu' && software) throw new Error(`There is no GPU, only ${name}.`)
      this.#say({ type: 'ready', device: name, ...(master && { master }) })
    } catch (error) {
      this.#say({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  receive(message: Exclude<GraderMessage, Start>): void {
    if (message.type === 'run') void this.#run(message.cell)
    else {
      if (message.type === 'ask') this.#startClock()
      this.#asks.port1.postMessage(message satisfies AskMessage)
    }
  }

  async #run(index: number): Promise<void> {
    const cell = this.#start.cells[index]!
    const compiled = this.#compiled[index]!
    if (!compiled.ok) {
      const error = syntaxError(compiled.errors, cell.source, index + 1)
      this.#outputs.fail(cell.id, error)
      this.#ended(cell.id, 'error', 0, error)
      return
    }
    this.#collecting = cell.kind === 'tests'
    this.#startClock()
    const outcome = await this.#kernel!.execute(compiled.cell, index + 1, (event) =>
      this.#outputs.add(cell.id, event),
    )
    const overdue = this.#overdue
    this.#stopClock()
    const { milliseconds, restartNeeded } = outcome
    if (outcome.status === 'ok') return this.#ended(cell.id, 'ok', milliseconds)
    if (overdue) {
      const error = timedOut(this.#start.cellSeconds)
      this.#outputs.fail(cell.id, error)
      return this.#ended(cell.id, restartNeeded ? 'stuck' : 'timeout', milliseconds, error)
    }
    const error = outcome.status === 'error' ? outcome.error : plain('Interrupted', 'The cell was stopped.')
    this.#outputs.fail(cell.id, error)
    this.#ended(cell.id, restartNeeded ? (this.#outOfMemory ? 'oom' : 'lost') : 'error', milliseconds, error)
  }

  #ended(
    cell: string,
    status: Extract<RunnerMessage, { type: 'ended' }>['status'],
    milliseconds: number,
    error?: CellError,
  ): void {
    const line = error?.frames[0]?.line
    this.#say({
      type: 'ended',
      status,
      milliseconds,
      outputs: this.#outputs.of(cell) as never,
      ...(error && { error: { name: error.name, message: error.message, ...(line && { line }) } }),
    })
  }

  #answer(message: AnswerMessage): void {
    if (message.type === 'tests' && !this.#collecting) {
      // A student may try tests of their own; nobody asks them.
      this.#asks.port1.postMessage({ type: 'enough' } satisfies AskMessage)
      return
    }
    if (message.type === 'codeCache') {
      const [own, cells] = [this.#codeCache(), message.bytes].map((bytes) =>
        Buffer.from(bytes).toString('base64'),
      )
      return this.#say({ type: 'codeCache', files: { [PROGRAM]: own!, [CELLS_PROGRAM]: cells! } })
    }
    this.#stopClock()
    // The grader waits no longer; what comes from here on is the cell's end.
    if (!this.#overdue) this.#say(message)
  }

  #startClock(): void {
    clearTimeout(this.#timer)
    this.#overdue = false
    this.#timer = setTimeout(() => {
      this.#overdue = true
      this.#kernel!.interrupt()
    }, this.#start.cellSeconds * 1000)
  }

  #stopClock(): void {
    clearTimeout(this.#timer)
  }
}

function analyseMaster({ cells }: Start): MasterAnalysis {
  const needed = neededAnswers(cells)
  return {
    answerNames: answerNames(cells),
    splits: cells
      .filter(({ kind }) => kind === 'tests')
      .map(({ id, source }) => {
        const { collecting, tests, problems } = splitTests(source)
        const names = tests.map(({ name, hidden }) => ({ name, hidden }))
        return { cell: id, collecting, problems, tests: names, answers: needed.get(id) ?? [] }
      }),
  }
}

function timedOut(seconds: number): CellError {
  return plain('Timeout', `It took longer than ${seconds} s and was stopped.`)
}

function plain(name: string, message: string): CellError {
  return { name, message, frames: [], excerpt: '' }
}
