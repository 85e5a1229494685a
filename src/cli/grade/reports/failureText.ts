/** Why a test was not passed, for students, as plain text. */
import type { TestGrade } from '../result'
import { testWords } from './statusWords'

/** @returns an empty text for a test that was passed; untrusted */
export function failureText(test: TestGrade): string {
  if (test.status === 'passed') return ''
  const { given, returned, expected } = (!test.hidden && test.evidence) || {}
  return [
    `${test.name}: ${test.reason ?? testWords[test.status]}`,
    test.expected,
    given !== undefined && `Given: ${given}`,
    returned !== undefined && !test.afterHidden && `Returned: ${returned}`,
    expected !== undefined && `Expected: ${expected}`,
  ]
    .filter((line) => typeof line === 'string' && line !== '')
    .join('\n')
}
