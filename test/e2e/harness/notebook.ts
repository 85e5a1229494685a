/** One open notebook: its cells through VS Code's API, its buttons by mouse, its outputs as the page draws them. */
import type * as Api from 'vscode'
import type { Locator } from 'playwright-core'
import { drawnFigures, outputTexts, type DrawnFigure } from './outputs'
import { matches, type VSCodeUnderTest } from './vscode'
import { Hopeless, until, type Patience } from './wait'

/** A cell as VS Code's API tells it. */
export interface CellState {
  readonly kind: 'code' | 'markup'
  readonly language: string
  readonly text: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Each output's items; texts of binary kinds are base64. */
  readonly outputs: readonly {
    readonly metadata: Readonly<Record<string, unknown>>
    readonly items: readonly { readonly mime: string; readonly text: string }[]
  }[]
  /** The number beside the cell, and how its last run ended; absent while it runs or has not run. */
  readonly order?: number
  readonly success?: boolean
}

/** Seconds for a cell that trains a little on a software GPU on a busy machine. */
const RUN_SECONDS = 120

export class NotebookUnderTest {
  readonly #code: VSCodeUnderTest
  readonly path: string

  constructor(code: VSCodeUnderTest, path: string) {
    this.#code = code
    this.path = path
  }

  // ------------------------------------------------------------------------------------------- state

  /** Whether this is the notebook in the active editor. */
  async isActive(): Promise<boolean> {
    return this.#code.evaluate(
      (vscode, path) => `/${vscode.window.activeNotebookEditor?.notebook.uri.path}`.endsWith(path),
      `/${this.path}`,
    )
  }

  async cells(): Promise<CellState[]> {
    return this.#code.evaluate((vscode, path) => {
      const notebook = vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))
      if (!notebook) throw new Error(`${path} is not open as a notebook`)
      const text = (data: Uint8Array, mime: string) => {
        if (/^image\/(?!svg)|octet-stream/.test(mime))
          return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(''))
        return new TextDecoder().decode(data)
      }
      return notebook.getCells().map((cell) => ({
        kind: cell.kind === vscode.NotebookCellKind.Code ? ('code' as const) : ('markup' as const),
        language: cell.document.languageId,
        text: cell.document.getText(),
        metadata: cell.metadata,
        outputs: cell.outputs.map((output) => ({
          metadata: output.metadata ?? {},
          items: output.items.map(({ mime, data }) => ({ mime, text: text(data, mime) })),
        })),
        order: cell.executionSummary?.executionOrder,
        success: cell.executionSummary?.success,
      }))
    }, `/${this.path}`)
  }

  /** A cell, counted from 0 over cells of both kinds. */
  async cell(index: number): Promise<CellState> {
    const cell = (await this.cells())[index]
    if (!cell) throw new Error(`${this.path} has no cell ${index}`)
    return cell
  }

  async metadata(): Promise<Record<string, unknown>> {
    return this.#code.evaluate(
      (vscode, path) =>
        vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))
          ?.metadata as Record<string, unknown>,
      `/${this.path}`,
    )
  }

  /** Whether there are unsaved changes. */
  async isDirty(): Promise<boolean> {
    return this.#code.evaluate(
      (vscode, path) =>
        vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))?.isDirty ?? false,
      `/${this.path}`,
    )
  }

  // ------------------------------------------------------------------------------------------- running

  /** Presses Run All in the notebook's toolbar. */
  async runAll(): Promise<void> {
    await this.toolbar('Run All')
  }

  /** Presses Interrupt in the notebook's toolbar: VS Code shows it while a cell runs. */
  async pressStop(): Promise<void> {
    await this.toolbar('Interrupt')
  }

  /** Presses a button of the notebook's toolbar, looking behind its "…" where the window is narrow. */
  async toolbar(label: string): Promise<void> {
    const page = this.#code.page
    await until(`the toolbar's button ${label}`, async () => {
      const toolbar = page.locator(`${await this.#code.activeNotebookElement()} .notebook-toolbar-container`)
      const button = toolbar.locator(`[aria-label^="${label}"]`).first()
      if (await button.isVisible()) {
        await button.click({ timeout: 3000 })
        return true
      }
      const more = toolbar.locator('[aria-label="More Actions..."]').first()
      if (!(await more.isVisible())) return false
      await more.click({ timeout: 3000 })
      const entry = page.locator('.context-view .action-label').filter({ hasText: label }).first()
      if (await entry.isVisible()) {
        await entry.click({ timeout: 3000 })
        return true
      }
      await page.keyboard.press('Escape')
      return false
    })
  }

  /** Runs a cell with the button beside it, without waiting for its end. */
  async startCell(index: number): Promise<void> {
    const { order } = await this.cell(index)
    await until(`the run button of cell ${index}`, async () => {
      // A click that a busy window answers late has begun the run all the same: a second one would run the cell again.
      if ((await this.cell(index)).order !== order) return true
      const row = await this.reveal(index)
      // The button shows under the mouse, and rows move while outputs grow.
      await row.locator('.cell-editor-container').hover({ timeout: 3000 })
      await row.locator('.run-button-container [aria-label^="Execute Cell"]').first().click({ timeout: 3000 })
      return true
    })
  }

  /** Runs a cell with the button beside it and waits for its end. @returns the cell afterwards. */
  async runCell(index: number, patience?: Patience): Promise<CellState> {
    const before = (await this.cell(index)).order
    await this.startCell(index)
    return this.finished(index, { ...patience, after: before })
  }

  /** Waits until a cell has run to its end, well or not. @param options.after the number of an earlier run to ignore. */
  async finished(
    index: number,
    { after, seconds = RUN_SECONDS }: Patience & { readonly after?: number } = {},
  ): Promise<CellState> {
    return until(
      `cell ${index} to finish`,
      async () => {
        const cell = await this.cell(index)
        return cell.success !== undefined && cell.order !== after ? cell : undefined
      },
      { seconds },
    )
  }

  /** Waits until every code cell has run to its end, or one has failed, which ends Run All. @returns all cells. */
  async allFinished({ seconds = RUN_SECONDS }: Patience = {}): Promise<CellState[]> {
    return until(
      'all cells to finish',
      async () => {
        const cells = await this.cells()
        const code = cells.filter(({ kind, text }) => kind === 'code' && text.trim())
        const done = code.every(({ success }) => success !== undefined)
        return done || code.some(({ success }) => success === false) ? cells : undefined
      },
      { seconds },
    )
  }

  /** What the page shows beside a cell: its icon and its number. VS Code keeps the icon of a run for a moment. */
  async status(index: number): Promise<CellStatus> {
    const row = await this.reveal(index)
    const classes = await row
      .locator('.cell-status-left .codicon')
      .evaluateAll((icons: Element[]) => icons.map((icon) => icon.className))
    const icon = classes.map(iconOf).find(Boolean) ?? 'none'
    return { icon, order: (await row.locator('.execution-count-label').innerText()).trim() }
  }

  /** Waits until the page shows an icon beside a cell. @returns it with the cell's number. */
  async waitForIcon(index: number, icon: CellIcon, patience?: Patience): Promise<CellStatus> {
    return until(
      `the icon of cell ${index} to be ${icon}`,
      async () => {
        const status = await this.status(index)
        return status.icon === icon && status
      },
      patience,
    )
  }

  // ------------------------------------------------------------------------------------------- outputs

  /** The texts of a cell's outputs as the page draws them, one for each output, scrolled into view first. */
  async outputTexts(index: number, patience?: Patience): Promise<string[]> {
    const { outputs } = await this.cell(index)
    if (!outputs.length) return []
    await this.reveal(index)
    return until(
      `the page to draw the outputs of cell ${index}`,
      () => outputTexts(this.#code, index),
      patience,
    )
  }

  /** Waits until the text of a cell's outputs on the page has something. @returns all of the cell's text. */
  async waitForOutput(
    index: number,
    pattern: string | RegExp | ((text: string) => boolean),
    { seconds = RUN_SECONDS }: Patience = {},
  ): Promise<string> {
    const fits = typeof pattern === 'function' ? pattern : (text: string) => matches(text, pattern)
    let seen = ''
    try {
      return await until(
        `output ${String(pattern)} of cell ${index}`,
        async () => {
          await this.reveal(index)
          seen = ((await outputTexts(this.#code, index)) ?? []).join('\n')
          return fits(seen) ? seen || ' ' : undefined
        },
        { seconds },
      )
    } catch (error) {
      throw new Error(`${(error as Error).message}; the outputs are: ${seen.slice(0, 2000)}`, {
        cause: error,
      })
    }
  }

  /** The Plotly figures of a cell as the page has drawn them. */
  async figures(index: number): Promise<DrawnFigure[]> {
    await this.reveal(index)
    return (await drawnFigures(this.#code, index)) ?? []
  }

  /** Waits until a cell shows figures that fit. @returns them. */
  async waitForFigures(
    index: number,
    fits: (figures: DrawnFigure[]) => boolean = (figures) => figures.length > 0,
    { seconds = RUN_SECONDS }: Patience = {},
  ): Promise<DrawnFigure[]> {
    let seen: DrawnFigure[] = []
    try {
      return await until(
        `the figures of cell ${index}`,
        async () => {
          seen = await this.figures(index)
          return fits(seen) ? seen : undefined
        },
        { seconds },
      )
    } catch (error) {
      throw new Error(
        `${(error as Error).message}; the figures are: ${JSON.stringify(seen).slice(0, 2000)}`,
        {
          cause: error,
        },
      )
    }
  }

  // ------------------------------------------------------------------------------------------- editing

  /** Replaces a cell's text. */
  async editCell(index: number, text: string): Promise<void> {
    await this.#code.evaluate(
      async (vscode, path, index, text) => {
        const notebook = vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))
        const cell = notebook!.cellAt(index).document
        const edit = new vscode.WorkspaceEdit()
        edit.replace(cell.uri, new vscode.Range(0, 0, cell.lineCount, 0), text)
        if (!(await vscode.workspace.applyEdit(edit))) throw new Error('VS Code refused the edit')
      },
      `/${this.path}`,
      index,
      text,
    )
  }

  /** Inserts a cell before the one at `index`. */
  async insertCell(index: number, text: string, language = 'genbook-typescript'): Promise<void> {
    await this.#code.evaluate(
      async (vscode, path, index, text, language) => {
        const notebook = vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))!
        const kind = language === 'markdown' ? vscode.NotebookCellKind.Markup : vscode.NotebookCellKind.Code
        const edit = new vscode.WorkspaceEdit()
        edit.set(notebook.uri, [
          vscode.NotebookEdit.insertCells(index, [new vscode.NotebookCellData(kind, text, language)]),
        ])
        if (!(await vscode.workspace.applyEdit(edit))) throw new Error('VS Code refused the edit')
      },
      `/${this.path}`,
      index,
      text,
      language,
    )
  }

  /** Selects cells by clicks on them outside of their text, so that commands act on them. */
  async select(index: number, end = index + 1): Promise<void> {
    // Not the margin: a second click there folds the cell.
    const click = async (at: number, modifiers: 'Shift'[]) => {
      const row = await this.reveal(at)
      const bar = row.locator('.cell-statusbar-container').first()
      await ((await bar.isVisible()) ? bar : row).click({ modifiers })
    }
    await click(index, [])
    if (end > index + 1) await click(end - 1, ['Shift'])
    await until(`cells ${index} to ${end} to be selected`, () =>
      this.#code.evaluate(
        (vscode, index, end) => {
          const selection = vscode.window.activeNotebookEditor?.selections[0]
          return selection?.start === index && selection.end === end
        },
        index,
        end,
      ),
    )
  }

  /** Types into a cell with the keyboard, at its end. */
  async type(index: number, text: string): Promise<void> {
    const row = await this.reveal(index)
    await row.locator('.monaco-editor .view-lines').first().click()
    await this.#code.page.keyboard.press('Control+End')
    await this.#code.page.keyboard.type(text)
  }

  // ------------------------------------------------------------------------------------------- files

  async save(): Promise<void> {
    await this.#code.evaluate(async (vscode, path) => {
      const notebook = vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))
      if (!(await notebook!.save())) throw new Error('VS Code did not save')
    }, `/${this.path}`)
  }

  /** Closes the notebook's editor. Save first: VS Code asks about unsaved changes. */
  async close(): Promise<void> {
    await this.#code.evaluate(async (vscode, path) => {
      const mine = (input: unknown) => `/${(input as { uri?: Api.Uri }).uri?.path}`.endsWith(path)
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs)
      await vscode.window.tabGroups.close(tabs.filter((tab) => mine(tab.input)))
    }, `/${this.path}`)
  }

  // ------------------------------------------------------------------------------------------- the page

  /** Scrolls a cell into view. @returns its row in the list of cells. */
  async reveal(index: number): Promise<Locator> {
    return until(`cell ${index} on the screen`, async () => {
      const shown = await this.#code.evaluate(
        (vscode, path, index) => {
          const editor = vscode.window.activeNotebookEditor
          if (!editor || !`/${editor.notebook.uri.path}`.endsWith(path))
            return `${path} is not the active notebook`
          if (index >= editor.notebook.cellCount) return `${path} has no cell ${index}`
          const range = new vscode.NotebookRange(index, index + 1)
          editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport)
          return ''
        },
        `/${this.path}`,
        index,
      )
      if (shown.includes('has no cell')) throw new Hopeless(shown)
      if (shown) throw new Error(shown)
      const editor = await this.#code.activeNotebookElement()
      const row = this.#code.page.locator(`${editor} .monaco-list-row[data-index="${index}"]`)
      return (await row.isVisible()) && row
    })
  }
}

export interface CellStatus {
  readonly icon: CellIcon
  /** As shown: `[3]`, or `[ ]` before the first run. */
  readonly order: string
}

export type CellIcon = 'success' | 'failed' | 'running' | 'pending' | 'none'

function iconOf(classes: string): CellIcon | undefined {
  if (classes.includes('notebook-state-success')) return 'success'
  if (classes.includes('notebook-state-error')) return 'failed'
  if (classes.includes('notebook-state-executing')) return 'running'
  if (classes.includes('notebook-state-pending')) return 'pending'
  return undefined
}
