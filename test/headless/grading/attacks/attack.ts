/** What a hostile submission is, and the assignment that all of them attack. */
import type { Notebook } from '../../../../src/notebook'
import type { SubmissionStatus } from '../../../../src/cli/grade/result'
import { masterOf, submissionOf, type Course } from '../notebooks'

export interface Attack {
  readonly name: string
  /** The answer to the first exercise, of which none is right. */
  readonly first?: string
  /** Or any file at all. @param path where it is handed in */
  readonly file?: (course: Course, path: string) => Promise<unknown>
  readonly status: SubmissionStatus
  /** The other status that is as right, where an attack is a race that the machine decides. */
  readonly otherStatus?: SubmissionStatus
  /** Found in a reason or a note of the result. */
  readonly reason: RegExp
  /** Points of the first exercise, of 4; none where nothing else is said. */
  readonly points?: number
  /** Points of the second exercise, whose answer is right; all 2 where nothing else is said. */
  readonly others?: number
}

/** Two exercises. The third test of the first does what tests should not: its own comparing beside the student's code. */
export const master: Notebook = masterOf([
  { id: 'title', type: 'markdown', source: '# Doubling' },
  {
    id: 'setup',
    role: 'locked',
    source: `import { test } from 'genbook'
const inputs = [1, 2, 3]
function meanSquare(a: number[], b: number[]) { return a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!) ** 2, 0) / a.length }`,
  },
  {
    id: 'first',
    role: 'solution',
    source: `// BEGIN SOLUTION\nfunction double(x: number): number { return 2 * x }\n// END SOLUTION`,
  },
  {
    id: 'tests-first',
    role: 'test',
    points: 4,
    source: `test('doubles', { given: [1, 2, 3], run: (x) => double(x), expect: (x) => 2 * x, points: 1 })
// BEGIN HIDDEN TESTS
test('doubles other numbers', { given: [17, -5.5, 1e300], run: (x) => double(x), expect: (x) => 2 * x, points: 2 })
// END HIDDEN TESTS
test('error', { run: () => JSON.parse(JSON.stringify(meanSquare(inputs.map(double), inputs.map((x) => x + x)))), expect: 0, points: 1 })`,
  },
  {
    id: 'second',
    role: 'solution',
    source: `// BEGIN SOLUTION\nfunction shout(text: string): string { return text.toUpperCase() + '!' }\n// END SOLUTION`,
  },
  {
    id: 'tests-second',
    role: 'test',
    points: 2,
    source: `test('shouts', { given: ['hey', 'ß'], run: (x) => shout(x), expect: (x) => x.toUpperCase() + '!' })`,
  },
])

export const RIGHT = 'function double(x: number): number { return x + x }'
export const SHOUT = 'function shout(text: string) { return `${text.toUpperCase()}!` }'

/** Hands in an answer to the first exercise, with a right one to the second. */
export function handIn(first: string): Notebook {
  return submissionOf(master, { first, second: SHOUT })
}
