/** The look of a student's page. */
export const feedbackStyle = `
body { max-width: 820px; }
.score { margin: 18px 0 8px; padding: 16px 18px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.score .total { margin: 0 0 8px; font-size: 16px; color: var(--muted); }
.score .total strong { font-size: 34px; line-height: 1; font-weight: 650; color: var(--text); font-variant-numeric: tabular-nums; }
.verdict { margin: 12px 0 0; } .verdict .reason { color: var(--muted); overflow-wrap: anywhere; }
.overview { margin: 22px 0 8px; } .overview .share { width: 30%; padding-top: 13px; }
.overview a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px; }
.part { margin: 34px 0 0; }
.part > h2 { display: flex; align-items: baseline; justify-content: space-between; gap: 16px; font-size: 20px; margin: 0 0 10px;
  padding-bottom: 6px; border-bottom: 1px solid var(--line); }
.points { flex: none; font-size: 13px; font-weight: 400; color: var(--muted); font-variant-numeric: tabular-nums; }
.graded { margin: 10px 0; }
.tests { list-style: none; margin: 0; padding: 0; }
.tests li { margin: 8px 0; padding: 8px 14px 9px; border-radius: 8px; background: var(--card); border: 1px solid var(--line); }
.tests li.failed { border-left: 3px solid var(--bad); }
.tests li.passed { border-left: 3px solid var(--good); }
.tests p { margin: 0; } .tests .name { display: flex; gap: 8px; align-items: baseline; }
.tests .what { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.tests .mark { flex: none; font-weight: 700; } .passed .mark { color: var(--good); } .failed .mark { color: var(--bad); }
.tests .why { margin: 4px 0 0 22px; color: var(--muted); font-size: 14px; white-space: pre-wrap; overflow-wrap: anywhere; }
.tests .expected { margin: 4px 0 0 22px; } .tests .expected p { margin: 0.3em 0; } .tests .aside { margin: 4px 0 0 22px; }
.evidence { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 8px 0 2px 22px; font-size: 13px; }
.evidence dt { color: var(--muted); } .evidence dd { margin: 0; min-width: 0; }
.evidence code { white-space: pre-wrap; overflow-wrap: anywhere; }
.waiting { color: var(--wait); }
.manual { margin: 10px 0; padding: 8px 14px; border-left: 3px solid var(--accent); background: var(--card); border-radius: 0 6px 6px 0; }
.manual p { margin: 0.3em 0; }
blockquote.answer { margin: 10px 0; padding: 2px 14px; border-left: 3px solid var(--line); }
.source pre { padding-left: 14px; }
footer { margin-top: 44px; padding-top: 12px; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
@media print { .tests li, .manual { break-inside: avoid; } }
@media (max-width: 480px) { body { padding: 20px 14px 40px; } .evidence { grid-template-columns: 1fr; } }
`
