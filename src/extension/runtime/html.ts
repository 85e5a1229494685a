/** The document of the runtime view. */

export interface PageAddresses {
  /** What the webview's own files are served from. */
  readonly cspSource: string
  readonly script: string
  readonly nonce: string
}

/**
 * The page's document. Its policy closes the network: cells may compile code (that is what a notebook is for) and read
 * `blob:` addresses of their own page, and nothing else.
 */
export function runtimePage({ cspSource, script, nonce }: PageAddresses): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}' blob: 'unsafe-eval' 'wasm-unsafe-eval'`,
    `worker-src blob:`,
    `connect-src blob:`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `img-src data:`,
  ].join('; ')
  return `<!DOCTYPE html>
<html>
<head>
<title>Genbook runtime</title>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<style>${STYLE}</style>
</head>
<body>
<main></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`
}

const STYLE = `
body { padding: 0 12px 12px; font-size: var(--vscode-font-size); color: var(--vscode-foreground); }
[hidden] { display: none !important; }
.empty, .none { color: var(--vscode-descriptionForeground); }
.empty { max-width: 40em; padding-top: 4px; }
details { border-bottom: 1px solid var(--vscode-panel-border, transparent); padding: 4px 0; }
details:last-child { border-bottom: none; }
summary { display: flex; align-items: center; gap: 8px; min-height: 26px; cursor: pointer; list-style: none; border-radius: 3px; }
summary::before { content: ''; flex: none; width: 6px; height: 6px; margin: 0 3px; border: solid currentColor; border-width: 0 1px 1px 0; transform: rotate(-45deg); }
details[open] > summary::before { transform: translateY(-2px) rotate(45deg); }
summary:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.title { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.state { flex: none; padding: 1px 8px; border-radius: 9px; font-size: 0.85em; color: var(--vscode-badge-foreground); background: var(--vscode-badge-background); }
.state[data-kind=running], .state[data-kind=starting] { color: var(--vscode-statusBarItem-prominentForeground, var(--vscode-badge-foreground)); background: var(--vscode-progressBar-background); color: var(--vscode-button-foreground); }
.state[data-kind=gone] { color: var(--vscode-errorForeground); background: transparent; outline: 1px solid currentColor; }
vscode-progress-ring { flex: none; width: 14px; height: 14px; }
.body { padding: 4px 0 8px 20px; }
.overview { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 8px 24px; }
dl { display: flex; flex-wrap: wrap; gap: 6px 24px; margin: 0; min-width: 0; }
dl > div { min-width: 0; }
dt { font-size: 0.85em; color: var(--vscode-descriptionForeground); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
vscode-button[appearance=secondary] { --button-border: var(--vscode-button-secondaryBorder, transparent); }
.buttons { display: flex; flex-wrap: wrap; gap: 6px; }
.reason { margin: 8px 0 0; color: var(--vscode-descriptionForeground); }
.variables { margin-top: 10px; }
.none { margin: 4px 0; }
vscode-data-grid-cell { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }
vscode-data-grid-cell[cell-type=columnheader] { font-family: var(--vscode-font-family); font-size: 0.85em; font-weight: normal; color: var(--vscode-descriptionForeground); }
@media (max-width: 420px) { body { padding: 0 6px 8px; } .body { padding-left: 4px; } vscode-button[appearance=secondary] { --button-border: var(--vscode-button-secondaryBorder, transparent); }
.buttons { width: 100%; } }
`
