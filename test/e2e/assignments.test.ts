/** An instructor marks cells and previews the release; a student answers, sees points, and checks before handing in. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseNotebook, writeNotebook } from '../../src/notebook'
import { releaseNotebook, type Shares } from '../../src/notebook/grading'
import { scenario, until, type NotebookUnderTest, type Scenario } from './harness'

const everywhere = { hosts: ['server', 'web'], seconds: 600 } as const

const master = parseNotebook(
  readFileSync(join(process.cwd(), 'examples/assignment/master/scores.genbook'), 'utf8'),
).notebook

/** What each test of the example is worth. */
const SHARES: Shares = new Map<string, Record<string, number>>([
  ['score-tests', { 'the standard Gaussian': 1, 'it points to the mean': 1, 'any mean and deviation': 1 }],
  ['ddpm-tests', { 'no prediction, no change but the scale': 1, 'the noise is taken out': 1 }],
])

interface Marks {
  readonly grade_id: string
  readonly points?: number
  readonly solution: boolean
  readonly grade: boolean
}

async function marks(book: NotebookUnderTest, index: number): Promise<Marks | undefined> {
  const { metadata } = await book.cell(index)
  return (metadata['metadata'] as { nbgrader?: Marks } | undefined)?.nbgrader
}

/** Presses an item of a cell's status bar. */
async function press(book: NotebookUnderTest, index: number, text: string): Promise<void> {
  await until(`“${text}” below cell ${index} to be pressed`, async () => {
    const row = await book.reveal(index)
    await row.locator('.cell-status-item').filter({ hasText: text }).first().click({ timeout: 3000 })
    return true
  })
}

/** Waits until a cell's status bar shows a text. */
async function shows(book: NotebookUnderTest, index: number, text: string | RegExp): Promise<void> {
  await until(`${String(text)} below cell ${index}`, async () => {
    const row = await book.reveal(index)
    return (await row.locator('.cell-status-item').filter({ hasText: text }).count()) > 0
  })
}

const indexOf = (id: string) => master.cells.findIndex((cell) => cell.id === id)

/** Opens the example as students get it. */
async function released({ code, folder }: Scenario): Promise<NotebookUnderTest> {
  await code.writeFile(`${folder}/scores.genbook`, writeNotebook(releaseNotebook(master, SHARES)))
  return code.openNotebook(`${folder}/scores.genbook`)
}

scenario(
  'an instructor marks cells, gives points, reads what is wrong, and previews the release',
  async (scenario) => {
    const { code } = scenario
    const book = await scenario.notebook([
      '// BEGIN SOLUTION\nconst double = (x: number) => 2 * x\n// END SOLUTION',
      "test('two', { run: () => double(1), expect: 2 })",
      '%md Why?',
    ])
    await book.select(0)
    await code.command('Genbook: Mark Cell for Grading')
    await code.pick(/Solution/)
    await until('the mark', async () => (await marks(book, 0))?.solution)
    await press(book, 1, 'Mark')
    await code.pick(/Tests/)
    await shows(book, 1, '1 point')
    await press(book, 1, '1 point')
    const input = code.page.locator('.quick-input-widget').filter({ hasText: 'Points of' }).locator('input')
    await input.fill('3')
    await input.press('Enter')
    await until('3 points', async () => (await marks(book, 1))?.points === 3)
    // Rendered text has no status bar: its button stands above it. Not awaited, since it waits for the choice.
    await code.evaluate((vscode) => {
      const cell = vscode.window.activeNotebookEditor?.notebook.cellAt(2)
      void vscode.commands.executeCommand('genbook.markCell', cell)
    })
    await code.pick(/Manual answer/)
    await until('the manual answer', async () => (await marks(book, 2))?.grade)
    await code.waitForStatusBar(/4 points/)
    await code.screenshot('assignment-marked')

    // A mark is an edit like any other.
    await code.page.keyboard.press('Escape')
    await until('the mark to be undone', async () => {
      await code.evaluate((vscode) => vscode.commands.executeCommand('undo'))
      return (await marks(book, 2)) === undefined
    })
    await code.waitForStatusBar(/3 points/)

    await book.editCell(1, 'const a = 1\n// BEGIN HIDDEN TESTS\nconst b = 2')
    const problems = await until('the problems', async () => {
      const found = await code.evaluate((vscode) =>
        vscode.languages
          .getDiagnostics()
          .flatMap(([, list]) => list.map((one) => `${one.range.start.line}: ${one.message}`)),
      )
      return found.some((text) => text.includes('BEGIN HIDDEN TESTS has no END')) ? found : undefined
    })
    assert.ok(problems.some((text) => text.startsWith('1: BEGIN HIDDEN TESTS has no END')))
    assert.ok(problems.some((text) => text.includes('declares no test')))

    await book.editCell(1, "test('two', { run: () => double(1), expect: 2 })")
    await book.toolbar('Preview Release')
    const preview = code.notebookAt('test (released).genbook')
    const text = await until('the preview', async () => {
      const [first] = await preview.cells().catch(() => [])
      return first?.text
    })
    assert.equal(text, "throw new Error('Write your answer here')")
    await code.page.locator('.view-line').filter({ hasText: 'Write your answer here' }).first().waitFor()
    await code.screenshot('assignment-preview')

    await code.closeAllEditors()
    await until('the problems to go with the editors', async () =>
      code.evaluate((vscode) => vscode.languages.getDiagnostics().every(([, list]) => list.length === 0)),
    )
  },
  everywhere,
)

scenario(
  'a student cannot change locked cells, keeps what was typed, and sees points of visible tests',
  async (scenario) => {
    const { code } = scenario
    const book = await released(scenario)
    const setup = indexOf('setup')
    const locked = (await book.cell(setup)).text
    await shows(book, setup, 'Locked')
    await shows(book, indexOf('score'), 'Your answer')
    await shows(book, indexOf('score-tests'), '3 points')

    await book.reveal(setup).then((row) => row.locator('.monaco-editor .view-lines').first().click())
    await code.page.keyboard.press('Control+End')
    await code.page.keyboard.insertText('\nconst mine = 42')
    await code.waitForNotification('This cell is locked')
    await code.screenshot('assignment-locked')
    await until('the text to be put back', async () => (await book.cell(setup)).text === locked)
    await code.answerNotification('Put My Text into a New Cell')
    const own = await until('my text in a cell of my own', async () => {
      const { text } = await book.cell(setup + 1)
      return text.includes('mine') && text
    })
    assert.equal(own.trim(), 'const mine = 42')
    assert.equal((await book.cell(setup)).text, locked)

    const shift = 1
    const solution = master.cells[indexOf('score')]!.source.replace(/^.*(BEGIN|END) SOLUTION.*\n/gm, '')
    await book.editCell(indexOf('score') + shift, solution)
    await book.runAll()
    const tests = indexOf('score-tests') + shift
    await until('the tests to run', async () => (await book.cell(tests)).success, { seconds: 240 })
    await shows(book, tests, '2 of 2 points')
    await code.waitForStatusBar(/2 of 10 points/)
    await code.screenshot('assignment-points')
  },
  everywhere,
)

scenario(
  'the check before handing in names what is missing, leads there, and restores cells that vanished',
  async (scenario) => {
    const { code } = scenario
    const book = await released(scenario)
    const before = (await book.cells()).map(({ text }) => text)
    const index = indexOf('ddpm-mean')
    await book.select(index)
    await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.delete'))
    await until('the cell to be gone', async () => (await book.cells()).length === before.length - 1)

    await book.toolbar('Check Before Handing In')
    const list = code.page.locator('.quick-input-list')
    await list.getByText('The cell “ddpm-mean” is not in the notebook any more.').waitFor()
    await list.getByText('The answer “score” is still to be written.').waitFor()
    await code.screenshot('assignment-check')
    await code.pick(/Restore the cell/)
    await until('the cell to be back', async () => (await book.cells()).length === before.length)
    assert.deepEqual(
      (await book.cells()).map(({ text }) => text),
      before,
    )
    assert.equal((await marks(book, index))?.grade_id, 'ddpm-mean')
    assert.equal((await book.cell(index)).metadata['id'], 'ddpm-mean')

    // The list comes again, without what was restored, and leads to what it names.
    await code.pick(/The answer “why” is still to be written/)
    await until('the cell to be selected', () =>
      code.evaluate(
        (vscode, wanted) => vscode.window.activeNotebookEditor?.selection.start === wanted,
        indexOf('why'),
      ),
    )
  },
  everywhere,
)
