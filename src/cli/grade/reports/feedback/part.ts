/** One part of the assignment on a student's page. */
import {
  escapeHtml,
  highlight,
  inlineMarkdownToHtml,
  markdownToHtml,
  outputToHtml,
  type OutputOptions,
} from '../../../../renderers/report'
import type { Json, JsonObject } from '../../../../notebook'
import type { CellGrade, ManualGrade, TestGrade } from '../../result'
import { pointsText, printable } from '../printable'
import { testWords } from '../statusWords'
import type { Part } from './page'

export function partToHtml({ id, title, cells, points, maxPoints }: Part, options: OutputOptions): string {
  const total =
    maxPoints > 0 ? `<span class="points">${pointsText(points)} of ${pointsText(maxPoints)}</span>` : ''
  return `<section class="part" id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title"><span>${inlineMarkdownToHtml(printable(title))}</span>${total}</h2>
${cells.map((cell) => cellToHtml(cell, options)).join('\n')}
</section>`
}

function cellToHtml(cell: CellGrade, options: OutputOptions): string {
  const { tests, manual, reason, source, status, kind, unanswered } = cell
  const parts = [
    ...(reason === undefined ? [] : [`<p class="callout">${escapeHtml(printable(reason))}</p>`]),
    ...(tests.length ? [`<ul class="tests">${tests.map(testToHtml).join('\n')}</ul>`] : []),
    ...(status === 'needs-manual' ? ['<p class="waiting">A person has yet to grade this answer.</p>'] : []),
    ...(manual ? [manualToHtml(manual, cell)] : []),
    // A placeholder, and what it throws, is nobody's answer.
    ...(source?.trim() && !unanswered ? [sourceToHtml(source, kind)] : []),
    ...aboutShown(cell),
    ...shown(cell).map((output) => `<div class="output">${outputToHtml(readable(output), options)}</div>`),
  ]
  return parts.length ? `<div class="graded">${parts.join('\n')}</div>` : ''
}

/** A student's code prints what it is given: in a cell of tests, and after one, that can be what hidden tests give. */
function shown({
  kind,
  unanswered,
  afterHidden,
  handedIn = [],
  outputs = [],
}: CellGrade): NonNullable<CellGrade['outputs']> {
  return kind === 'tests' || unanswered ? [] : afterHidden ? handedIn : outputs
}

function aboutShown({ kind, unanswered, afterHidden, handedIn, outputs }: CellGrade): string[] {
  if (kind === 'tests' || unanswered || !afterHidden) return []
  if (handedIn?.length) return ['<p class="aside">What this cell showed when you handed it in:</p>']
  return outputs?.length
    ? ['<p class="aside">This cell ran after hidden tests, so what it showed then is left out.</p>']
    : []
}

type ReportOutput = Parameters<typeof outputToHtml>[0]

/** Outputs are stored as they came from the sandbox; every reader of one checks what it takes from it. */
function readable(output: NonNullable<CellGrade['outputs']>[number]): ReportOutput {
  const { output_type, data, name, text, ename, evalue, traceback } = output
  const lines = Array.isArray(traceback) ? traceback.filter((line) => typeof line === 'string') : undefined
  return {
    output_type: typeof output_type === 'string' ? output_type : 'unknown',
    ...(isObject(data) && { data }),
    ...(typeof name === 'string' && { name }),
    ...((typeof text === 'string' || Array.isArray(text)) && { text: text as string }),
    ...(typeof ename === 'string' && { ename }),
    ...(typeof evalue === 'string' && { evalue }),
    ...(lines && { traceback: lines }),
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function testToHtml(test: TestGrade): string {
  const { name, status, points, maxPoints, expected, seeds, flaky } = test
  const passed = status === 'passed'
  const remarks = [
    ...(seeds && seeds.of > 1 ? [`${seeds.passed} of ${seeds.of} random seeds passed.`] : []),
    ...(flaky ? ['It came out differently when it was run again.'] : []),
  ]
  return `<li class="${passed ? 'passed' : 'failed'}">
<p class="name"><span class="mark" aria-hidden="true">${passed ? '✓' : '✗'}</span>
<span class="visually-hidden">${passed ? 'Passed' : 'Not passed'}: </span><span class="what">${inlineMarkdownToHtml(printable(name))}</span>
<span class="points">${pointsText(points)} of ${pointsText(maxPoints)}</span></p>
${passed ? '' : `<p class="why">${escapeHtml(printable(test.reason ?? testWords[status]))}</p>`}
${passed || expected === undefined ? '' : `<div class="expected prose">${markdownToHtml(printable(expected))}</div>`}
${passed ? '' : evidenceToHtml(test)}${remarks.map((text) => `<p class="aside">${text}</p>`).join('')}</li>`
}

/** The data of a hidden test stays hidden, wherever a student's code may have carried it. */
function evidenceToHtml({ hidden, afterHidden, evidence }: TestGrade): string {
  if (hidden || !evidence) return ''
  const rows = (['given', 'returned', 'expected'] as const).flatMap((member) => {
    const text = evidence[member]
    if (text === undefined || (afterHidden && member === 'returned')) return []
    return [`<dt>${words[member]}</dt><dd><code>${escapeHtml(printable(text))}</code></dd>`]
  })
  return rows.length ? `<dl class="evidence">${rows.join('')}</dl>` : ''
}

const words = { given: 'Given', returned: 'Your code returned', expected: 'Expected' } as const

function manualToHtml({ points, comment, by }: ManualGrade, { maxPoints }: CellGrade): string {
  const head = [
    points === undefined ? 'Comment' : `${pointsText(points)} of ${pointsText(maxPoints)} points`,
    ...(by === undefined ? [] : [`by ${by}`]),
  ].join(' ')
  return `<div class="manual"><p class="aside">${escapeHtml(printable(head))}</p>${
    comment === undefined ? '' : `<div class="prose">${markdownToHtml(printable(comment))}</div>`
  }</div>`
}

/** Answers in words are shown; code is there to be opened. */
function sourceToHtml(source: string, kind: CellGrade['kind']): string {
  const text = printable(source)
  if (kind === 'manual' || kind === 'task')
    return `<blockquote class="answer prose">${markdownToHtml(text)}</blockquote>`
  return `<details><summary>Your answer</summary><div class="source"><pre><code>${highlight(text)}</code></pre></div></details>`
}
