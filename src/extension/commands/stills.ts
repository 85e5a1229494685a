import * as vscode from 'vscode'
import type { Json } from '../../notebook/json'
import type { Assets } from '../assets'
import { programScripts } from '../pictures/program'

/** What the page says of one figure; `index` is -1 when its script has begun. */
interface Drawn {
  readonly index: number
  readonly png: string | null
}

/** Runs after a report's program, which leaves `genbookStill` to pages like this one. */
const SCRIPT = `
const vscode = acquireVsCodeApi()
addEventListener('message', async ({ data: { index, figure } }) => {
  vscode.postMessage({ index, png: await genbookStill(figure).catch(() => null) })
})
vscode.postMessage({ index: -1, png: null })`

/**
 * Draws figures as pictures, in an editor tab beside the notebook that is there for as long as it takes: only a page can
 * draw, and VS Code has no pages that nobody sees.
 *
 * @param figures as a notebook stores them
 * @returns for each a PNG in base64, or null where it could not be drawn
 * @throws CancellationError where the person cancels or closes the tab
 */
export async function stillsOf(figures: readonly Json[], assets: Assets): Promise<(string | null)[]> {
  if (!figures.length) return []
  const title = vscode.l10n.t('Drawing pictures')
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const panel = vscode.window.createWebviewPanel(
        'genbook.stills',
        title,
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
        { enableScripts: true, localResourceRoots: [assets.folder] },
      )
      const page = new Page(panel, token)
      try {
        panel.webview.html = html(panel.webview, assets)
        await page.next(-1)
        const pictures: (string | null)[] = []
        for (const [index, figure] of figures.entries()) {
          progress.report({ message: `${index + 1}/${figures.length}`, increment: 100 / figures.length })
          void panel.webview.postMessage({ index, figure })
          pictures.push(await page.next(index))
        }
        return pictures
      } finally {
        page.dispose()
        panel.dispose()
      }
    },
  )
}

/** What the page says, one thing after another. */
class Page {
  readonly #drawn = new Map<number, string | null>()
  readonly #listeners: vscode.Disposable[]
  #changed: () => void = () => {}
  #over = false

  constructor(panel: vscode.WebviewPanel, token: vscode.CancellationToken) {
    const end = () => {
      this.#over = true
      this.#changed()
    }
    this.#listeners = [
      panel.webview.onDidReceiveMessage(({ index, png }: Drawn) => {
        this.#drawn.set(index, png)
        this.#changed()
      }),
      panel.onDidDispose(end),
      token.onCancellationRequested(end),
    ]
  }

  async next(index: number): Promise<string | null> {
    while (!this.#drawn.has(index)) {
      if (this.#over) throw new vscode.CancellationError()
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
    return this.#drawn.get(index) ?? null
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose()
  }
}

function html(webview: vscode.Webview, assets: Assets): string {
  const nonce = crypto.randomUUID()
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'unsafe-inline'",
    // Plotly turns a figure into a blob before it becomes a picture.
    'img-src data: blob:',
  ].join('; ')
  return `<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"></head>
<body>
<p>${vscode.l10n.t('Drawing the pictures of the notebook …')}</p>
${programScripts(webview, assets, nonce)}
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`
}
