import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { answerNames, compileGraded, neededAnswers, type GradedCell } from '../../../src/kernel/grading/names'
import { DEFAULT_LIMITS, type KernelMessage } from '../../../src/kernel/protocol'
import { moduleTable } from '../../../src/kernel/library/modules'
import { Session } from '../../../src/kernel/session/session'
import { cellTf } from '../../../src/tensor'
import { prepare } from '../session/harness'

const cell = (kind: GradedCell['kind'], source: string, id = `${kind}-${source.length}`): GradedCell => ({
  id,
  kind,
  source,
})

/** Runs cells as a graded submission, and gives what they printed or threw. */
async function graded(cells: readonly GradedCell[], answer: readonly string[]): Promise<string[]> {
  const messages: KernelMessage[] = []
  const session = new Session({
    seed: 1,
    limits: DEFAULT_LIMITS,
    post: (message) => messages.push(structuredClone(message)),
    modules: moduleTable(cellTf),
    globals: { tf: cellTf },
  })
  const errors: string[] = []
  for (const [index, compiled] of compileGraded(cells, answer).entries())
    if (compiled.ok)
      await session.execute({ type: 'execute', run: index + 1, cell: compiled.cell, count: index + 1 })
    else errors.push(compiled.errors[0]!.message)
  return messages
    .flatMap((message) => {
      if (message.type === 'output' && message.event.kind === 'stream') return [message.event.text.trim()]
      if (message.type === 'finished' && message.outcome.status === 'error')
        return [message.outcome.error.message]
      return []
    })
    .concat(errors)
}

before(prepare)

test('answers are what the solutions declare and assign', () => {
  const cells = [cell('given', 'let state = 0'), cell('answer', 'const f = 1\nstate = 2\nfunction g() {}')]
  assert.deepEqual(answerNames(cells), ['f', 'g', 'state'])
})

test("a student's name that the instructor uses is a name of the student's own", async () => {
  const cells = [
    cell('given', 'function error(a, b) { return Math.abs(a - b) }'),
    cell(
      'answer',
      'const Math = { abs: () => 0 }\nfunction error() { return 0 }\nfunction f() { return error() + Math.abs() + 5 }',
    ),
    cell('tests', 'console.log(error(f(), 7), Math.max(1, 2))'),
  ]
  assert.deepEqual(await graded(cells, ['f']), ['2 2'])
})

test('what is expected of the student is found, whatever else has the name', async () => {
  const cells = [
    cell('given', 'function f() { return "given" }'),
    cell('answer', 'function f() { return "answered" }'),
    cell('tests', 'console.log(f())'),
  ]
  assert.deepEqual(await graded(cells, ['f']), ['answered'])
})

test("a student's own name is seen by later cells of the student", async () => {
  const cells = [
    cell('given', 'const data = [1, 2, 3]'),
    cell('answer', 'const data = [10]', 'a'),
    cell('answer', 'function f() { return data.length }', 'b'),
    cell('tests', 'console.log(f(), data.length)'),
  ]
  assert.deepEqual(await graded(cells, ['f']), ['1 3'])
})

test("a student's cell may read and not assign what the instructor declares", async () => {
  const cells = [
    cell('given', 'let steps = 10\nlet state = 0'),
    cell('answer', 'state = steps', 'a'),
    cell('answer', 'steps = 1', 'b'),
    cell('tests', 'console.log(state, steps)'),
  ]
  assert.deepEqual(await graded(cells, ['state']), [
    '10 10',
    "'steps' belongs to the assignment's own cells, and an answer cannot assign it. Declare a name of your own.",
  ])
})

test('tests need the answers whose names they use, by way of the instructor’s cells but not of other answers', () => {
  const cells = [
    cell('answer', 'const double = (x) => 2 * x\nlet count', 'a'),
    cell('given', 'const doubles = (list) => list.map((x) => double(x))', 'h'),
    cell('answer', 'const four = (x) => double(double(x))\ncount = 1', 'b'),
    cell('tests', "test('x', { run: () => doubles([1]) })", 'by way'),
    cell('tests', "test('x', { run: () => four(1) })", 'direct'),
    cell('tests', "test('x', { run: () => count })", 'assigned'),
    cell('tests', "test('x', { run: () => Math.PI })", 'none'),
    cell('tests', 'test(', 'broken'),
  ]
  assert.deepEqual(Object.fromEntries(neededAnswers(cells)), {
    'by way': ['a'],
    direct: ['b'],
    assigned: ['a', 'b'],
    none: [],
    broken: [],
  })
})
