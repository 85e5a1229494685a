import type * as vscode from 'vscode'
import { registerTools } from './agents/tools'
import { Assets } from './assets'
import { diffsCommand } from './commands/diffs'
import { exportCommand } from './commands/export'
import { interruptCommand } from './commands/interrupt'
import { CellLinks } from './commands/link'
import { newCommand } from './commands/new'
import { chosenVariables, pressedButtons } from './commands/pressed'
import { restartCommand } from './commands/restart'
import { restartAndRunAboveCommand } from './commands/restartAndRunAbove'
import { restartAndRunAllCommand } from './commands/restartAndRunAll'
import { runAboveCommand } from './commands/runAbove'
import { runStaleCommand } from './commands/runStale'
import { Grading } from './grading'
import { Controller } from './kernel/controller'
import { Debugging } from './debug/debugging'
import { LossNotices } from './kernel/losses'
import { RendererLink } from './kernel/rendererLink'
import { Sessions } from './kernel/sessions'
import { LanguageCells } from './language/cells'
import { Checks } from './language/checks'
import { Declarations } from './language/declarations'
import { languageFeatures } from './language/features'
import { Language } from './language/language'
import { Surprises } from './language/surprises'
import { Values } from './language/values'
import { Warming } from './language/warming'
import { Identities } from './notebook/identity'
import { OpenAsText } from './notebook/openAsText'
import { GenbookSerializer } from './notebook/serializer'
import type { Platform } from './platform'
import { Selection } from './runtime/selection'
import { RuntimeView } from './runtime/view'
import { CellStatus } from './stale/statusBar'
import { Staleness } from './stale/staleness'
import { ProgressStatus } from './progressStatus'
import { DeviceStatus } from './status'
import { Viewers } from './viewer/viewers'

/** Constructs what the extension is made of. Nothing here reads a file or starts a worker. */
export function activateWith(platform: Platform, context: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(part: T) => {
    context.subscriptions.push(part)
    return part
  }
  const assets = new Assets(context.extensionUri)
  const serializer = own(new GenbookSerializer())
  const identities = own(new Identities())
  const language = own(new Language(assets, platform))
  const cells = own(new LanguageCells(language, identities))
  const checks = own(new Checks(cells, identities))
  const view = own(new RuntimeView(assets, context.extensionUri))
  const controller = own(new Controller())
  const extensionId = context.extension.id
  const { version } = context.extension.packageJSON as { version: string }
  const surroundings = {
    ...{ assets, view, language, checks, identities },
    ...{ controller: controller.controller, extensionId, version },
  }
  const sessions = own(new Sessions(surroundings))
  controller.serve({
    run: (notebook, cells) => sessions.of(notebook).run(cells),
    interrupt: (notebook) => sessions.find(notebook)?.interrupt(),
  })
  const values = own(new Values(sessions, identities))
  own(new RendererLink(sessions, assets))
  own(new Warming({ cells, checks, language }))
  own(new Declarations(language))
  own(languageFeatures(cells, values))
  own(new Surprises(cells, values))
  own(new OpenAsText(serializer))
  own(new LossNotices(sessions))
  own(new DeviceStatus(sessions))
  own(new ProgressStatus(sessions))
  own(new Selection(view, sessions))
  own(pressedButtons(view, sessions))
  const viewers = own(new Viewers(assets, context.extensionUri, sessions))
  own(chosenVariables(view, sessions, viewers))
  own(newCommand(assets, context.extensionUri))
  own(restartCommand(sessions))
  own(restartAndRunAllCommand(sessions))
  own(restartAndRunAboveCommand(sessions, identities))
  own(runAboveCommand())
  const staleness = own(new Staleness(sessions, identities))
  own(new CellStatus(staleness, sessions, identities))
  own(runStaleCommand({ staleness, sessions, language }))
  own(interruptCommand(sessions))
  own(new Debugging({ sessions, identities, language }))
  own(exportCommand({ assets, language, version }))
  own(new CellLinks(identities, extensionId))
  own(diffsCommand())
  own(new Grading(identities))
  own(registerTools(identities, sessions))
}
