/**
 * The marks and the plan against a notebook that is simulated by values: every cell computes a text from its own text and
 * from what it reads, so that "out of date" can be told by comparing with a run from top to bottom.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../property'
import { runPlan, type PlannedCell } from '../../../src/extension/stale/plan'
import { RunLog } from '../../../src/extension/stale/runLog'
import { staleMarks } from '../../../src/extension/stale/marks'
import type { CellAnalysis } from '../../../src/kernel/cell'

/** A cell of the simulation: it sets some names from others. */
interface Toy {
  readonly id: string
  uses: readonly string[]
  sets: readonly string[]
  /** Stands for whatever else its text says. */
  text: number
}

const hashOf = ({ uses, sets, text }: Toy) => JSON.stringify([uses, sets, text])

const analysisOf = ({ uses, sets }: Toy): CellAnalysis => ({
  declared: sets.map((name) => ({
    name,
    kind: 'const',
    value: true,
    type: false,
    namespace: false,
    constant: true,
    start: 0,
  })),
  used: uses.filter((name) => !sets.includes(name)),
  assigned: [],
  imports: [],
})

/** A kernel that computes texts, and keeps the log as the extension does. */
class Toys {
  cells: Toy[]
  readonly log = new RunLog()
  values = new Map<string, string>()
  /** What each cell showed when it ran last. */
  shown = new Map<string, string>()
  origins = new Map<string, number>()
  runs = 0
  /** Everything that happened, for the model below. */
  readonly history: {
    cell: string
    hash: string
    used: readonly string[]
    reads: Map<string, number>
    changed: string[]
  }[] = []

  constructor(cells: readonly Toy[]) {
    this.cells = cells.map((cell) => ({ ...cell }))
  }

  run(cell: Toy): void {
    const run = ++this.runs
    const analysis = analysisOf(cell)
    const reads = new Map(
      analysis.used.flatMap((name) => (this.origins.has(name) ? [[name, this.origins.get(name)!]] : [])),
    )
    const computed = compute(cell, this.values)
    const changed = cell.sets.filter((name) => this.values.get(name) !== computed(name))
    for (const name of cell.sets) {
      this.values.set(name, computed(name))
      this.origins.set(name, run)
    }
    this.shown.set(cell.id, computed('shown'))
    this.history.push({ cell: cell.id, hash: hashOf(cell), used: analysis.used, reads, changed })
    this.log.add({
      cell: cell.id,
      run,
      count: run,
      hash: hashOf(cell),
      analysis,
      flow: { reads: Object.fromEntries(reads), sets: changed },
      milliseconds: 0,
    })
  }

  now(): PlannedCell[] {
    return this.cells.map((cell) => ({
      id: cell.id,
      hash: hashOf(cell),
      shows: this.shown.has(cell.id),
      analysis: analysisOf(cell),
    }))
  }

  marks() {
    return staleMarks(this.now(), this.log)
  }

  plan(): Toy[] {
    const ids = runPlan(this.now(), new Set(this.marks().keys()), this.log)
    return ids.map((id) => this.cells.find((cell) => cell.id === id)!)
  }

  restart(): void {
    this.log.clear()
    this.values.clear()
    this.origins.clear()
    this.history.length = 0
  }
}

/** What a cell computes: a text for each name, from its own text and the values that it finds. */
function compute(cell: Toy, values: ReadonlyMap<string, string>): (name: string) => string {
  const used = analysisOf(cell).used.map((name) => `${name}=${values.get(name) ?? 'none'}`)
  return (name) => `${cell.text}:${name}(${used.join()})`
}

/** What every cell shows, and the values there are, in a run from top to bottom. */
function fresh(cells: readonly Toy[]): Map<string, string> {
  const values = new Map<string, string>()
  const shown = new Map<string, string>()
  for (const cell of cells) {
    const computed = compute(cell, values)
    for (const name of cell.sets) values.set(name, computed(name))
    shown.set(cell.id, computed('shown'))
  }
  return shown
}

/**
 * The definition, word by word and with no cleverness: for every cell, over the whole history, again and again until
 * nothing changes.
 */
function bruteForce({ cells, history }: Toys): Set<string> {
  const stale = new Set<string>()
  const last = (id: string) => history.findLastIndex(({ cell }) => cell === id)
  /** The last run of the cell that set the name; a cell whose latest run neither set nor mentions it provides it no more. */
  const setAt = (id: string, name: string): number => {
    const at = history.findLastIndex((each) => each.cell === id && each.changed.includes(name))
    if (at < 0 || at === last(id)) return at
    const { hash } = history[last(id)]!
    return (JSON.parse(hash) as [string[], string[]])[1].includes(name) ? at : -1
  }
  for (let round = 0; round <= cells.length; round++)
    for (const [index, cell] of cells.entries()) {
      const ran = last(cell.id)
      if (ran < 0) continue
      const run = history[ran]!
      if (run.hash !== hashOf(cell)) stale.add(cell.id)
      for (const name of run.used) {
        const candidates: string[] = []
        const above = cells.slice(0, index).filter(({ id }) => setAt(id, name) >= 0)
        const below = cells.slice(index + 1).filter(({ id }) => setAt(id, name) >= 0)
        const nearest = above.at(-1) ?? below[0]
        if (nearest) candidates.push(nearest.id)
        const read = run.reads.get(name)
        const reallyFrom = read === undefined ? undefined : history[read - 1]!.cell
        if (reallyFrom !== undefined && cells.some(({ id }) => id === reallyFrom)) candidates.push(reallyFrom)
        for (const candidate of candidates) {
          if (candidate === cell.id || setAt(candidate, name) < 0) continue
          if (setAt(candidate, name) > ran || stale.has(candidate)) stale.add(cell.id)
        }
      }
    }
  return stale
}

const NAMES = ['a', 'b', 'c', 'd']
const names = fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 })

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('run' as const), at: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('edit' as const), at: fc.nat(9), text: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rewrite' as const), at: fc.nat(9), uses: names, sets: names }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), at: fc.nat(9), to: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('runAll' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function apply(toys: Toys, step: Step): void {
  const { cells } = toys
  if (step.kind === 'runAll') return cells.forEach((cell) => toys.run(cell))
  const cell = cells[step.at % cells.length]
  if (!cell) return
  switch (step.kind) {
    case 'run':
      return toys.run(cell)
    case 'edit':
      cell.text = step.text
      return
    case 'rewrite':
      cell.uses = step.uses
      cell.sets = step.sets
      return
    case 'move':
      cells.splice(cells.indexOf(cell), 1)
      cells.splice(step.to % (cells.length + 1), 0, cell)
      return
    case 'delete':
      if (cells.length > 2) cells.splice(cells.indexOf(cell), 1)
  }
}

const toys = (sets: fc.Arbitrary<readonly string[]>) =>
  fc
    .array(fc.record({ uses: names, sets, text: fc.nat(3) }), { minLength: 2, maxLength: 6 })
    .map((cells) => cells.map((cell, index) => ({ ...cell, id: `c${index}` })))

test('random edits, runs, moves and deletions: the marks are those of the definition', () => {
  fc.assert(
    fc.property(toys(names), fc.array(step, { maxLength: 25 }), (cells, steps) => {
      const notebook = new Toys(cells)
      for (const each of steps) {
        apply(notebook, each)
        assert.deepEqual(
          [...notebook.marks().keys()].sort(),
          [...bruteForce(notebook)].sort(),
          JSON.stringify(notebook.cells),
        )
      }
    }),
    { numRuns: 500 },
  )
})

test('a run from top to bottom leaves nothing stale, whoever sets what', () => {
  fc.assert(
    fc.property(toys(names), fc.array(step, { maxLength: 8 }), (cells, steps) => {
      const notebook = new Toys(cells)
      for (const each of steps) apply(notebook, each)
      notebook.restart()
      notebook.cells.forEach((cell) => notebook.run(cell))
      const below = notebook.cells.flatMap((cell, index) =>
        analysisOf(cell).used.filter(
          (name) =>
            !notebook.cells.slice(0, index).some(({ sets }) => sets.includes(name)) &&
            notebook.cells.slice(index + 1).some(({ sets }) => sets.includes(name)),
        ),
      )
      // What a cell used before any cell above had set it has been set since.
      fc.pre(below.length === 0)
      assert.deepEqual([...notebook.marks()], [])
    }),
  )
})

/** Notebooks in which every name is set by one cell only, and used below it only. */
const tidy = fc
  .array(fc.record({ uses: fc.uniqueArray(fc.nat(9), { maxLength: 3 }), text: fc.nat(3) }), {
    minLength: 2,
    maxLength: 8,
  })
  .map((cells) =>
    cells.map(({ uses, text }, index) => ({
      id: `c${index}`,
      sets: [`n${index}`],
      uses: [...new Set(uses.filter((use) => use < index).map((use) => `n${use}`))],
      text,
    })),
  )

test('running the stale cells gives what a run from top to bottom would, and then nothing is stale', () => {
  fc.assert(
    fc.property(tidy, fc.array(step, { maxLength: 12 }), (cells, steps) => {
      const notebook = new Toys(cells)
      notebook.cells.forEach((cell) => notebook.run(cell))
      for (const each of steps) if (each.kind === 'run' || each.kind === 'edit') apply(notebook, each)
      const before = notebook.shown
      const truth = fresh(notebook.cells)
      const plan = notebook.plan()
      for (const { id } of notebook.cells)
        if (before.get(id) !== truth.get(id))
          assert.ok(
            plan.some((cell) => cell.id === id),
            `${id} is out of date`,
          )
      for (const cell of plan) notebook.run(cell)
      assert.deepEqual(notebook.shown, truth)
      assert.deepEqual([...notebook.marks()], [])
      assert.deepEqual(notebook.plan(), [])
    }),
    { numRuns: 300 },
  )
})

test('only what is needed runs: nothing above an edited cell, nothing beside it', () => {
  const notebook = new Toys([
    { id: 'data', sets: ['a'], uses: [], text: 0 },
    { id: 'model', sets: ['b'], uses: ['a'], text: 0 },
    { id: 'other', sets: ['c'], uses: ['a'], text: 0 },
    { id: 'plot', sets: [], uses: ['b'], text: 0 },
  ])
  notebook.cells.forEach((cell) => notebook.run(cell))
  notebook.cells[1]!.text = 1
  assert.deepEqual(Object.fromEntries(notebook.marks()), {
    model: { kind: 'edited' },
    plot: { kind: 'follows', name: 'b', cell: 'model' },
  })
  assert.deepEqual(
    notebook.plan().map(({ id }) => id),
    ['model', 'plot'],
  )
  notebook.run(notebook.cells[1]!)
  assert.deepEqual(Object.fromEntries(notebook.marks()), {
    plot: { kind: 'changed', name: 'b', cell: 'model' },
  })
})

test('a name that another cell has meanwhile taken is set again by the cell it comes from', () => {
  const notebook = new Toys([
    { id: 'first', sets: ['x'], uses: [], text: 1 },
    { id: 'uses', sets: [], uses: ['x'], text: 0 },
    { id: 'second', sets: ['x'], uses: [], text: 2 },
  ])
  notebook.cells.forEach((cell) => notebook.run(cell))
  notebook.cells[1]!.text = 5
  assert.deepEqual(
    notebook.plan().map(({ id }) => id),
    ['first', 'uses'],
  )
})

test('after a restart everything that had run is to run again; cells of an earlier session are told apart', () => {
  const notebook = new Toys([
    { id: 'ran', sets: ['a'], uses: [], text: 0 },
    { id: 'never', sets: ['b'], uses: ['a'], text: 0 },
    { id: 'old', sets: [], uses: ['b'], text: 0 },
  ])
  notebook.shown.set('old', 'in the file')
  notebook.run(notebook.cells[0]!)
  assert.deepEqual(Object.fromEntries(notebook.marks()), { old: { kind: 'reopened' } })
  // What the old cell uses was never there: the cell that sets it is needed as well.
  assert.deepEqual(
    notebook.plan().map(({ id }) => id),
    ['never', 'old'],
  )
  notebook.restart()
  assert.deepEqual(Object.fromEntries(notebook.marks()), {
    ran: { kind: 'restarted' },
    old: { kind: 'reopened' },
  })
  assert.deepEqual(
    notebook.plan().map(({ id }) => id),
    ['ran', 'never', 'old'],
  )
})
