/** JUnit XML: a suite a submission, a case a test. What a person must grade is skipped; what could not be graded is an error. */
import type { CellGrade, SubmissionResult, TestGrade } from '../result'
import { failureText } from './failureText'
import { oneLine, printable } from './printable'
import { statusWords, testWords } from './statusWords'

/** An XML 1.0 document. */
export function junitXml(results: readonly SubmissionResult[], title: string): string {
  const suites = results.map(suite)
  const total = suites.reduce((sum, { counts }) => add(sum, counts), none)
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: title, ...total, time: seconds.toFixed(3) })}>`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>\n',
  ].join('\n')
}

interface Counts {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly skipped: number
}

const none: Counts = { tests: 0, failures: 0, errors: 0, skipped: 0 }

function add(a: Counts, b: Counts): Counts {
  return {
    tests: a.tests + b.tests,
    failures: a.failures + b.failures,
    errors: a.errors + b.errors,
    skipped: a.skipped + b.skipped,
  }
}

type Outcome = keyof Omit<Counts, 'tests'> | 'passed'

function suite(result: SubmissionResult): { readonly xml: string; readonly counts: Counts } {
  const cases =
    result.status === 'ungradable'
      ? [
          testcase(
            'submission',
            result.submission.name,
            'errors',
            statusWords.ungradable,
            result.reason ?? '',
          ),
        ]
      : result.cells.flatMap(cellCases)
  const counts = cases.reduce(
    (sum, { outcome }) => add(sum, { ...none, tests: 1, ...(outcome !== 'passed' && { [outcome]: 1 }) }),
    none,
  )
  const head = attributes({
    name: result.student,
    ...counts,
    time: result.seconds.toFixed(3),
    timestamp: result.started.replace(/(\.\d+)?Z$/, ''),
    file: result.submission.path,
  })
  return { xml: [`<testsuite ${head}>`, ...cases.map(({ xml }) => xml), '</testsuite>'].join('\n'), counts }
}

function cellCases(cell: CellGrade) {
  if (cell.tests.length) return cell.tests.map((test) => caseOf(cell, test))
  if (cell.status !== 'needs-manual') return []
  return [testcase(cell.gradeId, cell.title ?? cell.gradeId, 'skipped', statusWords['needs-manual'], '')]
}

/** Failed: judged, and wrong. An error: there was nothing to judge. */
function caseOf(cell: CellGrade, test: TestGrade) {
  const outcome = test.status === 'passed' ? 'passed' : test.status === 'failed' ? 'failures' : 'errors'
  return testcase(cell.gradeId, test.name, outcome, test.reason ?? testWords[test.status], failureText(test))
}

const elements = { failures: 'failure', errors: 'error', skipped: 'skipped' } as const

function testcase(group: string, name: string, outcome: Outcome, message: string, text: string) {
  const open = `<testcase ${attributes({ classname: group, name })}`
  if (outcome === 'passed') return { xml: `${open}/>`, outcome }
  const element = elements[outcome]
  const inner = `<${element} ${attributes({ message: oneLine(message) })}>${escapeXml(printable(text))}</${element}>`
  return { xml: `${open}>${inner}</testcase>`, outcome }
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(printable(String(value)))}"`)
    .join(' ')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
}

/** Printable text for XML 1.0. Tabs and line ends are written as references, which attributes would otherwise lose. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"'\t\n]/g, (character) => entities[character]!)
}
