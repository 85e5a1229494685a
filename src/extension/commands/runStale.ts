import * as vscode from 'vscode'
import type { CellAnalysis } from '../../kernel/cell'
import type { Sessions } from '../kernel/sessions'
import type { Language } from '../language/language'
import { COMMANDS } from '../names'
import { RunLog } from '../stale/runLog'
import { runPlan } from '../stale/plan'
import type { Staleness } from '../stale/staleness'
import { mayRun, runCells } from './run'
import { registerNotebookCommand } from './target'

export interface RunStaleSurroundings {
  readonly staleness: Staleness
  readonly sessions: Sessions
  readonly language: Language
}

/** Run Stale Cells: what no longer shows what the notebook says, and what it needs, in document order. */
export function runStaleCommand({ staleness, sessions, language }: RunStaleSurroundings): vscode.Disposable {
  return registerNotebookCommand(COMMANDS.runStale, async (notebook) => {
    if (!mayRun()) return
    const stale = new Set(staleness.marks(notebook).keys())
    if (!stale.size) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('No cell is stale: all outputs show what the notebook says.'),
      )
      return
    }
    const cells = await Promise.all(
      staleness.cellsOf(notebook).map(async (cell) => {
        const analysis = await analyse(language, cell.id, cell.cell.document.getText())
        return { ...cell, ...(analysis && { analysis }) }
      }),
    )
    const plan = new Set(runPlan(cells, stale, sessions.find(notebook)?.log ?? new RunLog()))
    await runCells(cells.filter(({ id }) => plan.has(id)).map(({ cell }) => cell))
  })
}

/** What a text declares and uses; undefined where it does not parse, or the compiler gives up. */
async function analyse(language: Language, id: string, source: string): Promise<CellAnalysis | undefined> {
  try {
    const compiled = await language.compile(id, source)
    return compiled.ok ? compiled.cell.analysis : undefined
  } catch {
    return undefined
  }
}
