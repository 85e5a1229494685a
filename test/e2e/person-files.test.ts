/** What a person does with files: save, close, reopen, make new ones, export. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pngFacts } from '../headless/cli/png'
import { scenario, until } from './harness'

const picture =
  "import { data, plot } from 'genbook'\nplot.samples({ data: data.moons({ noise: 0.05 }).draw(300) })"

scenario(
  'a saved notebook reopens with its source, outputs and pictures as they were',
  async ({ code, folder, notebook }) => {
    const book = await notebook(['%md # Moons', 'console.log("before")\n6 * 7', picture])
    await book.runAll()
    await book.allFinished()
    const drawn = await book.waitForFigures(2)
    const texts = await book.outputTexts(1)
    const before = await book.cells()
    assert.deepEqual(
      before.map(({ success }) => success),
      [undefined, true, true],
    )
    await book.save()
    assert.equal(await book.isDirty(), false)
    const saved = await code.readFile(`${folder}/test.genbook`)
    await book.close()

    const again = await code.openNotebook(`${folder}/test.genbook`)
    const after = await again.cells()
    // What a person sees: the order of a figure's keys and VS Code's own notes on an output are nobody's business.
    const meaning = (mime: string, text: string): unknown => (mime.endsWith('json') ? JSON.parse(text) : text)
    const lasting = (cells: typeof before) =>
      cells.map(({ outputs, order: _order, success: _success, ...cell }) => ({
        ...cell,
        outputs: outputs.map(({ items }) => items.map(({ mime, text }) => [mime, meaning(mime, text)])),
      }))
    assert.deepEqual(lasting(after), lasting(before))
    assert.deepEqual(await again.outputTexts(1), texts)
    assert.deepEqual(await again.waitForFigures(2), drawn)

    // Saving what nobody changed changes no byte.
    await again.editCell(1, '6 * 8')
    await again.editCell(1, 'console.log("before")\n6 * 7')
    await again.save()
    assert.equal(await code.readFile(`${folder}/test.genbook`), saved)
  },
  { hosts: ['server', 'web'] },
)

scenario(
  'New Genbook opens a notebook that runs',
  async ({ code }) => {
    await code.command('Genbook: New Genbook')
    await code.pick('Blank')
    const path = await until('an untitled notebook', () =>
      code.evaluate((vscode) => {
        const uri = vscode.window.activeNotebookEditor?.notebook.uri
        return uri?.scheme === 'untitled' ? uri.path : ''
      }),
    )
    const book = code.notebookAt(path)
    assert.equal((await book.runCell(0)).success, true)
    const [figure] = await book.waitForFigures(0)
    assert.ok(figure!.traces.some(({ points }) => points === 1000))
  },
  { hosts: ['server', 'web'] },
)

for (const [label, extension, expected] of [
  ['HTML', 'html', /<!doctype html>[\s\S]*Moons/i],
  ['Jupyter', 'ipynb', /"cell_type": ?"code"[\s\S]*"nbformat": ?4/],
  ['TypeScript', 'ts', /Moons[\s\S]*const answer = 6 \* 7/],
] as const)
  scenario(`Export writes ${label}`, async ({ code, folder, notebook }) => {
    const book = await notebook(['%md # Moons', 'const answer = 6 * 7\nanswer'])
    await book.runCell(1)
    await code.command('Genbook: Export')
    await code.pick(label)
    // VS Code's own file dialog, with the place beside the notebook filled in.
    await code.answerFileDialog()
    await code.waitForNotification(`Exported to ${folder}/test.${extension}`)
    assert.match(await code.readFile(`${folder}/test.${extension}`), expected)
  })

scenario(
  'an exported Jupyter notebook has a picture beside each figure',
  async ({ code, folder, notebook }) => {
    const book = await notebook([picture])
    await book.runCell(0)
    await code.command('Genbook: Export')
    await code.pick('Jupyter')
    await code.answerFileDialog()
    await code.waitForNotification(`Exported to ${folder}/test.ipynb`)
    const { cells } = JSON.parse(await code.readFile(`${folder}/test.ipynb`)) as {
      cells: { outputs: { data: Record<string, string> }[] }[]
    }
    const { width, coloured } = pngFacts(Buffer.from(cells[0]!.outputs[0]!.data['image/png']!, 'base64'))
    assert.ok(width >= 1000 && coloured > 1000, `${width} pixels across, ${coloured} coloured`)
    assert.equal(await book.isActive(), true, 'the tab that drew them is gone')
  },
  { hosts: ['server', 'web'] },
)

scenario(
  'a notebook is exported as a project that Node runs',
  async ({ code, folder, notebook }) => {
    await notebook(['const answer = 6 * 7', 'answer'])
    await code.command('Genbook: Export')
    await code.pick('Project')
    await code.answerFileDialog()
    await code.waitForNotification(`Exported to ${folder}/test-project`, { seconds: 120 })
    assert.match(await code.readFile(`${folder}/test-project/notebook.ts`), /^const answer = 6 \* 7$/m)
    const script = await code.readFile(`${folder}/test-project/genbook/dist/genbook.mjs`)
    assert.equal(script, await readFile(join(process.cwd(), 'dist/genbook.mjs'), 'utf8'))
  },
  { hosts: ['server', 'web'] },
)

scenario(
  'a cell reads files beside its notebook',
  async ({ code, folder, notebook }) => {
    await code.writeFile(`${folder}/data/points.csv`, 'x,y\n1,2\n3,4\n')
    const book = await notebook([
      "import { data, readFolder, readText } from 'genbook'\nconst table = data.csv(await readText('data/points.csv'))\ntable.size",
      "Object.keys(await readFolder('.', { ending: '.csv' }))",
      "await readText('../outside.csv')",
    ])
    await code.writeFile('outside.csv', 'x\n1\n')
    assert.equal((await book.runCell(0)).success, true)
    assert.deepEqual(await book.outputTexts(0), ['2'])
    await book.runCell(1)
    assert.match((await book.outputTexts(1)).join(), /data\/points\.csv/)
    assert.equal((await book.runCell(2)).success, false)
    assert.match((await book.outputTexts(2)).join(), /a path leads from the notebook’s folder into it/)
  },
  { hosts: ['server', 'web'] },
)
