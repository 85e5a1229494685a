/** The look of a report: a readable column, light or dark as the reader's system is, and light on paper. */
export const style = `
:root { color-scheme: light dark; --text: #24292f; --muted: #59636e; --page: #fff; --code: #f5f6f8; --line: #d5d9de;
  --keyword: #8a2da5; --string: #0a6640; --number: #0b5cad; --comment: #5f6872; --error: #b3261e; --warning: #7a5c00; --accent: #1f6fb2; }
@media (prefers-color-scheme: dark) { :root { --text: #d5d9de; --muted: #9aa3ad; --page: #1b1d21; --code: #24272c;
  --line: #3a3f46; --keyword: #cf8fe6; --string: #7cc7a0; --number: #7fb5ec; --comment: #8b949e; --error: #ff8a80; --warning: #e0b040; --accent: #6cb0e8; } }
@media print { :root { color-scheme: light; --text: #000; --muted: #444; --page: #fff; --code: #f5f6f8; --line: #ccc;
  --keyword: #8a2da5; --string: #0a6640; --number: #0b5cad; --comment: #555; --error: #b3261e; --warning: #7a5c00; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 24px 64px; max-width: 960px; background: var(--page); color: var(--text);
  font: 15px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.4em 0 0.5em; }
header h1 { margin-top: 0; }
a { color: var(--accent); }
pre, code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { margin: 0; padding: 10px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
:not(pre) > code { background: var(--code); border-radius: 3px; padding: 1px 4px; }
.stamp { border-collapse: collapse; margin: 0 0 28px; font-size: 13px; }
.stamp th { text-align: left; font-weight: 500; color: var(--muted); padding: 2px 18px 2px 0; vertical-align: top; }
.stamp td { padding: 2px 0; overflow-wrap: anywhere; }
.cell { margin: 14px 0; }
.source { display: flex; background: var(--code); border: 1px solid var(--line); border-radius: 6px; }
.count { flex: none; width: 44px; padding: 10px 0 10px 10px; color: var(--muted); font: 12px/1.6 ui-monospace, monospace;
  user-select: none; }
.source pre { flex: 1; min-width: 0; padding-left: 4px; }
.output { margin: 8px 0 0 2px; overflow-x: auto; }
.output pre { padding: 4px 10px; max-height: 480px; overflow: auto; }
.stderr { border-left: 3px solid #d9a514; }
.error { color: var(--error); border-left: 3px solid var(--error); }
.note, .missing { color: var(--muted); font-size: 13px; font-style: italic; }
.controls { display: grid; grid-template-columns: max-content minmax(8em, 22em) 1fr; gap: 4px 14px; align-items: center; padding: 4px 10px;
  font-size: 13px; }
.controls input[type=range] { width: 100%; margin: 0; accent-color: var(--accent); }
.controls + .note { margin: 2px 10px 6px; }
.bad-formula { color: var(--error); }
.prose img, .output img { max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
.prose table { border-collapse: collapse; }
.prose th, .prose td { border: 1px solid var(--line); padding: 4px 10px; }
.prose pre { background: var(--code); border-radius: 6px; margin: 1em 0; }
.prose blockquote { margin: 1em 0; padding-left: 14px; border-left: 3px solid var(--line); color: var(--muted); }
math[display="block"] { margin: 0.8em 0; padding: 2px 0; overflow-x: auto; overflow-y: hidden; }
iframe { width: 100%; height: 240px; border: 0; }
.keyword { color: var(--keyword); } .string { color: var(--string); } .number { color: var(--number); }
.comment { color: var(--comment); font-style: italic; }
.ansi-bold { font-weight: 600; } .ansi-31, .ansi-91 { color: var(--error); } .ansi-32, .ansi-92 { color: var(--string); }
.ansi-33, .ansi-93 { color: var(--warning); } .ansi-34, .ansi-94, .ansi-36, .ansi-96 { color: var(--number); }
.ansi-35, .ansi-95 { color: var(--keyword); } .ansi-30, .ansi-37, .ansi-90, .ansi-97 { color: var(--muted); }
@media print { body { max-width: none; padding: 0; } .cell { break-inside: avoid-page; } .modebar { display: none; }
  .output pre { max-height: none; } a { color: inherit; } }
`
