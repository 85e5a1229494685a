import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CellIdentities, type CellState, isCellId, type JsonObject, newCellId } from '../../../src/notebook'
import { Random } from './random'

/** A cell of an editor that, like VS Code, keeps metadata only where the cell itself stays. */
interface EditorCell {
  readonly key: object
  type: 'code' | 'markdown'
  text: string
  id: string | undefined
  metadata: JsonObject
}

/** An editor with a notebook, applying the tracker's edits after each command. */
class Editor {
  cells: EditorCell[] = []
  private readonly identities: CellIdentities<object>
  private count = 0

  constructor(cells: readonly Partial<EditorCell>[]) {
    this.identities = new CellIdentities<object>(() => `fresh-${++this.count}`)
    this.cells = cells.map((cell) => this.cell(cell))
    this.sync()
  }

  cell(values: Partial<EditorCell>): EditorCell {
    return { key: {}, type: 'code', text: '', id: undefined, metadata: {}, ...values }
  }

  /** A cell as the clipboard gives it: text without metadata. */
  pasted({ type, text }: EditorCell): EditorCell {
    return this.cell({ type, text })
  }

  sync(): void {
    for (const edit of this.identities.update(this.cells.map((cell): CellState<object> => ({ ...cell })))) {
      const cell = this.cells.find(({ key }) => key === edit.key)
      assert(cell)
      cell.id = edit.id
      cell.metadata = edit.metadata
    }
    // Once applied, there is nothing left to do.
    assert.deepEqual(this.identities.update(this.cells.map((cell) => ({ ...cell }))), [])
    for (const { key, id } of this.cells) assert.equal(this.identities.identityOf(key), id)
  }

  run(command: (cells: EditorCell[]) => EditorCell[]): void {
    this.cells = command([...this.cells])
    this.sync()
  }

  at(index: number): EditorCell {
    const cell = this.cells[index]
    assert(cell)
    return cell
  }

  get ids(): (string | undefined)[] {
    return this.cells.map(({ id }) => id)
  }
}

const graded = { nbgrader: { grade_id: 'q1' }, tags: ['x'] }

test('cut and paste gives id and grading metadata back, once', () => {
  const editor = new Editor([
    { id: 'a', text: 'one\r\n', metadata: graded },
    { id: 'b', text: 'two' },
  ])
  const cut = editor.at(0)
  editor.run(([, b]) => (b ? [b] : []))
  editor.run((cells) => [...cells, editor.pasted({ ...cut, text: 'one\n' })])
  assert.deepEqual(editor.ids, ['b', 'a'])
  assert.deepEqual(editor.at(1).metadata, graded)
  editor.run((cells) => [...cells, editor.pasted(cut)])
  assert.deepEqual(editor.ids, ['b', 'a', 'fresh-1'])
  assert.deepEqual(editor.at(2).metadata, {})
})

test('a copy is a new cell, wherever it stands and whatever metadata it brings', () => {
  const editor = new Editor([{ id: 'a', text: 'one', metadata: graded }])
  editor.run((cells) => [editor.pasted(editor.at(0)), ...cells])
  assert.deepEqual(editor.ids, ['fresh-1', 'a'])
  editor.run((cells) => [editor.cell({ id: 'a', text: 'one', metadata: graded }), ...cells])
  assert.deepEqual(editor.ids, ['fresh-2', 'fresh-1', 'a'])
  assert.deepEqual(editor.at(0).metadata, { tags: ['x'] })
  assert.deepEqual(editor.at(2).metadata, graded)
})

test('when the original of a copy is deleted, another paste is the original', () => {
  const editor = new Editor([{ id: 'a', text: 'one', metadata: graded }])
  const copied = editor.at(0)
  editor.run(() => [])
  editor.run(() => [editor.pasted(copied)])
  assert.deepEqual(editor.ids, ['a'])
})

test('moving, splitting and joining keep the id with the first text', () => {
  const editor = new Editor([
    { id: 'a', text: 'one\ntwo', metadata: graded },
    { id: 'b', text: 'three' },
  ])
  editor.run((cells) => cells.reverse())
  assert.deepEqual(editor.ids, ['b', 'a'])
  editor.at(1).text = 'one'
  editor.run((cells) => [...cells, editor.cell({ text: 'two' })])
  assert.deepEqual(editor.ids, ['b', 'a', 'fresh-1'])
  assert.deepEqual(editor.at(1).metadata, graded)
  assert.deepEqual(editor.at(2).metadata, {})
  editor.at(1).text = 'one\ntwo'
  editor.run((cells) => cells.slice(0, 2))
  assert.deepEqual(editor.ids, ['b', 'a'])
})

test('a cell replaced in one change, as when its kind changes or it moves as a new object, stays itself', () => {
  const editor = new Editor([
    { id: 'a', text: 'one', metadata: graded },
    { id: 'b', text: 'two' },
  ])
  editor.run((cells) => cells.map((cell) => ({ ...cell, key: {}, type: 'markdown' })))
  assert.deepEqual(editor.ids, ['a', 'b'])
  editor.run((cells) => cells.reverse().map((cell) => editor.pasted(cell)))
  assert.deepEqual(editor.ids, ['b', 'a'])
  assert.deepEqual(editor.at(1).metadata, graded)
})

test('undo of a deletion brings the id with it, and nobody else gets it later', () => {
  const editor = new Editor([{ id: 'a', text: 'one', metadata: graded }])
  const deleted = editor.at(0)
  editor.run(() => [])
  editor.run(() => [{ ...deleted, key: {} }])
  assert.deepEqual(editor.ids, ['a'])
  editor.run((cells) => [...cells, editor.pasted(deleted)])
  assert.deepEqual(editor.ids, ['a', 'fresh-1'])
})

test('of several vanished cells with one text the latest comes back first', () => {
  const editor = new Editor([
    { id: 'a', text: 'same' },
    { id: 'b', text: 'same' },
    { id: 'm', text: 'same', type: 'markdown' },
  ])
  editor.run(([, b, m]) => (b && m ? [b, m] : []))
  editor.run(([, m]) => (m ? [m] : []))
  editor.run(() => [])
  editor.run(() => ['code', 'code', 'code'].map(() => editor.cell({ text: 'same' })))
  assert.deepEqual(editor.ids, ['b', 'a', 'fresh-1'])
})

test('a blank cell is recognised only directly after it went', () => {
  const editor = new Editor([
    { id: 'a', text: ' ', metadata: graded },
    { id: 'b', text: 'x' },
  ])
  editor.run(([, b]) => (b ? [b] : []))
  editor.run((cells) => [...cells, editor.cell({ text: ' ' })])
  assert.deepEqual(editor.ids, ['b', 'a'])
  editor.run(() => [editor.at(0)])
  editor.run(() => [])
  editor.run(() => [editor.cell({ text: ' ' })])
  assert.deepEqual(editor.ids, ['fresh-1'])
})

test('an undo that takes our metadata back is not fought, and the cell stays known', () => {
  const identities = new CellIdentities<string>(() => 'fresh')
  const cell = { key: 'k', type: 'code', text: 'x', id: undefined, metadata: {} } as const
  assert.deepEqual(identities.update([cell]), [{ key: 'k', id: 'fresh', metadata: {} }])
  assert.deepEqual(identities.update([{ ...cell, id: 'fresh', metadata: graded }]), [])
  assert.deepEqual(identities.update([cell]), [])
  assert.equal(identities.identityOf('k'), 'fresh')
  identities.update([])
  assert.deepEqual(identities.update([{ ...cell, key: 'l' }]), [{ key: 'l', id: 'fresh', metadata: graded }])
})

test('fresh ids are valid and free, whatever the source of randomness gives', () => {
  assert.equal(
    newCellId(
      (id) => id === 'same' || id === 'same-2',
      () => 'same',
    ),
    'same-3',
  )
  assert.equal(
    newCellId(
      () => false,
      () => ' !',
    ),
    'cell',
  )
  const ids = new Set(Array.from({ length: 1000 }, () => newCellId(() => false)))
  assert.equal(ids.size, 1000)
  for (const id of ids) assert(isCellId(id))
})

/** Random commands, against a model that is told what each command does where the tracker only sees what it led to. */
class Model {
  /** The id and text of every cell that was deleted, until it is back. */
  private gone: { id: string; text: string }[] = []
  readonly metadata = new Map<string, JsonObject>()

  deleted({ id = '', text }: EditorCell): void {
    this.gone.push({ id, text })
  }

  /** Checks a cell that came without metadata: a deleted one of its text, graded ones and late ones first, or new. */
  came({ id = '', text, metadata }: EditorCell, message: string): void {
    const matches = this.gone.filter((old) => old.text === text)
    const expected = matches.findLast((old) => this.metadata.get(old.id)?.nbgrader) ?? matches.at(-1)
    if (expected) assert.equal(id, expected.id, message)
    else {
      assert(!this.metadata.has(id), `${message}: ${id} is not new`)
      this.metadata.set(id, {})
    }
    assert.deepEqual(metadata, this.metadata.get(id), message)
    this.gone = this.gone.filter((old) => old.id !== id)
  }
}

test('ids and grading metadata stay with their text through random commands', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed)
    const model = new Model()
    let texts = 0
    const fresh = () => `text ${texts++}`
    const initial = Array.from({ length: 4 }, (_, i) => {
      const metadata = { nbgrader: { grade_id: `g${i}` } }
      model.metadata.set(`c${i}`, metadata)
      return { id: `c${i}`, text: fresh(), metadata }
    })
    const editor = new Editor(initial)
    let clipboard: string | undefined
    for (let step = 0; step < 60; step++) {
      const { cells } = editor
      const index = random.below(cells.length + 1)
      const cell = cells[index]
      const added = editor.cell({ text: fresh() })
      const before = new Map(cells.map(({ key, id }) => [key, id]))
      const remove = (at: number) => cells.splice(at, 1).forEach((each) => model.deleted(each))
      switch (random.below(8)) {
        case 0: // insert
          cells.splice(index, 0, added)
          break
        case 1: // copy
          clipboard = cell?.text
          break
        case 2: // cut
          clipboard = cell?.text
          remove(index)
          break
        case 3: // paste
          if (clipboard !== undefined) added.text = clipboard
          cells.splice(index, 0, added)
          break
        case 4: // move
          cells.splice(random.below(cells.length + 1), 0, ...cells.splice(index, 1))
          break
        case 5: // edit
          if (cell) cell.text = fresh()
          break
        case 6: // split
          if (cell) cell.text = fresh()
          cells.splice(index + 1, 0, added)
          break
        default: // join
          if (cell) cell.text = fresh()
          remove(index + 1)
      }
      editor.sync()
      const message = `seed ${seed}, step ${step}`
      assert.equal(new Set(editor.ids).size, cells.length, message)
      for (const { key, id } of cells) if (before.has(key)) assert.equal(id, before.get(key), message)
      if (cells.includes(added)) model.came(added, message)
    }
  }
})
