/** What cells that go wrong, or on for too long, do to outputs and to the session. */
import assert from 'node:assert/strict'
import { scenario, until } from './harness'

const everywhere = { hosts: ['server', 'web'] } as const

scenario(
  'a cell with a type error has a note above its output, and runs',
  async ({ notebook }) => {
    const book = await notebook(["console.log('it ran')\nconst s: number = 'no'"])
    const { success } = await book.runCell(0)
    assert.equal(success, true)
    await book.waitForOutput(
      0,
      (text) =>
        text.includes("line 2, column 7: Type 'string' is not assignable to type 'number'.") &&
        text.includes('it ran'),
    )
    const kinds = (await book.cell(0)).outputs.map(({ items }) => items[0]?.mime)
    assert.deepEqual(kinds, ['text/markdown', 'application/vnd.code.notebook.stdout'])
  },
  everywhere,
)

scenario('the checker’s note is shown also when it comes after the cell has ended', async ({ notebook }) => {
  // The first check reads all declarations, which takes longer than an empty cell.
  const book = await notebook(["const s: number = 'no'"])
  await book.runCell(0)
  await book.waitForOutput(0, 'not assignable')
  assert.equal((await book.cell(0)).success, true)
})

scenario(
  'the checker’s note is shown also when it was known before the cell ran',
  async ({ code, notebook }) => {
    const book = await notebook(["const s: number = 'no'"])
    await until('the squiggle', () =>
      code.evaluate((vscode) => vscode.languages.getDiagnostics().some(([, found]) => found.length > 0)),
    )
    for (let run = 0; run < 2; run++) {
      await book.runCell(0)
      await book.waitForOutput(0, 'not assignable')
    }
  },
  everywhere,
)

scenario(
  'a cell with a syntax error fails at its place, and what ran before is kept',
  async ({ notebook }) => {
    const book = await notebook(['const kept = 7', 'const = 3', 'kept'])
    await book.runCell(0)
    assert.equal((await book.runCell(1)).success, false)
    await book.waitForOutput(1, /SyntaxError[^]*cell \[2\], line 1, column 7/)
    await book.runCell(2)
    await book.waitForOutput(2, /^7$/)
  },
)

scenario('an import that is not bundled fails with the list of what is', async ({ notebook }) => {
  const book = await notebook(["import fs from 'fs'"])
  assert.equal((await book.runCell(0)).success, false)
  await book.waitForOutput(0, /'genbook'[^]*'@tensorflow\/tfjs'/)
})

scenario('a failing cell ends Run All, and the cells after it do not run', async ({ notebook }) => {
  const book = await notebook(['1', "throw new Error('no further')", '3'])
  await book.runAll()
  assert.equal((await book.finished(1)).success, false)
  await book.waitForOutput(1, /Error: no further\n\s+at cell \[2\], line 1, column 7/)
  assert.deepEqual((await book.cell(2)).outputs, [])
  assert.equal((await book.cell(2)).order, undefined)
})

scenario('an error in a callback shows on the cell that made the callback', async ({ notebook }) => {
  const book = await notebook(["setTimeout(() => {\n  throw new Error('too late')\n}, 300)\n'armed'"])
  await book.runCell(0)
  const shown = await book.waitForOutput(0, 'too late')
  assert.match(shown, /armed[^]*Error: too late[^]*line 2, column 9/)
  assert.equal((await book.finished(0)).success, false)
})

scenario('what a finished cell prints later is added to its output', async ({ notebook }) => {
  const book = await notebook([
    'let n = 0\nconst timer = setInterval(() => {\n  console.log(`tick ${++n}`)\n  if (n === 5) clearInterval(timer)\n}, 40)',
  ])
  assert.equal((await book.runCell(0)).success, true)
  await book.waitForOutput(0, /tick 1\ntick 2\ntick 3\ntick 4\ntick 5/)
  assert.equal((await book.finished(0)).success, true)
})

scenario('Stop also forgets the cells that wait', async ({ notebook }) => {
  const book = await notebook(['0', 'while (true) {}', '2'])
  await book.runCell(0)
  await book.runAll()
  await book.waitForIcon(1, 'running')
  await book.pressStop()
  assert.equal((await book.finished(1)).success, false)
  await book.waitForIcon(2, 'none')
  assert.equal((await book.cell(2)).order, undefined)
})

scenario(
  'a cell that does not give way loses the session, says so and offers the way back',
  async ({ code, notebook }) => {
    await code.setSetting('genbook.stopGraceSeconds', 1)
    const book = await notebook(['const a = 5', "/(a+)+$/.test('a'.repeat(40) + 'b')", 'a'])
    await book.runCell(0)
    await book.startCell(1)
    await book.waitForIcon(1, 'running')
    await book.pressStop()
    assert.equal((await book.finished(1)).success, false)
    await book.waitForOutput(1, /did not stop within 1 s[^]*variables are gone/)
    await code.waitForNotification('variables of this notebook are gone')
    await code.answerNotification('Restart and Run Above')
    await until('the variable to be back', async () =>
      /\ba\b.*\bnumber\s+5/.test(await code.runtimeViewText()),
    )
    await book.runCell(2)
    await book.waitForOutput(2, /^5$/)
  },
)

scenario(
  'a display is updated in place, and shows the last update however fast they came',
  async ({ notebook }) => {
    const book = await notebook([
      "const shown = display('first')\nfor (let i = 0; i < 300; i++) {\n  await new Promise((r) => setTimeout(r, 1))\n  shown.update(`step ${i}${' '.repeat(20_000)}`)\n}\nconsole.log('done')",
    ])
    await book.runCell(0)
    const shown = await book.waitForOutput(0, 'done')
    assert.match(shown, /step 299/)
    assert.doesNotMatch(shown, /first|step (?!299)/)
    const stored = (await book.cell(0)).outputs.flatMap(({ items }) => items.map(({ text }) => text)).join('')
    assert.match(stored, /step 299 /)
    assert.doesNotMatch(stored, /first|step (?!299)/)
  },
)

scenario('a flood of lines is cut with a note, and the editor stays usable', async ({ code, notebook }) => {
  const book = await notebook(["for (let i = 0; i < 1e6; i++) console.log('line ' + i)", "'next'"])
  await book.runCell(0)
  const text = (await book.cell(0)).outputs.flatMap(({ items }) => items.map(({ text }) => text)).join('')
  assert.ok(text.length < 300_000, `${text.length} characters`)
  await book.runCell(1)
  await book.waitForOutput(1, 'next')
  await book.save()
  assert.ok((await code.readFile(book.path)).length < 1_000_000)
})
