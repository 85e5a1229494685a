import type * as vscode from 'vscode'
import type { Stepping } from '../../kernel/client'
import type { CellError } from '../../kernel/protocol'
import { deferred } from '../deferred'
import type { OutputWriter } from './writer'

/**
 * One run of a cell, from the press of the button to its end, over one VS Code execution after another: when the
 * notebook is renamed, its document and with it the execution are replaced in mid-run.
 */
export class CellRun {
  readonly id: string
  readonly writer: OutputWriter
  #execution: vscode.NotebookCellExecution | undefined
  /** The execution before `detach`. */
  #held: vscode.NotebookCellExecution | undefined
  #begun: vscode.NotebookCellExecution | undefined
  #started: { readonly count: number; readonly at: number } | undefined
  #ended: { readonly success: boolean | undefined; readonly at: number } | undefined
  readonly #stop = deferred()
  readonly #shown = deferred()
  readonly #over = deferred<boolean | undefined>()
  /** How it is stepped through, if it is. */
  readonly stepping: Stepping | undefined
  /** Whether the person wants it to stop. */
  stopped = false
  /** Whether the person wants to hear nothing more of it, because the session is started anew. */
  abandoned = false

  constructor(
    id: string,
    execution: vscode.NotebookCellExecution,
    writer: OutputWriter,
    stepping?: Stepping,
  ) {
    this.stepping = stepping
    this.id = id
    this.writer = writer
    this.#execution = execution
  }

  /** The text of the cell as it is now. */
  get source(): string {
    return this.#execution?.cell.document.getText() ?? ''
  }

  /** Settles when the person wants the run to stop. */
  get whenStopped(): Promise<void> {
    return this.#stop.promise
  }

  /** Settles when the cell is shown as running, and what it showed before is gone. */
  get whenStarted(): Promise<void> {
    return this.#shown.promise
  }

  /** Settles with the `success` of `end`. */
  get whenEnded(): Promise<boolean | undefined> {
    return this.#over.promise
  }

  /** Shows that the cell runs, since the time `at`. Once is enough. */
  start(count: number, at: number): void {
    if (this.#started) return
    this.#started = { count, at }
    if (this.#execution) {
      this.#begin(this.#execution)
      this.writer.start(this.#execution)
    }
    this.#shown.resolve()
  }

  stop(): void {
    this.stopped = true
    this.#stop.resolve()
  }

  abandon(): void {
    this.abandoned = true
    this.stop()
  }

  fail(error: CellError): void {
    if (this.abandoned) return this.end(undefined)
    this.writer.error(error)
    this.end(false)
  }

  /** @param success undefined where the cell did not come to its end, through no fault of its own */
  end(success: boolean | undefined): void {
    if (this.#ended) return
    this.#ended = { success, at: Date.now() }
    // A kernel that was lost has not said that its tasks are over.
    this.writer.progress([])
    this.#over.resolve(success)
    if (this.#execution) this.#finish(this.#execution)
  }

  /** The document is going, or gone, and must not change any more; the run goes on, unseen. */
  detach(): void {
    this.#held = this.#execution ?? this.#held
    this.#execution = undefined
    this.writer.pause()
  }

  /** The document stays after all. */
  reattach(): void {
    if (this.#held) this.attach(this.#held)
  }

  /** The run is seen again, with everything that it has shown meanwhile; mostly in another document's cell. */
  attach(execution: vscode.NotebookCellExecution): void {
    this.#execution = execution
    this.#held = undefined
    if (!this.#started) {
      if (this.#ended) execution.end(undefined)
      return
    }
    this.#begin(execution)
    this.writer.move(execution)
    if (this.#ended) this.#finish(execution)
  }

  #begin(execution: vscode.NotebookCellExecution): void {
    if (this.#begun === execution) return
    this.#begun = execution
    execution.executionOrder = this.#started!.count
    execution.start(this.#started!.at)
  }

  #finish(execution: vscode.NotebookCellExecution): void {
    this.writer.end()
    // Executions that never started take no end time.
    execution.end(this.#ended!.success, this.#started && this.#ended!.at)
  }
}
