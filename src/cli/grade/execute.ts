/** Runs the cells of one submission in a sandbox, asks every test, and judges the answers. */
import { decodeData } from '../../kernel/grading/encode'
import { judge } from '../../kernel/grading/judge'
import { dataText, plainText } from '../../kernel/grading/words'
import type { JsonObject } from '../../notebook'
import { heapMegabytes, LONGEST_REASON } from './limits'
import { OutputBudget } from './outputs'
import { expectedText } from './expected'
import type { RunnerMessage } from './runner/messages'
import { RunnerEnded, type RunnerProcess } from './runnerProcess'
import { startRunner } from './startRunner'
import type { SubmissionStatus, TestStatus } from './result'
import type { GradedCell } from './structure'
import type { Assignment, GradeOptions, RecordedTest } from './types'

/** What came of one call of a test's `run`. */
export interface CallResult {
  readonly status: TestStatus
  readonly reason?: string
  readonly evidence: { readonly given?: string; readonly returned?: string; readonly expected?: string }
}

export interface CellRun {
  readonly status: 'ok' | 'error' | 'timeout' | 'oom' | 'killed' | 'tampered'
  readonly reason?: string
  readonly outputs: readonly JsonObject[]
  /** For each test, for each seed, what came of each call that was made. */
  readonly tests: readonly (readonly (readonly CallResult[])[])[]
}

export interface Execution {
  readonly status: SubmissionStatus
  /** What ended the submission as a whole. */
  readonly reason?: string
  /** By the id of the cell; absent for cells that were not reached. */
  readonly cells: ReadonlyMap<string, CellRun>
  readonly ownMilliseconds: number
  readonly peakMemory?: number
  /** The grader is at fault. */
  readonly fault?: string
}

export async function execute(
  assignment: Assignment,
  cells: readonly GradedCell[],
  options: GradeOptions,
): Promise<Execution> {
  const runner = startRunner(options, options.timeout, assignment.codeCache)
  const run = new SubmissionRun(assignment, runner)
  let end: RunnerEnded | undefined
  try {
    await runner.start({
      mode: 'grade',
      seed: assignment.seed,
      backend: 'wasm',
      cells,
      answerNames: assignment.answerNames,
      cellSeconds: options.cellTimeout,
      heapMegabytes: heapMegabytes(options.memory),
      ...(options.threads && { threads: options.threads }),
    })
    for (const [index, cell] of cells.entries()) await run.cell(index, cell)
  } catch (error) {
    if (!(error instanceof RunnerEnded)) throw error
    end = error
  }
  const { peakMemory } = await runner.close()
  options.signal?.throwIfAborted()
  const result = {
    cells: run.cells,
    ownMilliseconds: run.milliseconds,
    ...(peakMemory !== undefined && { peakMemory }),
  }
  if (!end) return { ...result, status: 'passed' }
  if (end.reason === 'failed') return { ...result, status: 'killed', fault: end.message }
  run.endedBy(end)
  return { ...result, status: end.reason, reason: end.message }
}

class SubmissionRun {
  readonly cells = new Map<string, CellRun>()
  milliseconds = 0
  readonly #assignment: Assignment
  readonly #runner: RunnerProcess
  readonly #budget = new OutputBudget()
  /** The cell that is being run, and the calls of its tests so far. */
  #current: { readonly id: string; readonly tests: CallResult[][][] } | undefined

  constructor(assignment: Assignment, runner: RunnerProcess) {
    this.#assignment = assignment
    this.#runner = runner
  }

  /** @throws RunnerEnded where the runner is gone, or has to be ended */
  async cell(index: number, { id, kind }: GradedCell): Promise<void> {
    const declared = this.#assignment.testCells.get(id)?.tests ?? []
    const tests: CallResult[][][] = declared.map(() => [])
    this.#current = { id, tests }
    let message = await this.#runner.run(index)
    if (message.type === 'tests' && kind === 'tests') {
      if (message.tests.join() !== declared.map((_, number) => number).join())
        throw this.#runner.tampered('The cell of tests declared other tests than it has.')
      message = await this.#askAll(declared, tests)
    }
    if (message.type !== 'ended') throw this.#runner.unexpected(message)
    this.#end(id, message, tests)
    if (message.status === 'oom' || message.status === 'lost' || message.status === 'stuck')
      throw lost(message)
  }

  /** @returns the end of the cell */
  async #askAll(declared: readonly RecordedTest[], results: CallResult[][][]): Promise<RunnerMessage> {
    for (const [number, test] of declared.entries())
      for (let seed = 0; seed < test.seeds; seed++) {
        const calls: CallResult[] = []
        results[number]!.push(calls)
        for (const [place, given] of test.given.entries()) {
          const message = await this.#runner.ask({ type: 'ask', test: number, seed, place, given })
          if (message.type === 'ended') return message
          if (message.type !== 'answer') throw this.#runner.unexpected(message)
          const result = await this.#judge(test, seed, place, message.answer)
          calls.push(result)
          // A seed that has failed needs no more calls.
          if (result.status !== 'passed') break
        }
      }
    return await this.#runner.ask({ type: 'enough' })
  }

  async #judge(
    test: RecordedTest,
    seed: number,
    place: number,
    { data, error }: Extract<RunnerMessage, { type: 'answer' }>['answer'],
  ): Promise<CallResult> {
    const expected = test.expected[seed]?.[place]
    if (!expected) throw new Error(`the test ${test.name} has no judge for seed ${seed}, value ${place}`)
    const given = decodeData(test.given[place])
    const about = {
      ...(given !== undefined && { given: dataText(given) }),
      expected: expectedText(expected),
    }
    if (error) {
      const reason = plainText(`${error.name}: ${error.message}`, LONGEST_REASON)
      return { status: 'error', reason, evidence: about }
    }
    let returned
    try {
      returned = decodeData(data)
    } catch (thrown) {
      const reason = `What came back is no data: ${(thrown as Error).message}.`
      return { status: 'malformed', reason, evidence: about }
    }
    const evidence = { ...about, returned: dataText(returned) }
    const { passed, reason } = await judge(expected, returned, (predicate, data) =>
      this.#assignment.holds(predicate, data),
    )
    return passed ? { status: 'passed', evidence } : { status: 'failed', ...(reason && { reason }), evidence }
  }

  #end(id: string, ended: Extract<RunnerMessage, { type: 'ended' }>, tests: CallResult[][][]): void {
    this.milliseconds += ended.milliseconds
    const { status, error } = ended
    const reason = error && plainText(`${error.name}: ${error.message}`, LONGEST_REASON)
    this.cells.set(id, {
      status: status === 'lost' ? 'killed' : status === 'stuck' ? 'timeout' : status,
      ...(reason !== undefined && { reason }),
      outputs: this.#budget.take(ended.outputs),
      tests,
    })
    this.#current = undefined
  }

  /** The runner was ended in the middle of a cell, or between two. */
  endedBy({ reason, message }: RunnerEnded): void {
    if (!this.#current || this.cells.has(this.#current.id)) return
    const { id, tests } = this.#current
    const status = reason === 'failed' ? 'killed' : reason
    this.cells.set(id, { status, reason: message, outputs: [], tests })
  }
}

function lost({ status, error }: Extract<RunnerMessage, { type: 'ended' }>): RunnerEnded {
  const message = plainText(error?.message ?? 'Its kernel ended.', LONGEST_REASON)
  if (status === 'stuck')
    return new RunnerEnded('timeout', `${message} It did not stop, so nothing after it was run.`)
  return status === 'oom'
    ? new RunnerEnded('oom', 'It used more memory than it may, and was ended.')
    : new RunnerEnded('killed', message)
}
