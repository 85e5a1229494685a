/** The look of the class page. */
export const classStyle = `
body { max-width: 960px; }
section { margin: 40px 0 0; } section > h2 { font-size: 19px; margin: 0 0 12px; }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0 0; }
.cards > div { flex: 1 1 120px; display: flex; flex-direction: column-reverse; padding: 12px 16px; border: 1px solid var(--line);
  border-radius: 10px; background: var(--card); }
.cards dt { color: var(--muted); font-size: 13px; line-height: 1.3; }
.cards dd { margin: 0 0 4px; font-size: 26px; line-height: 1.15; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.histogram { margin: 0; } .histogram svg { display: block; width: 100%; height: auto; }
.histogram text { font: 11px system-ui, sans-serif; fill: var(--muted); text-anchor: middle; font-variant-numeric: tabular-nums; }
.histogram rect { fill: var(--bar); } .histogram .axis { stroke: var(--line); }
.histogram line.mean { stroke: var(--wait); stroke-width: 1.5; stroke-dasharray: 4 3; }
.histogram text.mean { fill: var(--wait); text-anchor: start; }
.histogram details { margin-top: 4px; } .histogram details table { max-width: 320px; }
.wide { overflow-x: auto; } .share { width: 26%; min-width: 90px; } td.share { padding-top: 13px; }
.hardest { margin: 0; padding: 0 0 0 22px; } .hardest li { margin: 10px 0; }
.hardest li::marker { color: var(--muted); font-variant-numeric: tabular-nums; }
.hardest .what { display: block; margin-bottom: 4px; overflow-wrap: anywhere; } .hardest .what .aside { margin-left: 10px; }
.hardest .track { display: inline-block; width: min(60%, 420px); vertical-align: middle; }
.share-text { margin-left: 12px; color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
footer { margin-top: 48px; padding-top: 12px; border-top: 1px solid var(--line); }
@media print { section { break-inside: avoid-page; } }
`
