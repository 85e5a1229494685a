import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleTest, judgeSystems } from '../../../scripts/systems.mjs'

const passed = new Set([
  'test/numeric/a.test.ts › E[x | x̃] is right',
  'test/numeric/a.test.ts › another',
  exampleTest('examples/01.genbook'),
])
const cellsOf = (path: string) =>
  path === 'examples/01.genbook' || path === 'examples/02.genbook' ? ['cell'] : undefined

const table = (...rows: readonly string[]) =>
  [
    '# Title',
    '',
    '| System | Formula | Source | Test | Example cell |',
    '| - | - | - | - | - |',
    ...rows,
  ].join('\n')
const problems = (text: string) =>
  judgeSystems(passed, { 'page.md': text }, cellsOf).flatMap((row) => [...row.problems])

test('a row whose tests passed and whose cell ran is right', () => {
  const row =
    '| Tweedie | $E[x \\| x̃]$ | Efron 2011 | `test/numeric/a.test.ts` › E[x \\| x̃] is right<br>`test/numeric/a.test.ts` › another | `examples/01.genbook` › cell |'
  const results = judgeSystems(passed, { 'page.md': table(row) }, cellsOf)
  assert.deepEqual(results, [{ name: 'page.md:5 Tweedie', problems: [] }])
})

const wrong: readonly (readonly [string, string, RegExp])[] = [
  [
    'a test that did not run',
    '| a | f | 2020 | `test/b.test.ts` › x | `examples/01.genbook` › cell |',
    /no test 'x'/,
  ],
  ['no test', '| a | f | 2020 | soon | `examples/01.genbook` › cell |', /names no test/],
  [
    'a missing cell',
    '| a | f | 2020 | `test/numeric/a.test.ts` › another | `examples/01.genbook` › x |',
    /no code cell 'x'/,
  ],
  [
    'a missing example',
    '| a | f | 2020 | `test/numeric/a.test.ts` › another | `examples/9.genbook` › x |',
    /there is no/,
  ],
  [
    'an example that failed',
    '| a | f | 2020 | `test/numeric/a.test.ts` › another | `examples/02.genbook` › cell |',
    /did not run/,
  ],
  [
    'no source',
    '| a | f | somebody | `test/numeric/a.test.ts` › another | `examples/01.genbook` › cell |',
    /no source/,
  ],
  [
    'a bar in a formula',
    '| a | |x| | 2020 | `test/numeric/a.test.ts` › another | `examples/01.genbook` › cell |',
    /7 cells/,
  ],
]
for (const [name, row, message] of wrong)
  test(`is told: ${name}`, () => assert.match(problems(table(row)).join('\n'), message))

test('is told: other columns', () =>
  assert.match(problems('| a | b |\n| - | - |').join('\n'), /columns must be/))
