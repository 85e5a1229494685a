/** Submissions of every kind, each with the grade that it must get, made from a seed. */
import type { SubmissionStatus } from '../../../src/cli/grade/result'
import type { Notebook } from '../../../src/notebook'
import { masterOf, submissionOf } from './notebooks'

export interface Generated {
  readonly name: string
  readonly content: Notebook | string
  readonly points: number
  readonly statuses: readonly SubmissionStatus[]
}

/** Three exercises of 2 points; the second has hidden tests, the third a random one. */
export const generatedMaster: Notebook = masterOf([
  { id: 'setup', role: 'locked', source: "import { test, between, RandomStream } from 'genbook'" },
  {
    id: 'mean',
    role: 'solution',
    source:
      '// BEGIN SOLUTION\nconst mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length\n// END SOLUTION',
  },
  {
    id: 'tests-mean',
    role: 'test',
    points: 2,
    source:
      "test('means', { given: [[1, 2, 3], [4]], run: (x) => mean(x), expect: (x) => x.reduce((a, b) => a + b, 0) / x.length })",
  },
  {
    id: 'score',
    role: 'solution',
    source:
      '// BEGIN SOLUTION\nconst score = (x: number, m: number, s: number) => -(x - m) / s ** 2\n// END SOLUTION',
  },
  {
    id: 'tests-score',
    role: 'test',
    points: 2,
    source: `test('score', { given: [-1, 0, 2.5], run: (x) => score(x, 0, 1), expect: (x) => -x })
// BEGIN HIDDEN TESTS
test('score elsewhere', { given: [-1, 3], run: (x) => score(x, 2, 3), expect: (x) => -(x - 2) / 9 })
// END HIDDEN TESTS`,
  },
  {
    id: 'noise',
    role: 'solution',
    source:
      '// BEGIN SOLUTION\nconst noisy = (n: number) => Array.from(tf.randomNormal([n]).dataSync())\n// END SOLUTION',
  },
  {
    id: 'tests-noise',
    role: 'test',
    points: 2,
    source:
      "test('spread', { seeds: 3, run: () => { const x = noisy(400); return Math.sqrt(x.reduce((a, b) => a + b * b, 0) / x.length) }, expect: between(0.85, 1.15) })",
  },
])

const RIGHT = {
  mean: 'const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length',
  score: 'function score(x: number, m: number, s: number) { return (m - x) / (s * s) }',
  noise: 'const noisy = (n: number) => [...tf.randomNormal([n]).dataSync()]',
}

type Kind = (
  index: number,
) => Omit<Generated, 'name' | 'content'> & { readonly content?: string } & Partial<typeof RIGHT>

const KINDS: readonly Kind[] = [
  () => ({ points: 6, statuses: ['passed'] }),
  () => ({ points: 6, statuses: ['passed'] }),
  () => ({ points: 6, statuses: ['passed'] }),
  () => ({
    score: 'const score = (x: number, m: number, s: number) => -(x - m) / s',
    points: 5,
    statuses: ['failed'],
  }),
  () => ({ mean: 'const mean = (x: number[]) => x[0]!', points: 4, statuses: ['failed'] }),
  () => ({
    noise: 'const noisy = (n: number) => Array.from({ length: n }, () => 1.7 * Math.random())',
    points: 6,
    statuses: ['passed'],
  }),
  () => ({
    noise: 'const noisy = (n: number) => Array.from({ length: n }, () => 7)',
    points: 4,
    statuses: ['failed'],
  }),
  () => ({
    mean: 'throw new Error("not done")',
    score: 'const score = 1',
    noise: '',
    points: 0,
    statuses: ['error'],
  }),
  () => ({ mean: 'const mean = (', points: 4, statuses: ['error'] }),
  (index) => ({
    mean: `const mean = async (x: number[]) => { await new Promise((done) => setTimeout(done, ${20 + (index % 50)})); return x.reduce((a, b) => a + b, 0) / x.length }`,
    points: 6,
    statuses: ['passed'],
  }),
  () => ({
    mean: 'const mean = () => new Function("return process")().exit()',
    points: 4,
    statuses: ['error'],
  }),
  () => ({ mean: 'Math.sqrt = () => 1', points: 4, statuses: ['error'] }),
  () => ({ content: '{"nbformat": 4', points: 0, statuses: ['ungradable'] }),
]

/** @param count how many, all different in their text. */
export function generate(count: number): Generated[] {
  return Array.from({ length: count }, (_, index) => {
    const { points, statuses, content, ...answers } = KINDS[index % KINDS.length]!(index)
    const mark = `// ${index}\n`
    const texts = Object.fromEntries(
      Object.entries({ ...RIGHT, ...answers }).map(([id, source]) => [id, mark + source]),
    )
    return {
      name: `student-${String(index).padStart(4, '0')}`,
      content: content === undefined ? submissionOf(generatedMaster, texts) : content + ' '.repeat(index),
      points,
      statuses,
    }
  })
}
