import type { Webview } from 'vscode'
import { escapeHtml } from '../../renderers/report/html'
import { PROGRAM_FILES } from '../../renderers/report/program'
import type { Assets } from '../assets'

/** The elements that load the program which draws a page's figures. */
export function programScripts(webview: Webview, assets: Assets, nonce?: string): string {
  return PROGRAM_FILES.map((name) => {
    const address = escapeHtml(webview.asWebviewUri(assets.uri(name)).toString())
    return `<script${nonce === undefined ? '' : ` nonce="${nonce}"`} src="${address}"></script>`
  }).join('\n')
}
