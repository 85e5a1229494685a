import * as vscode from 'vscode'
import { PROGRESS_MIME, taskText, type TaskState } from '../../renderers/controls'
import type { CellError, MimeBundle, OutputEvent } from '../../kernel/protocol'
import { unreachable } from '../../kernel/protocol'
import { formatError } from '../../kernel/session/errors'
import { bundleItems, errorItem, streamItem, type Item } from '../notebook/items'
import { NewestItems } from './newestItems'

/** What was shown under a display's id, and in which cell: any cell may update it later. */
export type Displays = Map<string, vscode.NotebookCellOutput>

/** How a cell's outputs are changed: by the run of a cell. */
export type OutputChanges = Pick<
  vscode.NotebookCellExecution,
  'clearOutput' | 'appendOutput' | 'appendOutputItems' | 'replaceOutput' | 'replaceOutputItems'
>

/**
 * Turns the output events of one cell into VS Code outputs.
 *
 * VS Code carries out changes in the order in which they are asked for, so only newer contents of an output wait for older
 * ones. All outputs are kept as well: for what a finished cell shows later, and for a notebook that gets another document in
 * mid-run.
 */
export class OutputWriter {
  #changes: OutputChanges | undefined
  readonly #displays: Displays
  readonly #newest = new NewestItems<vscode.NotebookCellOutput>((output) => this.#replaceItems(output))
  #outputs: vscode.NotebookCellOutput[] = []
  /** How far the cell is, while it runs. */
  #bars: vscode.NotebookCellOutput | undefined
  /** The output that further text of the same stream goes to. */
  #stream: { readonly name: string; readonly output: vscode.NotebookCellOutput } | undefined

  /** @param displays of the whole notebook */
  constructor(displays: Displays) {
    this.#displays = displays
  }

  /** A run of the cell begins: whatever was shown before goes. */
  start(changes: OutputChanges): void {
    this.#changes = changes
    this.clear()
  }

  /** Changes can be made again, after those made before. */
  resume(changes: OutputChanges): void {
    this.#changes = changes
  }

  /** Changes can be made, in the cell of another document, which gets everything so far. */
  move(changes: OutputChanges): void {
    this.#changes = changes
    this.#replaceAll()
  }

  /** No changes can be made for now: the document is gone. */
  pause(): void {
    this.#newest.forget()
    this.#changes = undefined
  }

  /** The run is about to end, after which no changes can be made. */
  end(): void {
    this.#newest.flush()
    this.#changes = undefined
  }

  event(event: OutputEvent): void {
    switch (event.kind) {
      case 'display':
        this.#display(event.id, event.bundle)
        break
      case 'update':
        this.#update(event.id, event.bundle)
        break
      case 'stream':
        this.#print(event.name, event.text)
        break
      case 'clear':
        this.clear()
        break
      default:
        unreachable(event)
    }
  }

  /** Shows an error as the last output. */
  error(error: CellError): void {
    this.#append([errorItem(error.name, error.message, formatError(error))])
  }

  /** Shows a remark above everything else, whenever it comes. */
  note(markdown: string): void {
    const output = outputOf(bundleItems({ 'text/markdown': markdown }))
    this.#outputs.unshift(output)
    this.#replaceAll()
  }

  /**
   * Shows how far the cell is, as long as something goes on; leaves out what a picture of its own shows.
   *
   * @param tasks outermost first
   */
  progress(tasks: readonly TaskState[]): void {
    const shown = tasks.filter(({ drawn }) => !drawn)
    if (!shown.length) {
      if (!this.#bars) return
      this.#outputs = this.#outputs.filter((output) => output !== this.#bars)
      this.#bars = undefined
      this.#stream = undefined
      this.#replaceAll()
      return
    }
    const items = bundleItems({
      [PROGRESS_MIME]: shown.map((task) => ({ ...task })),
      'text/plain': shown.map(taskText).join('\n'),
    })
    if (!this.#bars) this.#bars = this.#append(items)
    else {
      this.#bars.items = vscodeItems(items)
      this.#newest.changed(this.#bars)
    }
  }

  clear(): void {
    this.#forget()
    void this.#changes?.clearOutput()
  }

  /** Whether the output is one of this cell's. */
  shows(output: vscode.NotebookCellOutput): boolean {
    return this.#outputs.includes(output)
  }

  #display(id: string, bundle: MimeBundle): void {
    if (this.#displays.has(id)) this.#update(id, bundle)
    else this.#displays.set(id, this.#append(bundleItems(bundle)))
  }

  #update(id: string, bundle: MimeBundle): void {
    const output = this.#displays.get(id)
    // Its cell was cleared or run again meanwhile, and the update has nowhere to go.
    if (!output) return
    output.items = vscodeItems(bundleItems(bundle))
    this.#newest.changed(output)
  }

  #print(name: 'stdout' | 'stderr', text: string): void {
    const items = vscodeItems([streamItem(name, text)])
    if (this.#stream?.name !== name) {
      this.#stream = { name, output: this.#append(items) }
      return
    }
    const { output } = this.#stream
    output.items.push(...items)
    void this.#changes?.appendOutputItems(items, output)
  }

  #replaceAll(): void {
    for (const output of this.#outputs) this.#newest.sent(output)
    void this.#changes?.replaceOutput([...this.#outputs])
  }

  /** Another cell's output may have been cleared since it changed, and nothing is left to replace. */
  async #replaceItems(output: vscode.NotebookCellOutput): Promise<void> {
    if (!this.#outputs.includes(output) && ![...this.#displays.values()].includes(output)) return
    await this.#changes?.replaceOutputItems(output.items, output)
  }

  #append(items: readonly Item[]): vscode.NotebookCellOutput {
    const output = outputOf(items)
    this.#outputs.push(output)
    this.#stream = undefined
    void this.#changes?.appendOutput([output])
    return output
  }

  #forget(): void {
    for (const [id, output] of this.#displays) if (this.#outputs.includes(output)) this.#displays.delete(id)
    this.#outputs = []
    this.#bars = undefined
    this.#stream = undefined
  }
}

function outputOf(items: readonly Item[]): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput(vscodeItems(items))
}

function vscodeItems(items: readonly Item[]): vscode.NotebookCellOutputItem[] {
  return items.map(({ mime, data }) => new vscode.NotebookCellOutputItem(data, mime))
}
