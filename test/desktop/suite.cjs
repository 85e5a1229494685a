// Runs inside a desktop VS Code: a notebook opens, a cell runs in the runtime view, and its output is there.
const assert = require('node:assert/strict')
const vscode = require('vscode')

exports.run = async () => {
  const cell = (text) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'genbook-typescript')
  const data = new vscode.NotebookData([cell('const answer = 6 * 7'), cell('answer')])
  const notebook = await vscode.workspace.openNotebookDocument('genbook', data)
  await vscode.window.showNotebookDocument(notebook)
  await vscode.commands.executeCommand('notebook.selectKernel', {
    id: 'genbook-kernel',
    extension: 'genbook.genbook',
  })

  const ended = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the cells did not end within two minutes')), 120_000)
    const listener = vscode.workspace.onDidChangeNotebookDocument(() => {
      if (notebook.getCells().some(({ executionSummary }) => executionSummary?.success === undefined)) return
      clearTimeout(timer)
      listener.dispose()
      resolve()
    })
  })
  await vscode.commands.executeCommand('notebook.execute', notebook.uri)
  await ended

  assert.deepEqual(
    notebook.getCells().map(({ executionSummary }) => executionSummary.success),
    [true, true],
  )
  const texts = notebook
    .cellAt(1)
    .outputs.flatMap(({ items }) => items)
    .filter(({ mime }) => mime === 'text/plain')
    .map(({ data }) => new TextDecoder().decode(data))
  assert.deepEqual(texts, ['42'])
  console.log('1 passed, 0 failed')
}
