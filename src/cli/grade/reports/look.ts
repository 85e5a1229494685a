/** What the pages of a grading have in common, beside the look of every report. */
import { style } from '../../../renderers/report'

export const look = `${style}
:root { --good: #1a7f4b; --good-soft: #dff3e7; --bad: #b3261e; --bad-soft: #fbe4e2; --wait: #8a5a00; --wait-soft: #fdf0d5;
  --bar: #2f7fc1; --track: #e6e9ed; --card: #f8f9fb; }
@media (prefers-color-scheme: dark) { :root { --good: #63c793; --good-soft: #173526; --bad: #ff8a80; --bad-soft: #45201e;
  --wait: #e5b95c; --wait-soft: #3b2f14; --bar: #5aa0dc; --track: #33383f; --card: #22252a; } }
@media print { :root { --good: #1a7f4b; --good-soft: #fff; --bad: #b3261e; --bad-soft: #fff; --wait: #8a5a00; --wait-soft: #fff;
  --bar: #2f7fc1; --track: #ddd; --card: #fff; } }
.kicker { margin: 0 0 4px; color: var(--muted); font-size: 14px; }
header h1 { margin: 0; font-size: 30px; overflow-wrap: anywhere; }
table { border-collapse: collapse; }
.list { width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
.list th { text-align: left; font-weight: 500; color: var(--muted); padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); }
.list td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.list .amount { text-align: right; white-space: nowrap; }
.list tbody tr:last-child td { border-bottom: 0; }
.track { display: block; height: 8px; min-width: 80px; border-radius: 4px; background: var(--track); overflow: hidden; }
.track > span { display: block; height: 100%; background: var(--bar); border-radius: 4px; }
.badge { display: inline-block; padding: 1px 9px; border-radius: 10px; font-size: 12.5px; white-space: nowrap; color: var(--bad);
  background: var(--bad-soft); border: 0; }
.badge.passed { color: var(--good); background: var(--good-soft); }
.badge.failed { color: var(--text); background: var(--track); }
.badge.needs-manual { color: var(--wait); background: var(--wait-soft); }
.callout { margin: 16px 0; padding: 10px 14px; border-left: 3px solid var(--wait); background: var(--wait-soft);
  border-radius: 0 6px 6px 0; overflow-wrap: anywhere; }
.callout p { margin: 0.2em 0; }
.aside { color: var(--muted); font-size: 13px; }
details > summary { cursor: pointer; color: var(--muted); font-size: 13px; padding: 4px 0; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { .badge, .track, .track > span { print-color-adjust: exact; } }
`

/** A bar that shows a share; what it says must also stand beside it as text. @param share from 0 to 1 */
export function bar(share: number): string {
  const percent = Math.round(1000 * Math.min(1, Math.max(0, share))) / 10
  return `<span class="track" aria-hidden="true"><span style="width:${percent}%"></span></span>`
}
