/** Writing in a genbook as a person does: with the keyboard and the mouse. */
import assert from 'node:assert/strict'
import type { CodeAction as Action } from 'vscode'
import type { NotebookUnderTest, VSCodeUnderTest } from './harness'
import { scenario, until } from './harness'

const everywhere = { hosts: ['server', 'web'] } as const
/** The first answer waits for the declarations to be read, on a machine that may be busy. */
const patient = { seconds: 120 } as const

scenario(
  'the list of completions opens while typing, and what is chosen is imported',
  async ({ code, notebook }) => {
    const book = await notebook(['const a = 1', ''])
    await book.type(1, 'const forward = ')
    const row = code.locator('.suggest-widget .monaco-list-row').filter({ hasText: /^vp/ }).first()
    await until(
      'vp in the list of completions',
      async () => {
        if (await row.isVisible()) return true
        // The list closes where the person goes on typing before it is there.
        await code.page.keyboard.type('v')
        await code.page.keyboard.type('p')
        await row.waitFor({ state: 'visible', timeout: 20_000 }).catch(() => {})
        if (await row.isVisible()) return true
        await code.page.keyboard.press('Backspace')
        await code.page.keyboard.press('Backspace')
        return false
      },
      patient,
    )
    await row.click()
    await until('the import', async () => {
      const { text } = await book.cell(1)
      return text === "import { vp } from 'genbook'\nconst forward = vp"
    })
  },
  everywhere,
)

scenario(
  'F2 renames in every cell',
  async ({ code, notebook }) => {
    // So far below that VS Code has not drawn the last one.
    const between = Array.from({ length: 40 }, (_, i) => `const line${i} = ${i}\n\n\n`)
    const book = await notebook(['const steps = 50', ...between, 'steps + 1'])
    await book.type(0, '')
    await code.page.keyboard.press('Control+Home')
    for (let i = 0; i < 'const s'.length; i++) await code.page.keyboard.press('ArrowRight')
    const box = code.locator('.rename-box input').first()
    await until(
      'the box for the new name',
      async () => {
        if (!(await box.isVisible())) await code.page.keyboard.press('F2')
        await box.waitFor({ state: 'visible', timeout: 10_000 })
        return true
      },
      patient,
    )
    await box.fill('count')
    await code.page.keyboard.press('Enter')
    await until('both cells renamed', async () => {
      const texts = (await book.cells()).map(({ text }) => text)
      return `${texts[0]}|${texts.at(-1)}` === 'const count = 50|count + 1'
    })
  },
  everywhere,
)

scenario(
  'the Problems panel follows the cells through edits, moves and deletions, until the notebook closes',
  async ({ code, notebook }) => {
    const book = await notebook(['const a = 1', "const b: number = 'two'", 'const c = 3'])
    const shows = (expected: string) =>
      until(
        `the Problems panel to show ${JSON.stringify(expected)}`,
        async () => (await problems(code, book)) === expected,
        patient,
      )
    await shows("const b: number = 'two': 2322")
    await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.actions.view.problems'))
    const panel = code.locator('.markers-panel')
    await until('the message in the panel', async () =>
      (await panel.innerText()).includes("Type 'string' is not assignable to type 'number'."),
    )

    await book.editCell(2, 'const c = 3\nconst d: string = a')
    await shows("const b: number = 'two': 2322|const d: string = a: 2322")

    // Down by one: the error goes with its cell.
    await book.select(1)
    await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.moveDown'))
    await until('the cells in another order', async () => (await book.cell(2)).text.includes('two'))
    await shows("const d: string = a: 2322|const b: number = 'two': 2322")

    // What was declared below is known there no more once its cell is gone.
    await book.select(2)
    await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.delete'))
    await shows('const d: string = a: 2322')
    await book.editCell(1, 'const c = 3\nconst d: number = a')
    await shows('')

    await book.editCell(1, 'const d: string = a')
    await shows('const d: string = a: 2322')
    await book.save()
    await book.close()
    await shows('')
  },
  { ...everywhere, seconds: 600 },
)

scenario('cells that are split and joined are checked as they then are', async ({ code, notebook }) => {
  const book = await notebook(['const a = 1\nconst b: string = a', 'b'])
  const shows = (expected: string) =>
    until(`problems: ${expected}`, async () => (await problems(code, book)) === expected, patient)
  await shows('const b: string = a: 2322')
  await book.type(0, '')
  await code.page.keyboard.press('Home')
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.split'))
  await until('three cells', async () => (await book.cells()).length === 3)
  await shows('const b: string = a: 2322')
  assert.deepEqual(
    (await book.cells()).map(({ text }) => text),
    ['const a = 1\n', 'const b: string = a', 'b'],
  )
  await book.editCell(1, 'const a: string = "s"')
  await shows('b: 2304')
  await book.select(0)
  await code.evaluate((vscode) => vscode.commands.executeCommand('notebook.cell.joinBelow'))
  await until('two cells', async () => (await book.cells()).length === 2)
  // In one text, the same name twice is an error.
  await until(
    'the error of the text',
    async () => /a = 1: 2451|: 2451/.test(await problems(code, book)),
    patient,
  )
})

scenario(
  'the light bulb mends a misspelt name',
  async ({ code, notebook }) => {
    const book = await notebook(['const steps = 50', 'stepz + 1'])
    await until('the error', async () => (await problems(code, book)).startsWith('stepz'), patient)
    await book.type(1, '')
    await code.page.keyboard.press('Home')
    const bulb = code.locator('[class*="codicon-gutter-lightbulb"]:visible, .lightBulbWidget:visible').first()
    await until('the light bulb', () => bulb.isVisible(), patient)
    const fix = code
      .locator('.action-widget .monaco-list-row')
      .filter({ hasText: "Change spelling to 'steps'" })
      .first()
    await until('the list of fixes', async () => {
      if (!(await fix.isVisible())) await code.page.keyboard.press('Control+.')
      await fix.waitFor({ state: 'visible', timeout: 10_000 })
      return true
    })
    await code.screenshot('language-light-bulb')
    await fix.click()
    await until('the mended cell', async () => (await book.cell(1)).text === 'steps + 1')
    await until('no error', async () => (await problems(code, book)) === '', patient)
  },
  everywhere,
)

scenario(
  'a hover shows shape and origin of a value, and a hint where it is not what the notebook says',
  async ({ code, notebook }) => {
    await code.setSetting('genbook.backend', 'wasm')
    const book = await notebook(['let x = tf.zeros([4, 2])', 'const y = x.shape', 'x = tf.ones([3])'])
    for (const cell of [0, 1]) await book.runCell(cell)
    await until(
      'the shape',
      async () =>
        /`\[4, 2\] float32`\s+Mean 0 ± 0, from 0 to 0\.\s+Set by cell \[1\]\./.test(
          await hover(code, book, 1, 10),
        ),
      patient,
    )
    const row = await book.reveal(0)
    await until(
      'the shape in the text',
      async () => (await row.innerText()).replaceAll('\u00a0', ' ').includes('[4, 2]'),
      patient,
    )
    assert.deepEqual(await hints(code), [])

    await book.runCell(2)
    await until(
      'the hint',
      async () =>
        (await hints(code)).join() ===
        'x: The value of x in the session: Set by cell [3], which stands further down.',
      patient,
    )
    assert.match(
      await hover(code, book, 1, 10),
      /`\[3\] float32`[^]*\*\*Set by cell \[3\], which stands further down\.\*\*/,
    )

    await book.runCell(0)
    await until('no hint', async () => (await hints(code)).length === 0, patient)
    await book.editCell(0, 'let x = tf.zeros([5, 2])')
    await until(
      'the hint of the edit',
      async () => /\[4\], which has been edited since/.test((await hints(code)).join()),
      patient,
    )
    await code.screenshot('language-session-hints')
  },
  everywhere,
)

scenario(
  'a letter is explained in code and in a formula, with its value in the session',
  async ({ code, notebook }) => {
    const text = 'By Bayes’ rule, with $\\gamma > 1$ and $\\bar\\alpha_t = \\prod_s \\alpha_s$.'
    const book = await notebook([`%md ${text}`, 'const gamma = 2.5'])
    assert.match(
      await hover(code, book, 0, text.indexOf('gamma')),
      /\*\*γ\*\* in Genbook: Strength of guidance/,
    )
    assert.match(
      await hover(code, book, 0, text.lastIndexOf('alpha')),
      /\*\*αₜ\*\*[^]*- \*\*DDPM, as in this formula\*\*: αₜ = 1 − βₜ/,
    )
    assert.equal(await hover(code, book, 0, 1), '')
    await book.runCell(1)
    await until('the value', async () =>
      /In the session: `gamma` number `2\.5`/.test(await hover(code, book, 0, text.indexOf('gamma'))),
    )
    await until(
      'the letter of the name',
      async () =>
        /const gamma: 2\.5[^]*In the session: `gamma` number `2\.5`[^]*\*\*γ\*\* in Genbook/.test(
          await hover(code, book, 1, 7),
        ),
      patient,
    )

    // As a person sees it: the cell's text, and the mouse on the letter.
    await code.evaluate(async (vscode) => {
      vscode.window.activeNotebookEditor!.selections = [new vscode.NotebookRange(0, 1)]
      await vscode.commands.executeCommand('notebook.cell.edit')
    })
    const row = await book.reveal(0)
    const word = row.locator('.view-line span span').filter({ hasText: 'gamma' }).first()
    const shown = code.locator('.monaco-hover').filter({ hasText: 'Strength of guidance' }).first()
    await until(
      'the hover over the formula',
      async () => {
        await word.hover({ timeout: 5000 })
        await shown.waitFor({ state: 'visible', timeout: 10_000 })
        return true
      },
      patient,
    )
    await code.screenshot('language-formula-hover')
  },
  everywhere,
)

scenario('Go to Definition opens the runtime’s declarations, to read', async ({ code, notebook }) => {
  const book = await notebook(["import { ddim } from 'genbook'\nddim"])
  await until('the checker', async () => (await hover(code, book, 0, 31)).includes('function ddim'), patient)
  await book.type(0, '')
  const opened = () =>
    code.evaluate((vscode) => {
      const { document, selection } = vscode.window.activeTextEditor ?? {}
      return {
        path: document?.uri.path,
        language: document?.languageId,
        word: document && selection && document.getText(document.getWordRangeAtPosition(selection.active)),
      }
    })
  await until(
    'the declarations',
    async () => {
      await code.page.keyboard.press('F12')
      return (await opened()).path?.endsWith('.d.ts')
    },
    patient,
  )
  const { path, language, word } = await opened()
  assert.equal(path, '/node_modules/genbook/models/samplers/ddim.d.ts')
  assert.equal(language, 'typescript')
  assert.equal(word, 'ddim')
  await code.page.keyboard.type('no')
  assert.equal(await code.evaluate((vscode) => vscode.window.activeTextEditor!.document.isDirty), false)
  await code.screenshot('language-declarations')
})

scenario('answers to a text that has changed meanwhile are never shown', async ({ code, notebook }) => {
  const book = await notebook(['const first = 1', 'first'])
  await until('the checker', async () => (await hover(code, book, 1, 1)).includes('const first'), patient)
  // A question, an edit that moves the word away, and a question again, with no pause in between.
  const texts = await code.evaluate(async (vscode) => {
    const { document } = vscode.window.activeNotebookEditor!.notebook.cellAt(1)
    const { uri } = document
    const ask = (character: number) =>
      vscode.commands
        .executeCommand<{ contents: { value: string }[] }[]>(
          'vscode.executeHoverProvider',
          uri,
          new vscode.Position(0, character),
        )
        .then((hovers) => hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n'))
    const answers: Promise<string>[] = []
    for (let round = 0; round < 20; round++) {
      const edit = new vscode.WorkspaceEdit()
      edit.replace(uri, new vscode.Range(0, 0, 0, 1000), round % 2 ? 'first' : `"${'_'.repeat(8)}", first`)
      const edited = vscode.workspace.applyEdit(edit)
      answers.push(Promise.resolve(ask(2)))
      await edited
      answers.push(Promise.resolve(ask(round % 2 ? 2 : 14)))
    }
    return Promise.all(answers)
  })
  // Asked in the same text in which the name stands there, it is always found: the odd questions are.
  const late = texts.filter((_, index) => index % 2)
  for (const text of late) assert.ok(text === '' || text.includes('const first'), text)
  assert.match(late.at(-1)!, /const first/)
})

scenario(
  'a snippet is offered by its words, and inserted with its places to fill in',
  async ({ code, notebook }) => {
    const book = await notebook([''])
    await book.type(0, 'score')
    const row = code
      .locator('.suggest-widget .monaco-list-row')
      .filter({ hasText: /^score field/ })
      .first()
    await until(
      'the snippet',
      async () => {
        if (!(await row.isVisible())) await code.page.keyboard.press('Control+Space')
        await row.waitFor({ state: 'visible', timeout: 10_000 })
        return true
      },
      patient,
    )
    await row.click()
    await until('its text', async () =>
      (await book.cell(0)).text.includes('plot.scoreField(model, { t: 0.1, range: [-3, 3] })'),
    )
  },
)

scenario(
  'a new notebook that has no file yet is helped with, too',
  async ({ code }) => {
    const ask = () =>
      code.evaluate(async (vscode) => {
        const open = vscode.workspace.notebookDocuments.find(({ isUntitled }) => isUntitled)
        const { Code } = vscode.NotebookCellKind
        const cells = ['const steps: number = "ten"', 'steps'].map(
          (text) => new vscode.NotebookCellData(Code, text, 'genbook-typescript'),
        )
        const notebook =
          open ?? (await vscode.workspace.openNotebookDocument('genbook', new vscode.NotebookData(cells)))
        const [first, second] = notebook.getCells()
        const hovers = await vscode.commands.executeCommand<{ contents: { value: string }[] }[]>(
          'vscode.executeHoverProvider',
          second!.document.uri,
          new vscode.Position(0, 1),
        )
        const codes = vscode.languages
          .getDiagnostics(first!.document.uri)
          .map(({ code }) => JSON.stringify(code))
        return `${codes.join()} ${hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join()}`
      })
    await until('hover and error', async () => /^2322 [^]*const steps: number/.test(await ask()), patient)
    // Shown, so that the scenario's end finds a tab to close without saving.
    await code.evaluate(async (vscode) => {
      const notebook = vscode.workspace.notebookDocuments.find(({ isUntitled }) => isUntitled)!
      await vscode.window.showNotebookDocument(notebook)
    })
  },
  everywhere,
)

scenario('arrows and comparisons are no brackets that lack another', async ({ notebook }) => {
  const book = await notebook([
    'const f = (x: number): Array<number> => (x > 2 ? [x >> 1] : [`${x}`.length])',
  ])
  const editor = (await book.reveal(0)).locator('.view-lines')
  await until(
    'brackets to be coloured',
    async () => (await editor.locator('.bracket-highlighting-0').count()) > 0,
  )
  assert.deepEqual(await editor.locator('.unexpected-closing-bracket').allInnerTexts(), [])
})

scenario('typing indents, closes brackets and continues comments', async ({ code, notebook }) => {
  const book = await notebook([''])
  const { keyboard } = code.page
  const becomes = (text: string) =>
    until(`the cell to be ${JSON.stringify(text)}`, async () => (await book.cell(0)).text === text)
  // As a person does, who sees each line before the next one.
  await book.type(0, '/**')
  await becomes('/** */')
  await keyboard.press('Enter')
  await becomes('/**\n * \n */')
  await keyboard.type('One.')
  await becomes('/**\n * One.\n */')
  await keyboard.press('Enter')
  await becomes('/**\n * One.\n * \n */')
  await keyboard.type('Two.')
  await keyboard.press('Control+End')
  await keyboard.press('Enter')
  await becomes('/**\n * One.\n * Two.\n */\n')
  await keyboard.type('if (1) {')
  await becomes('/**\n * One.\n * Two.\n */\nif (1) {}')
  await keyboard.press('Enter')
  await becomes('/**\n * One.\n * Two.\n */\nif (1) {\n  \n}')
})

scenario('Fix All mends everything that has one likely remedy', async ({ code, notebook }) => {
  const book = await notebook([
    'const steps = 50',
    'const m = mlp({ dim: 2, hidden: [stepz] })\nconst f = vp()',
  ])
  await until('the errors', async () => (await problems(code, book)).split('|').length === 3, patient)
  const title = await code.evaluate(async (vscode) => {
    const { document } = vscode.window.activeNotebookEditor!.notebook.cellAt(1)
    const actions = await vscode.commands.executeCommand<Action[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
      'source.fixAll',
      10,
    )
    const action = actions.find(({ edit }) => edit)
    if (action?.edit) await vscode.workspace.applyEdit(action.edit)
    return action?.title ?? ''
  })
  assert.equal(title, 'Fix All')
  await until('the mended cell', async () => {
    const { text } = await book.cell(1)
    return (
      text === "import { mlp, vp } from 'genbook'\nconst m = mlp({ dim: 2, hidden: [steps] })\nconst f = vp()"
    )
  })
  await until('no error', async () => (await problems(code, book)) === '', patient)
})

/** What the Problems panel holds of a notebook, as `text of the line: code`, in document order. */
function problems(code: VSCodeUnderTest, { path }: NotebookUnderTest): Promise<string> {
  return code.evaluate((vscode, path) => {
    const order = new Map(
      vscode.workspace.notebookDocuments.flatMap((notebook) =>
        notebook
          .getCells()
          .map(({ document }, index) => [document.uri.toString(), { index, document }] as const),
      ),
    )
    return vscode.languages
      .getDiagnostics()
      .filter(([uri]) => uri.path.endsWith(path))
      .flatMap(([uri, found]) =>
        found
          .filter(({ source }) => source === 'genbook')
          .map(({ range, code }) => {
            const cell = order.get(uri.toString())
            const line = cell?.document.lineAt(range.start.line).text ?? 'a cell that is gone'
            return {
              index: cell?.index ?? -1,
              text: `${line}: ${String(typeof code === 'object' ? code.value : code)}`,
            }
          }),
      )
      .sort((a, b) => a.index - b.index)
      .map(({ text }) => text)
      .join('|')
  }, `/${path}`)
}

/** The hints about values of the session, as `name: message`. */
function hints(code: VSCodeUnderTest): Promise<string[]> {
  return code.evaluate((vscode) =>
    vscode.languages.getDiagnostics().flatMap(([uri, found]) => {
      const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells())
      const document = cells.find((cell) => cell.document.uri.toString() === uri.toString())?.document
      return found
        .filter(({ source }) => source === 'genbook-session')
        .map(({ range, message }) => `${document?.getText(range)}: ${message}`)
    }),
  )
}

/** What a hover shows at an offset of a cell, as Markdown. */
function hover(
  code: VSCodeUnderTest,
  book: NotebookUnderTest,
  cell: number,
  offset: number,
): Promise<string> {
  return code.evaluate(
    async (vscode, path, cell, offset) => {
      const notebook = vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))!
      const { document } = notebook.cellAt(cell)
      const hovers = await vscode.commands.executeCommand<{ contents: { value: string }[] }[]>(
        'vscode.executeHoverProvider',
        document.uri,
        document.positionAt(offset),
      )
      return hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n\n')
    },
    `/${book.path}`,
    cell,
    offset,
  )
}
