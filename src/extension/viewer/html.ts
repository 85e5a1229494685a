/** The document of the page that shows one variable. */
import { ERROR_TEXT } from '../../renderers/controls/style'
import type { ViewerSetup } from './messages'

export interface ViewerAddresses {
  /** What the webview's own files are served from. */
  readonly cspSource: string
  readonly script: string
  readonly nonce: string
}

/**
 * The page's document. Nothing is fetched but the extension's own scripts; WebGL traces of figures compile their shaders'
 * glue with `Function`, hence `unsafe-eval`.
 */
export function viewerPage({ cspSource, script, nonce }: ViewerAddresses, setup: ViewerSetup): string {
  const policy = [
    `default-src 'none'`,
    `script-src ${cspSource} 'nonce-${nonce}' 'unsafe-eval'`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `img-src data: blob:`,
    `font-src ${cspSource}`,
  ].join('; ')
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<style>${STYLE}</style>
</head>
<body data-setup="${attribute(JSON.stringify(setup))}">
<main></main>
<script type="module" nonce="${nonce}" src="${script}"></script>
</body>
</html>`
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

const STYLE = `
body { padding: 12px 16px; font-size: var(--vscode-font-size); color: var(--vscode-foreground); }
[hidden] { display: none !important; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; margin-bottom: 8px; }
h1 { margin: 0; font: 600 1.2em var(--vscode-editor-font-family); }
.facts, .note { color: var(--vscode-descriptionForeground); }
.facts { font-family: var(--vscode-editor-font-family); }
[role=tablist] { display: flex; gap: 4px; margin-bottom: 8px; border-bottom: 1px solid var(--vscode-panel-border, transparent); }
[role=tab] { padding: 4px 12px; border: none; border-bottom: 2px solid transparent; font: inherit; color: var(--vscode-descriptionForeground); background: none; cursor: pointer; }
[role=tab][aria-selected=true] { color: var(--vscode-foreground); border-bottom-color: var(--vscode-focusBorder); }
button:focus-visible, input:focus-visible, .table:focus-visible, .text:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
.paging { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 6px; }
.paging button { padding: 3px 10px; border: 1px solid var(--vscode-button-border, transparent); border-radius: 2px; font: inherit; color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); cursor: pointer; }
.paging button:disabled { opacity: 0.5; cursor: default; }
.paging input { width: 7em; padding: 2px 6px; font: inherit; color: var(--vscode-input-foreground); background: var(--vscode-input-background); border: 1px solid var(--vscode-input-border, transparent); }
.table { max-height: calc(100vh - 150px); overflow: auto; }
table { border-collapse: separate; border-spacing: 0; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); font-variant-numeric: tabular-nums; }
th, td { padding: 1px 10px; text-align: right; white-space: nowrap; }
th { position: sticky; font-weight: normal; color: var(--vscode-descriptionForeground); background: var(--vscode-editor-background); }
thead th { top: 0; z-index: 1; border-bottom: 1px solid var(--vscode-panel-border, currentColor); }
tbody th { left: 0; border-right: 1px solid var(--vscode-panel-border, currentColor); }
tbody tr:hover td { background: var(--vscode-list-hoverBackground); }
td.odd { color: var(--vscode-list-warningForeground, var(--vscode-foreground)); }
pre.text { margin: 0; max-height: calc(100vh - 110px); overflow: auto; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); white-space: pre-wrap; overflow-wrap: anywhere; }
img { image-rendering: pixelated; max-width: 100%; border: 1px solid var(--vscode-panel-border, transparent); }
.failed { color: ${ERROR_TEXT}; }
`
