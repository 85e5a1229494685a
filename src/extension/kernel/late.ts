import type * as vscode from 'vscode'
import type { OutputWriter } from './writer'

/** Changes are collected for this long, so that a fast timer in a cell does not flood VS Code. */
const COLLECT_MILLISECONDS = 50

type Change = (writer: OutputWriter) => void

interface Collected {
  readonly changes: Change[]
  failed: boolean
}

/** Collects what finished cells show later, and hands it over cell by cell. */
export class LateChanges {
  readonly #collected = new Map<string, Collected>()
  readonly #carryOut: (cell: string, changes: readonly Change[], failed: boolean) => void

  constructor(carryOut: (cell: string, changes: readonly Change[], failed: boolean) => void) {
    this.#carryOut = carryOut
  }

  /** @param failed whether the cell counts as failed from now on */
  add(cell: string, change: Change, failed = false): void {
    const collected = this.#collected.get(cell) ?? { changes: [], failed: false }
    if (!this.#collected.has(cell)) {
      this.#collected.set(cell, collected)
      setTimeout(() => {
        this.#collected.delete(cell)
        this.#carryOut(cell, collected.changes, collected.failed)
      }, COLLECT_MILLISECONDS)
    }
    collected.changes.push(change)
    collected.failed ||= failed
  }
}

/** Changes the outputs of a cell that has ended, which VS Code allows during a run only: a run that leaves no trace. */
export function changeEnded(
  controller: vscode.NotebookController,
  cell: vscode.NotebookCell,
  writer: OutputWriter,
  changes: readonly Change[],
  failed: boolean,
): void {
  const { executionOrder, success, timing } = cell.executionSummary ?? {}
  const execution = controller.createNotebookCellExecution(cell)
  execution.executionOrder = executionOrder
  execution.start(timing?.startTime)
  writer.resume(execution)
  for (const change of changes) change(writer)
  writer.end()
  execution.end(failed ? false : success, timing?.endTime)
}
