import * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { TOOLS } from '../names'
import type { Identities } from '../notebook/identity'
import { ReadNotebookTool } from './readNotebook'
import { ReadVariableTool } from './readVariable'
import { RunCellTool } from './runCell'

/** What agents may do with notebooks: read them, read variables and, when the person agrees, run a cell. */
export function registerTools(identities: Identities, sessions: Sessions): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.lm.registerTool(TOOLS.readNotebook, new ReadNotebookTool(identities)),
    vscode.lm.registerTool(TOOLS.readVariable, new ReadVariableTool(sessions)),
    vscode.lm.registerTool(TOOLS.runCell, new RunCellTool(identities, sessions)),
  )
}
