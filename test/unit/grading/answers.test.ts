import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { Cell, JsonObject, Notebook } from '../../../src/notebook'
import { gradedNotebook, isLocked, releaseNotebook, roleOf, takeAnswers } from '../../../src/notebook/grading'
import { Random } from '../notebook/random'
import { cell, master, notebook } from './notebooks'

const ANSWERS: Readonly<Record<string, string>> = {
  score: 'function score(x: number): number {\n  return -x\n}',
  step: 'const step = (x: number) => 0.5 * x',
  why: 'Since the posterior mean is x + σ² times the score.',
}

/** What a student hands in who does nothing but answer. */
function handedIn(): Notebook {
  const released = releaseNotebook(master())
  return {
    ...released,
    cells: released.cells.map((cell) => ({ ...cell, source: ANSWERS[cell.id] ?? cell.source })),
  }
}

const edited = (edit: (cells: Cell[]) => Cell[]): Notebook => {
  const submission = handedIn()
  return { ...submission, cells: edit([...submission.cells]) }
}
const taken = (submission: Notebook) => takeAnswers(master(), submission)
const texts = (submission: Notebook) =>
  Object.fromEntries([...taken(submission).answers].map(([id, { text }]) => [id, text]))
const rules = (submission: Notebook) => taken(submission).findings.map(({ rule }) => rule)
const at = (cells: readonly Cell[], id: string) => cells.findIndex((cell) => cell.id === id)

test('the answers of a submission are its texts, and nothing is found', () => {
  const { answers, findings, missing } = taken(handedIn())
  assert.deepEqual(texts(handedIn()), ANSWERS)
  assert.deepEqual([findings, missing], [[], []])
  assert.deepEqual(
    [...answers.values()].map(({ role, by }) => [role, by]),
    [
      ['solution', 'id'],
      ['solution', 'id'],
      ['manual', 'id'],
    ],
  )
})

test('an answer that nobody touched is said to be', () => {
  const { answers } = taken(releaseNotebook(master()))
  assert.deepEqual(
    [...answers.values()].map(({ untouched }) => untouched),
    [true, true, true],
  )
})

test('ids that an editor lost are found again by grade id', () => {
  const submission = edited((cells) => cells.map((cell, i) => ({ ...cell, id: `new-${i}` })))
  assert.deepEqual(texts(submission), ANSWERS)
  assert.deepEqual(new Set(rules(submission)), new Set(['cell-renamed']))
})

test('where all names are lost, text and place tell', () => {
  const submission = edited((cells) => cells.map((cell, i) => ({ ...cell, id: `new-${i}`, metadata: {} })))
  assert.deepEqual(texts(submission), ANSWERS)
})

test('a cell that vanished is missing, and graded as its placeholder', () => {
  const submission = edited((cells) => cells.filter(({ id }) => id !== 'score'))
  const { missing, answers } = taken(submission)
  assert.deepEqual(missing, ['score'])
  const graded = gradedNotebook(master(), answers)
  assert.match(graded.cells[2]?.source ?? '', /throw new Error\('Write your answer here'\)/)
  assert.equal(graded.cells[4]?.source, ANSWERS['step'])
})

test('a scratch cell is not taken for a vanished answer', () => {
  const submission = edited((cells) =>
    cells.with(at(cells, 'score'), cell('scratch', 'let total = 0\nfor (const y of [1, 2]) total += y')),
  )
  assert.deepEqual(taken(submission).missing, ['score'])
})

test('of doubled cells one is graded, and the other is named', () => {
  const submission = edited((cells) => {
    const index = at(cells, 'score')
    return cells.toSpliced(index, 0, { ...cells[index]!, id: 'copy', source: 'const evil = 1' })
  })
  assert.deepEqual(texts(submission), ANSWERS)
  assert.deepEqual(rules(submission), ['cell-doubled'])
})

test('a retyped answer keeps its text and the master’s type', () => {
  const submission = edited((cells) =>
    cells.map((each) => (each.id === 'score' ? cell(each.id, each.source, each.metadata, 'markdown') : each)),
  )
  const { answers, findings } = taken(submission)
  assert.deepEqual([answers.get('score')?.type, answers.get('score')?.text], ['code', ANSWERS['score']])
  assert.deepEqual(
    findings.map(({ rule }) => rule),
    ['cell-retyped'],
  )
})

test('points, locks and roles of a submission count for nothing', () => {
  const submission = edited((cells) =>
    cells.map((cell) => {
      const nbgrader = cell.metadata['nbgrader'] as JsonObject | undefined
      return nbgrader
        ? { ...cell, metadata: { nbgrader: { ...nbgrader, points: 1000, locked: true } } }
        : cell
    }),
  )
  assert.deepEqual(texts(submission), ANSWERS)
  assert.ok(rules(submission).every((rule) => rule === 'metadata-changed'))
  assert.deepEqual(
    gradedNotebook(master(), taken(submission).answers).cells.map(({ metadata }) => metadata),
    master().cells.map(({ metadata }) => metadata),
  )
})

test('locked cells that were changed are named, and the master’s are graded', () => {
  const submission = edited((cells) =>
    cells.map((cell) => (cell.id === 'score-test' ? { ...cell, source: 'test = () => {}' } : cell)),
  )
  assert.deepEqual(rules(submission), ['locked-cell-changed'])
  const graded = gradedNotebook(master(), taken(submission).answers)
  assert.equal(graded.cells[3]?.source, master().cells[3]?.source)
})

test('names that are swapped between an answer and a test do not make a test an answer', () => {
  const submission = edited((cells) => {
    const [a, b] = [at(cells, 'score'), at(cells, 'score-test')]
    return cells.map((cell, i) =>
      i === a ? { ...cell, id: 'score-test' } : i === b ? { ...cell, id: 'score' } : cell,
    )
  })
  assert.equal(texts(submission)['score'], ANSWERS['score'])
})

test('the text of a locked cell is no answer', () => {
  const submission = edited((cells) => {
    const source = cells[at(cells, 'score-test')]!.source
    return cells.map((cell) => (cell.id === 'score' ? { ...cell, source } : cell))
  })
  assert.deepEqual(taken(submission).missing, ['score'])
  assert.ok(rules(submission).includes('locked-text'))
})

test('order counts for nothing, and is told once', () => {
  const all = edited((cells) => cells.toReversed())
  assert.deepEqual(texts(all), ANSWERS)
  assert.deepEqual(rules(all), ['cells-moved'])
  const one = edited((cells) => [cells.at(-1)!, ...cells.slice(0, -1)])
  assert.deepEqual(texts(one), ANSWERS)
  assert.deepEqual(rules(one), ['cell-moved'])
})

test('an enormous answer is not taken', () => {
  const submission = edited((cells) =>
    cells.map((cell) => (cell.id === 'why' ? { ...cell, source: 'x'.repeat(1e6 + 1) } : cell)),
  )
  assert.deepEqual(taken(submission).missing, ['why'])
  assert.ok(rules(submission).includes('answer-too-long'))
})

test('cells of the student’s own below a task are its answer', () => {
  const submission = edited((cells) =>
    cells.toSpliced(
      at(cells, 'draw') + 1,
      0,
      cell('mine', 'plot(1)'),
      cell('more', 'And so.', {}, 'markdown'),
    ),
  )
  assert.deepEqual(taken(submission).tasks.get('draw')?.cells, [
    { type: 'code', text: 'plot(1)' },
    { type: 'markdown', text: 'And so.' },
  ])
})

test('a hundred thousand cells are compared in no time to speak of', () => {
  const many = Array.from({ length: 100_000 }, (_, i) =>
    cell(`x${i}`, i % 2 ? 'const a = 1' : 'function score() {}'),
  )
  const { missing } = taken(notebook(many))
  assert.ok(missing.includes('step'))
})

/** One thing that a person or a program may do to a notebook. */
function damage(random: Random, cells: readonly Cell[]): Cell[] {
  const index = random.below(Math.max(1, cells.length))
  const victim = cells[index]
  if (!victim) return [cell('only', 'x')]
  const other = random.pick(cells)
  switch (random.below(11)) {
    case 0:
      return cells.toSpliced(index, 1)
    case 1:
      return cells.toSpliced(random.below(cells.length), 0, victim)
    case 2:
      return random.shuffle(cells)
    case 3:
      return cells.with(index, { ...victim, id: random.pick(['', other.id, 'fresh', '__proto__', 'ü ü']) })
    case 4:
      return cells.with(index, { ...victim, metadata: {} })
    case 5:
      return cells.with(index, { ...victim, metadata: other.metadata })
    case 6:
      return cells.with(
        index,
        cell(victim.id, victim.source, victim.metadata, random.pick(['code', 'markdown', 'raw'])),
      )
    case 7:
      return cells.with(index, {
        ...victim,
        source: random.pick(['', '\ud800', other.source, `${victim.source}\n`, '// BEGIN SOLUTION']),
      })
    case 8: {
      const odd = random.pick<JsonObject[string]>([
        null,
        3,
        'x',
        [],
        { grade: 1 },
        { grade: true, grade_id: '__proto__' },
        { solution: true, grade_id: 7 },
        { task: true, grade_id: 'score', points: -1 },
      ])
      return cells.with(index, { ...victim, metadata: { nbgrader: odd } })
    }
    case 9:
      return cells.toSpliced(
        index,
        0,
        cell(`extra${random.below(9)}`, random.pick(['', 'const mine = 1', other.source])),
      )
    default:
      return cells.with(index, { ...victim, id: other.id, metadata: victim.metadata })
  }
}

test('no damage throws, none takes a locked cell’s text, and a cell that is whole is found', () => {
  const lockedTexts = new Set(
    handedIn()
      .cells.filter((cell) => isLocked(roleOf(cell)))
      .map(({ source }) => source.trim()),
  )
  for (let seed = 0; seed < 3000; seed++) {
    const random = new Random(seed)
    let submission = handedIn()
    for (let left = 1 + random.below(6); left; left--)
      submission = { ...submission, cells: damage(random, submission.cells) }
    const { answers, missing } = taken(submission)
    const label = `seed ${seed}`
    assert.deepEqual([...answers.keys(), ...missing].sort(), ['score', 'step', 'why'], label)
    for (const { text, index } of answers.values()) {
      assert.ok(!lockedTexts.has(text.trim()), label)
      assert.equal(submission.cells[index]?.source, text, label)
    }
    for (const original of handedIn().cells) {
      const claims = submission.cells.filter(
        ({ id, metadata }) =>
          id === original.id || isDeepStrictEqual(metadata['nbgrader'], original.metadata['nbgrader']),
      )
      if (original.id in ANSWERS && claims.length === 1 && isDeepStrictEqual(claims[0], original))
        assert.equal(answers.get(original.id)?.text, original.source, label)
    }
  }
})
