/** The look of controls, captions and buttons: VS Code's colours where it sets them, the page's own elsewhere. */

/** Errors in words: VS Code's own colour for them is too faint for letters in its light theme. */
export const ERROR_TEXT =
  'color-mix(in srgb, var(--vscode-errorForeground, #b3261e) 70%, var(--vscode-foreground, currentColor))'

const STYLE = `
.genbook-controls { display: grid; grid-template-columns: minmax(2em, max-content) minmax(8em, 22em) minmax(4em, max-content) minmax(9em, 1fr); gap: 6px 12px;
  align-items: center; padding: 4px 0; font-size: 13px; }
.genbook-controls label { text-align: right; overflow-wrap: anywhere; }
.genbook-controls output { font-variant-numeric: tabular-nums; }
.genbook-controls input[type=range] { width: 100%; margin: 0; accent-color: var(--vscode-progressBar-background, var(--accent, #2f7fc1)); cursor: pointer; }
.genbook-controls input[type=checkbox] { justify-self: start; width: 16px; height: 16px; margin: 0;
  accent-color: var(--vscode-progressBar-background, var(--accent, #2f7fc1)); cursor: pointer; }
.genbook-controls select { justify-self: start; max-width: 100%; padding: 2px 4px; font: inherit; color: var(--vscode-dropdown-foreground, inherit);
  background: var(--vscode-dropdown-background, transparent); border: 1px solid var(--vscode-dropdown-border, currentColor); border-radius: 2px; }
.genbook-controls label, .genbook-controls .alone { grid-column: 1; }
.genbook-controls .wide { grid-column: 2 / 4; justify-self: start; }
.genbook-state { grid-column: 4; grid-row: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; min-height: 22px; font-size: 12px;
  color: var(--vscode-descriptionForeground, inherit); }
.genbook-button { padding: 3px 12px; font: inherit; cursor: pointer; border-radius: 2px; color: var(--vscode-button-secondaryForeground, inherit);
  background: var(--vscode-button-secondaryBackground, transparent); border: 1px solid var(--vscode-contrastBorder, var(--vscode-button-border, #8886)); }
.genbook-button:hover:enabled { background: var(--vscode-button-secondaryHoverBackground, #8882); }
.genbook-button.small { padding: 0 8px; font-size: 12px; line-height: 20px; }
.genbook-button.plain { color: inherit; background: transparent; border-color: var(--vscode-contrastBorder, transparent); }
.genbook-button.plain:hover:enabled, .genbook-button[aria-pressed=true] { background: var(--vscode-toolbar-hoverBackground, #8883); }
.genbook-button[aria-pressed=true] { outline: 1px solid var(--vscode-contrastActiveBorder, transparent); outline-offset: 1px; }
.genbook-button:disabled, .genbook-controls :disabled { cursor: default; opacity: 0.5; }
.genbook-button:focus-visible, .genbook-controls :focus-visible, .genbook-time :focus-visible, .genbook-pad :focus-visible {
  outline: 1px solid var(--vscode-focusBorder, #2f7fc1); outline-offset: 1px; }
.genbook-progress { padding: 2px 0; font-size: 12px; font-variant-numeric: tabular-nums; color: var(--vscode-descriptionForeground, inherit); }
.genbook-progress > div { display: flex; align-items: center; gap: 10px; min-height: 20px; }
.genbook-progress progress { width: 160px; height: 6px; accent-color: var(--vscode-progressBar-background, #2f7fc1); }
.genbook-caption { padding: 0 4px 4px; font-size: 12px; color: var(--vscode-descriptionForeground, inherit); }
.genbook-caption:empty { padding: 0; }
.genbook-caption pre { margin: 2px 0 0; font: 12px/1.4 var(--vscode-editor-font-family, monospace); white-space: pre-wrap; }
.genbook-caption .error { margin-top: 2px; color: ${ERROR_TEXT}; white-space: pre-wrap; }
.genbook-tools { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; padding: 0 0 2px; font-size: 12px; opacity: 0.75; }
.genbook-tools:hover, .genbook-tools:focus-within { opacity: 1; }
.genbook-tools [role=status] { padding-left: 8px; }
.genbook-time { display: grid; grid-template-columns: max-content 1fr minmax(6.5em, max-content); gap: 10px; align-items: center; padding: 0 24px 4px 8px; font-size: 12px; }
.genbook-time input { width: 100%; margin: 0; accent-color: var(--vscode-progressBar-background, var(--accent, #2f7fc1)); cursor: pointer; }
.genbook-time output { font-variant-numeric: tabular-nums; }
.vscode-high-contrast .genbook-tools, .vscode-high-contrast .genbook-controls :disabled { opacity: 1; }
.genbook-pad { display: grid; gap: 4px; max-width: 440px; padding: 0 4px 4px; font-size: 12px; }
.genbook-pad-row { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; }
.genbook-pad-group { display: inline-flex; gap: 2px; }
.genbook-pad textarea { width: 100%; box-sizing: border-box; font: 12px var(--vscode-editor-font-family, monospace); resize: vertical;
  color: inherit; background: transparent; border: 1px solid #8886; }
.genbook-pad-place { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.genbook-pad-cross { position: absolute; width: 15px; height: 15px; margin: -8px 0 0 -8px; pointer-events: none;
  background: linear-gradient(currentColor, currentColor) center / 1px 100% no-repeat, linear-gradient(currentColor, currentColor) center / 100% 1px no-repeat; }
.genbook-painter { grid-column: 1 / 4; display: grid; gap: 6px; justify-items: start; font-size: 12px; }
.genbook-painter-label { font-size: 13px; }
.genbook-painter-surface { position: relative; overflow: hidden; line-height: 0; border: 1px solid #8886; }
.genbook-painter canvas { touch-action: none; cursor: crosshair; image-rendering: pixelated; }
.genbook-painter.disabled canvas { cursor: default; opacity: 0.7; }
.genbook-painter-ring { position: absolute; box-sizing: border-box; border: 1px solid #fff; outline: 1px solid #000; border-radius: 50%; pointer-events: none; }
.genbook-painter input[type=range] { width: 110px; }
.genbook-button.swatch { padding: 3px; line-height: 0; }
.genbook-button.swatch[aria-pressed=true] { outline: 2px solid var(--vscode-focusBorder, #2f7fc1); }
.genbook-swatch { display: inline-block; width: 16px; height: 16px; border: 1px solid #8888; }
.genbook-figure:focus-visible { outline: 1px solid var(--vscode-focusBorder, #2f7fc1); outline-offset: -1px; }
dialog.genbook-large { width: 96vw; max-width: none; height: 94vh; max-height: none; padding: 12px; border: 1px solid #8886; border-radius: 6px;
  color: inherit; background: var(--vscode-editor-background, var(--page, #fff)); }
dialog.genbook-large::backdrop { background: #0008; }
@media print { .genbook-tools, .genbook-time button, .genbook-time input { display: none; } }
`

const styled = new WeakSet<Document>()

/** Brings the style into a page, once. */
export function addStyle(page: Document = document): void {
  if (styled.has(page)) return
  styled.add(page)
  const element = page.createElement('style')
  element.textContent = STYLE
  page.head.append(element)
}
