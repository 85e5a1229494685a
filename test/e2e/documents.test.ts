/** Files and cells keep what is theirs: through odd layouts, damage, cut and paste, renaming and second editors. */
import assert from 'node:assert/strict'
import { notebookText } from '../unit/notebook/samples'
import { scenario, until, type NotebookUnderTest } from './harness'

const everywhere = { hosts: ['server', 'web'] } as const

/** The ids of a notebook's cells, in order. */
async function ids(book: NotebookUnderTest): Promise<unknown[]> {
  return (await book.cells()).map(({ metadata }) => metadata['id'])
}

scenario(
  'an edit that is taken back leaves every byte of an oddly written file',
  async ({ code, folder }) => {
    const path = `${folder}/odd.genbook`
    await code.writeFile(path, notebookText)
    const book = await code.openNotebook(path)
    await book.editCell(0, '# Title\n\nanother')
    await book.editCell(0, '# Title\n\nTwo  \nlines')
    await until('the edit to count', () => book.isDirty())
    await book.save()
    assert.equal(await code.readFile(path), notebookText)
    await book.editCell(1, 'const a = 2')
    await book.save()
    const saved = await code.readFile(path)
    assert.ok(saved.includes('"scale": 1.0, "tiny": 1E-7'), 'numbers keep their characters')
    assert.ok(
      saved.includes('"odd key": 12345678901234567890'),
      'and so do those of the changed cell’s metadata',
    )
    assert.ok(saved.includes('const a = 2'))
  },
  everywhere,
)

scenario(
  'a file that is no notebook is an error at its place, opens as text there, and is left alone',
  async ({ code, folder }) => {
    const path = `${folder}/broken.genbook`
    const text = '{\n "nbformat": 4,\n "nbformat_minor": 5,\n "metadata": {},\n "cells": [ {"cell_type": }\n'
    await code.writeFile(path, text)
    await code.openFile(path)
    await code.waitForNotification('line 5, column 27')
    await code.answerNotification('Open as Text')
    // VS Code shows an editor a moment before it moves the cursor in it.
    await until('the text editor with the cursor at the error', () =>
      code.evaluate((vscode) => {
        const editor = vscode.window.activeTextEditor
        if (!editor?.document.uri.path.endsWith('broken.genbook')) return false
        const { line, character } = editor.selection.active
        return line === 4 && character === 26 && editor.document.languageId === 'genbook'
      }),
    )
    assert.equal(await code.readFile(path), text)
  },
  everywhere,
)

scenario('a cell that is cut and pasted keeps its id and its grading metadata', async ({ code, folder }) => {
  const path = `${folder}/graded.genbook`
  const graded = { grade_id: 'q1', grade: true, points: 3, solution: true, locked: false, schema_version: 3 }
  const cells = ['first', 'second', 'third'].map((name) => ({
    cell_type: 'code',
    id: name,
    metadata: name === 'second' ? { nbgrader: graded } : {},
    source: `'${name}'`,
    execution_count: null,
    outputs: [],
  }))
  await code.writeFile(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }))
  const book = await code.openNotebook(path)

  await book.select(1)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.cut'))
  await until('the cell to be gone', async () => (await book.cells()).length === 2)
  await book.select(1)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.paste'))
  await until('the cell to be itself again', async () => (await ids(book)).join() === 'first,third,second')
  const pasted = await book.cell(2)
  assert.deepEqual((pasted.metadata['metadata'] as { nbgrader: unknown }).nbgrader, graded)

  // A copy is another cell: the same text, its own id, and not graded a second time.
  await book.select(2)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.copyDown'))
  await until('the copy to have an id', async () => {
    const all = await ids(book)
    return all.length === 4 && all.every((id) => typeof id === 'string') && new Set(all).size === 4
  })
  const nbgrader = (await book.cells()).filter(
    ({ metadata }) => (metadata['metadata'] as { nbgrader?: unknown }).nbgrader,
  )
  assert.equal(nbgrader.length, 1)
  await book.save()
  const saved = JSON.parse(await code.readFile(path)) as { cells: { id: string; metadata: object }[] }
  assert.deepEqual(
    saved.cells.map(({ id }) => id),
    await ids(book),
  )
})

scenario('moving, splitting and joining cells keeps ids with their text', async ({ code, notebook }) => {
  const book = await notebook(["'a'", "'b1'\n'b2'", "'c'"])
  await book.select(0)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.moveDown'))
  await until('the cells to be in another order', async () => {
    return (await ids(book)).join() === 'cell-1,cell-0,cell-2'
  })
  await book.select(1)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.moveUp'))
  await until('the cells to be in order', async () => (await ids(book)).join() === 'cell-0,cell-1,cell-2')

  await book.select(1)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.joinBelow'))
  await until('two cells', async () => (await book.cells()).length === 2)
  assert.deepEqual(await ids(book), ['cell-0', 'cell-1'])
  assert.equal((await book.cell(1)).text, "'b1'\n'b2'\n'c'")

  await book.reveal(1).then((row) => row.locator('.monaco-editor .view-lines').first().click())
  await code.page.keyboard.press('Control+Home')
  await code.page.keyboard.press('ArrowDown')
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.split'))
  await until('three cells with ids', async () => {
    const all = await ids(book)
    return all.length === 3 && all.every((id) => typeof id === 'string') && new Set(all).size === 3
  })
  assert.deepEqual((await ids(book)).slice(0, 2), ['cell-0', 'cell-1'])
})

scenario('pasting can be undone', async ({ code, notebook }) => {
  const book = await notebook(["'a'", "'b'"])
  await book.select(0)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.copy'))
  await book.select(1)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.paste'))
  await until('three cells with ids', async () => {
    const all = await ids(book)
    return all.length === 3 && all.every((id) => typeof id === 'string')
  })
  // Out of the cell's text, which has an undo of its own.
  await code.page.keyboard.press('Escape')
  await until('two cells again', async () => {
    await code.evaluate((vscode) => vscode.commands.executeCommand('undo'))
    return (await book.cells()).length === 2
  })
  assert.deepEqual(await ids(book), ['cell-0', 'cell-1'])
})

scenario(
  'a notebook that is renamed while a cell runs keeps the run and its variables',
  async ({ code, folder, notebook }) => {
    const book = await notebook([
      'let kept = 20',
      'for (let i = 0; ; i++) {\n  await new Promise((done) => setTimeout(done, 100))\n  console.log(`step ${i}`)\n  kept = 21\n}',
      'kept * 2',
    ])
    await book.runCell(0)
    await book.startCell(1)
    await book.waitForOutput(1, 'step 2')
    await code.evaluate(async (vscode, folder) => {
      const base = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, folder)
      const edit = new vscode.WorkspaceEdit()
      edit.renameFile(vscode.Uri.joinPath(base, 'test.genbook'), vscode.Uri.joinPath(base, 'renamed.genbook'))
      await vscode.workspace.applyEdit(edit)
    }, folder)
    const renamed = code.notebookAt(`${folder}/renamed.genbook`)
    await until('the renamed notebook', () => renamed.isActive())
    const last = (await renamed.waitForOutput(1, /step 0\n[^]*step \d+$/)).match(/\d+$/)?.[0]
    await renamed.waitForOutput(1, `step ${Number(last) + 5}`)
    assert.equal((await renamed.status(1)).icon, 'running')
    await renamed.pressStop()
    assert.equal((await renamed.finished(1)).success, false)
    await renamed.runCell(2)
    await renamed.waitForOutput(2, /^42$/)
  },
)

scenario(
  'two notebooks have variables of their own, and can run at the same time',
  async ({ code, notebook }) => {
    const first = await notebook(["const mine = 'first'", 'while (true) {}', 'mine'], 'first.genbook')
    await first.runCell(0)
    await first.startCell(1)
    await first.waitForIcon(1, 'running')
    const second = await notebook(['typeof mine', "const mine = 'second'\nmine"], 'second.genbook')
    await second.runCell(0)
    await second.waitForOutput(0, 'undefined')
    await second.runCell(1)
    await second.waitForOutput(1, 'second')
    await code.openNotebook(first.path)
    await first.pressStop()
    await first.finished(1)
    await first.runCell(2)
    await first.waitForOutput(2, 'first')
  },
)

scenario('two editors of one notebook share its session', async ({ code, notebook }) => {
  const book = await notebook(['let n = 1', 'n'])
  await book.runCell(0)
  await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.splitEditorRight'))
  await until('two editors', () =>
    code.evaluate((vscode) => vscode.window.visibleNotebookEditors.length === 2),
  )
  // Run from the second editor, with a selection of its own.
  await book.select(1)
  await code.page.keyboard.press('Shift+Enter')
  assert.equal((await book.finished(1)).success, true)
  const { outputs } = await book.cell(1)
  assert.equal(outputs[0]?.items.at(-1)?.text, '1')
})

scenario('the outputs’ device is noted in the file', async ({ code, notebook }) => {
  await code.setSetting('genbook.backend', 'cpu')
  const book = await notebook(['1'])
  await book.runCell(0)
  await until('the stamp', async () => JSON.stringify(await book.metadata()).includes('"backend":"cpu"'))
  await book.save()
  const saved = JSON.parse(await code.readFile(book.path)) as {
    metadata: { genbook: { run: Record<string, unknown> } }
  }
  assert.equal(saved.metadata.genbook.run['backend'], 'cpu')
  assert.match(String(saved.metadata.genbook.run['version']), /^\d+\.\d+\.\d+$/)
})
