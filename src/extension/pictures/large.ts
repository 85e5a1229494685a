import * as vscode from 'vscode'
import type { TabAnswer, TabMessage } from '../../renderers/controls/messages'
import type { Json } from '../../renderers/figures'
import { embedJson, escapeHtml } from '../../renderers/report/html'
import type { Assets } from '../assets'
import { programScripts } from './program'
import { savePicture } from './save'

/** Where a figure comes from. */
export interface FigureSource {
  readonly notebook: vscode.Uri
  /** What letters are in the session, in words, by their signs. */
  readonly letters: (signs: readonly string[]) => TabAnswer['values']
}

/** Shows a figure in a tab of its own, as large as the tab is. */
export function openLarge(
  assets: Assets,
  title: string,
  figure: Json,
  { notebook, letters }: FigureSource,
): void {
  const panel = vscode.window.createWebviewPanel('genbook.picture', title, vscode.ViewColumn.Active, {
    enableScripts: true,
    retainContextWhenHidden: true,
    localResourceRoots: [assets.folder],
  })
  const { webview } = panel
  webview.onDidReceiveMessage((message: TabMessage) => {
    if (message.type === 'save') return savePicture(message.name, message.base64, notebook)
    const answer: TabAnswer = { type: 'letters', values: letters(message.signs) }
    return webview.postMessage(answer)
  })
  webview.html = page(title, figure, programScripts(webview, assets), webview.cspSource)
}

/** The program is a report's; it fills the window where it finds itself in a tab. */
function page(title: string, figure: Json, scripts: string, source: string): string {
  // WebGL traces compile their code as they run, as they do in the notebook's own outputs.
  const policy = [
    "default-src 'none'",
    `script-src ${source} 'unsafe-eval'`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
  ].join('; ')
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<div class="figure" role="img" aria-label="${escapeHtml(title)}" data-figure="large"></div>
<script type="application/json" id="large">${embedJson(figure)}</script>
${scripts}
</body>
</html>`
}
