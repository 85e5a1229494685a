import * as vscode from 'vscode'
import type { LiveEvent } from '../../kernel/client'
import type { OutputEvent } from '../../kernel/protocol'
import { Owner } from '../owner'
import type { OutputWriter } from './writer'

/** Milliseconds after which a cell is shown as running while a live picture of it is computed. */
const SHOWN_AFTER = 300
/** How long a cell is kept open for the next change, so that it does not flicker while a slider moves. */
const LINGER = 500

/** A cell whose outputs can be changed for now. */
interface Open {
  readonly execution: vscode.NotebookCellExecution
  readonly writer: OutputWriter
  readonly success: boolean | undefined
  until: number
}

/** What live pictures of one cell are up to. */
interface Activity {
  readonly computing: Set<string>
  readonly collected: OutputEvent[]
  since: number
  open?: Open
  timer?: ReturnType<typeof setTimeout>
}

/** Finds the cell and its writer, unless the cell cannot be changed now. */
export type OpenCell = (
  cell: string,
) => { readonly cell: vscode.NotebookCell; readonly writer: OutputWriter } | undefined

/** Shows what live pictures become: through executions of their cells, because only those may change outputs. */
export class LivePictures extends Owner {
  readonly #controller: vscode.NotebookController
  readonly #openCell: OpenCell
  readonly #activities = new Map<string, Activity>()
  readonly #changed = this.own(new vscode.EventEmitter<void>())
  /** Other pictures are being computed. */
  readonly onDidChange = this.#changed.event

  constructor(controller: vscode.NotebookController, openCell: OpenCell) {
    super()
    this.#controller = controller
    this.#openCell = openCell
  }

  /** The live pictures that are being computed. */
  get computing(): string[] {
    return [...this.#activities.values()].flatMap(({ computing }) => [...computing])
  }

  happened(event: LiveEvent): void {
    const activity = this.#activity(event.cell)
    switch (event.kind) {
      case 'started':
        if (!activity.open) activity.since = Date.now()
        activity.computing.add(event.region)
        this.#wake(event.cell, activity, SHOWN_AFTER)
        this.#changed.fire()
        break
      case 'output':
        if (activity.open) activity.open.writer.event(event.event)
        else activity.collected.push(event.event)
        break
      case 'finished':
        activity.computing.delete(event.region)
        if (activity.collected.length) this.#open(event.cell, activity)
        if (activity.open) activity.open.until = Date.now()
        this.#wake(event.cell, activity, LINGER)
        this.#changed.fire()
        break
    }
  }

  /** The writer of a cell that is open for live pictures: nothing else may open it meanwhile. */
  writerOf(cell: string): OutputWriter | undefined {
    return this.#activities.get(cell)?.open?.writer
  }

  /** Lets go of a cell, so that it can run; or of all. */
  release(cell?: string): void {
    for (const id of cell === undefined ? [...this.#activities.keys()] : [cell]) {
      const activity = this.#activities.get(id)
      if (activity) this.#close(id, activity)
    }
  }

  /** The kernel is gone, and will not finish what it began. */
  forget(): void {
    for (const { computing } of this.#activities.values()) computing.clear()
    this.release()
    this.#changed.fire()
  }

  override dispose(): void {
    this.release()
    super.dispose()
  }

  #activity(cell: string): Activity {
    let activity = this.#activities.get(cell)
    if (!activity) {
      activity = { computing: new Set(), collected: [], since: Date.now() }
      this.#activities.set(cell, activity)
    }
    return activity
  }

  /** Looks again later: a computation that goes on is shown, a cell where nothing goes on is let go. */
  #wake(cell: string, activity: Activity, milliseconds: number): void {
    clearTimeout(activity.timer)
    activity.timer = setTimeout(() => {
      if (activity.computing.size) this.#open(cell, activity)
      else this.#close(cell, activity)
    }, milliseconds)
  }

  #open(cell: string, activity: Activity): void {
    if (!activity.open) {
      const found = this.#openCell(cell)
      if (!found) return
      const { executionOrder, success } = found.cell.executionSummary ?? {}
      const execution = this.#controller.createNotebookCellExecution(found.cell)
      execution.executionOrder = executionOrder
      execution.start(activity.since)
      found.writer.resume(execution)
      activity.open = { execution, writer: found.writer, success, until: Date.now() }
    }
    for (const event of activity.collected.splice(0)) activity.open.writer.event(event)
  }

  #close(cell: string, activity: Activity): void {
    clearTimeout(activity.timer)
    const { open } = activity
    activity.open = undefined
    if (!activity.computing.size) this.#activities.delete(cell)
    if (!open) return
    open.writer.end()
    open.execution.end(open.success, open.until)
  }
}
