/** The document of the runtime view. */
import { ERROR_TEXT } from '../../renderers/controls/style'

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
.empty { max-width: 46em; padding-top: 4px; }
.empty p { margin: 4px 0; }
details { border-bottom: 1px solid var(--vscode-panel-border, transparent); padding: 4px 0; }
details:last-child { border-bottom: none; }
summary { display: flex; align-items: center; gap: 8px; min-height: 26px; cursor: pointer; list-style: none; border-radius: 3px; }
summary::before { content: ''; flex: none; width: 6px; height: 6px; margin: 0 3px; border: solid currentColor; border-width: 0 1px 1px 0; transform: rotate(-45deg); }
details[open] > summary::before { transform: translateY(-2px) rotate(45deg); }
summary:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.title { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.state { flex: none; padding: 1px 8px; border-radius: 9px; font-size: 0.85em; color: var(--vscode-badge-foreground); background: var(--vscode-badge-background); }
.state[data-kind=running], .state[data-kind=starting] { color: var(--vscode-button-foreground); background: var(--vscode-button-background, transparent); outline: 1px solid var(--vscode-contrastBorder, transparent); }
.state[data-kind=gone] { color: ${ERROR_TEXT}; background: transparent; outline: 1px solid currentColor; }
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
.tools { display: flex; align-items: center; gap: 10px; margin-bottom: 4px; }
.filter { width: min(26em, 100%); box-sizing: border-box; padding: 3px 6px; font: inherit; color: var(--vscode-input-foreground); background: var(--vscode-input-background); border: 1px solid var(--vscode-input-border, transparent); border-radius: 2px; }
.filter::placeholder { color: var(--vscode-input-placeholderForeground); }
.count { color: var(--vscode-descriptionForeground); }
.none { margin: 4px 0; max-width: 50em; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { padding: 2px 8px; height: 22px; box-sizing: border-box; text-align: left; font-weight: normal; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
thead th { font-size: 0.85em; color: var(--vscode-descriptionForeground); }
thead button, .link { padding: 0; border: none; font: inherit; color: inherit; background: none; cursor: pointer; text-align: left; }
thead button:hover, thead [aria-sort] button { color: var(--vscode-foreground); }
thead [aria-sort=ascending] button::after { content: ' ↑'; }
thead [aria-sort=descending] button::after { content: ' ↓'; }
tbody th, tbody td { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); font-variant-numeric: tabular-nums; }
tbody tr:hover { background: var(--vscode-list-hoverBackground); outline: 1px dashed var(--vscode-contrastActiveBorder, transparent); outline-offset: -1px; }
tbody tr:focus-visible, button:focus-visible, .filter:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
.link { color: var(--vscode-textLink-foreground); }
.link:hover { text-decoration: underline; }
.mark { color: var(--vscode-gitDecoration-modifiedResourceForeground, var(--vscode-foreground)); font-size: 0.7em; vertical-align: 0.15em; }
.warning { color: var(--vscode-list-warningForeground, var(--vscode-foreground)); margin-left: 0.8em; }
tr.old .value, tr.old .range { font-style: italic; color: var(--vscode-descriptionForeground); }
tr.old .sparkline { opacity: 0.5; }
td.kind, td.shape, td.memory { color: var(--vscode-descriptionForeground); }
.name { width: 15%; } .kind { width: 10%; } .shape { width: 18%; } .value { width: 22%; } .range { width: 17%; } .histogram { width: 112px; } .memory { width: 76px; }
.sparkline { display: block; width: 96px; height: 18px; }
.sparkline path { fill: var(--vscode-charts-blue, currentColor); }
dd code { font-family: var(--vscode-editor-font-family); color: var(--vscode-descriptionForeground); }
@media (max-width: 900px) { .range { display: none; } .name { width: 22%; } .kind { width: 13%; } .shape { width: 22%; } .value { width: auto; } }
@media (max-width: 640px) { .kind, .memory { display: none; } }
@media (max-width: 460px) { .histogram { display: none; } .name { width: 30%; } .shape { width: 34%; } }
@media (max-width: 420px) { body { padding: 0 6px 8px; } .body { padding-left: 4px; } vscode-button[appearance=secondary] { --button-border: var(--vscode-button-secondaryBorder, transparent); }
.buttons { width: 100%; } }
`
