/** Cells stepped through with VS Code's own debugger: by line, to breakpoints, through derivations and samplers. */
import assert from 'node:assert/strict'
import { scenario, until, type VSCodeUnderTest } from './harness'
import { debugEnds, evaluated, pausedAt, runByLine, seenInPane } from './harness/debugging'

const everywhere = { hosts: ['server', 'web'], seconds: 600 } as const

/** The number of the line that is highlighted in a cell's editor. */
async function highlighted(code: VSCodeUnderTest): Promise<boolean> {
  return code.page.locator('.notebookOverlay .debug-top-stack-frame-line').first().isVisible()
}

scenario(
  'Run by Line goes through a cell line by line, shows its variables, and keeps them',
  async ({ code, notebook }) => {
    const book = await notebook([
      'const x = tf.range(0, 6).reshape([2, 3])\nlet total = 0\nfor (const k of [1, 2]) total += k\ntotal',
      'total + 1',
    ])
    await runByLine(code, book, 0)
    await pausedAt(code, 'cell [1]:1')
    await until('the line to be highlighted', () => highlighted(code))
    await code.page.keyboard.press('F10')
    await pausedAt(code, 'cell [1]:2')
    // The pane itself, as the person sees it.
    await until('the tensor in the Variables pane', async () => {
      const pane = await code.page.locator('.debug-pane').allInnerTexts()
      return pane.some((text) => /x\s*[:=]\s*float32 \[2, 3\] mean 2\.5/.test(text))
    })
    await code.screenshot(`run-by-line-${process.env['GENBOOK_E2E_HOST']}`)
    await code.page.keyboard.press('F10')
    await pausedAt(code, 'cell [1]:3')
    assert.equal(await evaluated(code, 'x.shape.length + total'), '2')
    assert.equal(await evaluated(code, 'total = 10'), '10')
    // Both turns of the loop are on that line.
    for (const value of ['10', '11']) {
      await code.page.keyboard.press('F10')
      await until(`total to be ${value}`, async () => (await evaluated(code, 'total')) === value)
      await pausedAt(code, 'cell [1]:3')
    }
    await code.page.keyboard.press('F10')
    await pausedAt(code, 'cell [1]:4')
    await code.page.keyboard.press('F5')
    await debugEnds(code)
    await book.waitForOutput(0, /^13$/)
    await book.runCell(1)
    await book.waitForOutput(1, /^14$/)
  },
  everywhere,
)

scenario(
  'breakpoints stop a cell that is debugged, step into enters its functions, errors pause where they are thrown',
  async ({ code, notebook }) => {
    const book = await notebook([
      'function f(x: number) {\n  const y = x + 1\n  if (y > 2) throw new Error(`too much: ${y}`)\n  return y\n}\nf(1)\nf(2)',
      'const g = (x: number) => 2 * x',
      'const a = 1\ng(a)',
    ])
    await code.evaluate((vscode) => {
      const { document } = vscode.window.activeNotebookEditor!.notebook.cellAt(0)
      const at = (line: number) => new vscode.Location(document.uri, new vscode.Position(line - 1, 0))
      vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(at(6))])
    })
    await book.select(0)
    await code.command('Genbook: Debug Cell')
    await pausedAt(code, 'cell [1]:6')
    await code.page.keyboard.press('F11')
    await pausedAt(code, 'f:2', 'cell [1]:6')
    await code.page.keyboard.press('Shift+F11')
    await pausedAt(code, 'cell [1]:7')
    await code.page.keyboard.press('F5')
    await pausedAt(code, 'f:3', 'cell [1]:7')
    assert.equal(await evaluated(code, 'y'), '3')
    await code.screenshot(`debug-error-${process.env['GENBOOK_E2E_HOST']}`)
    await code.page.keyboard.press('F5')
    await debugEnds(code)
    await book.waitForOutput(0, 'Error: too much: 3')
    await code.evaluate((vscode) => vscode.debug.removeBreakpoints(vscode.debug.breakpoints))
    // A function of a cell that ran plainly.
    await book.runCell(1)
    await book.select(2)
    await code.page.keyboard.press('F10')
    await pausedAt(code, 'cell [3]:1')
    for (const stack of [['cell [3]:2'], ['g:1', 'cell [3]:2']]) {
      await code.page.keyboard.press('F11')
      await pausedAt(code, ...stack)
    }
    assert.equal(await evaluated(code, 'x'), '1')
    await code.page.keyboard.press('F5')
    await debugEnds(code)
    await book.waitForOutput(2, /^2$/)
  },
  everywhere,
)

scenario(
  'Continue to Next Step goes through the states of a sampler and the steps of a derivation; Stop keeps variables',
  async ({ code, notebook }) => {
    const book = await notebook([
      `import { check, data, ddim, exact, sample, vp } from 'genbook'
const model = exact(vp(), data.eightGaussians())
const x = await sample(ddim(model, { steps: 3 }), 16)
check('two coordinates', x.shape[1] === 2)
let kept = 'kept'
kept`,
      'typeof model',
    ])
    await runByLine(code, book, 0)
    await pausedAt(code, 'cell [1]:2')
    for (const step of [0, 1, 2, 3]) {
      await code.page.keyboard.press('Alt+F10')
      await pausedAt(code, new RegExp(`^state ${step} of 3, t = [\\d.]+:3$`), 'cell [1]:3')
      if (step === 1) {
        await until('the prediction in the Variables pane', async () => {
          const pane = await code.page.locator('.debug-pane').allInnerTexts()
          return pane.some((text) => /predicted x0\s*[:=]\s*float32 \[16, 2\]/.test(text))
        })
        await code.screenshot(`sampler-state-${process.env['GENBOOK_E2E_HOST']}`)
      }
    }
    await code.page.keyboard.press('Alt+F10')
    await pausedAt(code, 'checked: two coordinates:4', 'cell [1]:4')
    await code.page.keyboard.press('Shift+F5')
    await debugEnds(code)
    await book.waitForOutput(0, 'every variable is kept')
    await book.runCell(1)
    await book.waitForOutput(1, "'object'")
  },
  everywhere,
)

scenario('closing the notebook ends a cell that is paused', async ({ code, notebook }) => {
  const book = await notebook(['const a = 1\na'])
  await book.select(0)
  await code.command('Genbook: Run by Line')
  await pausedAt(code, 'cell [1]:1')
  await book.save()
  await book.close()
  await debugEnds(code)
})

scenario(
  'a derivation is gone through identity by identity, each with what was found',
  async ({ code, notebook }) => {
    const book = await notebook([
      `import { verify } from 'genbook'
const shape = (n: number) => [n]
await verify.equal('E x² = 1', {
  draw: (n, stream) => stream.normalTensor(shape(n)),
  left: { 'x²': (x) => tf.square(x) },
  right: { one: (x) => tf.onesLike(x) },
})
await verify.equal('E x sin x = E cos x', {
  draw: (n, stream) => stream.normalTensor(shape(n)),
  left: { 'x sin x': (x) => x.mul(tf.sin(x)) },
  right: { 'cos x': (x) => tf.cos(x) },
})
const derived = true
derived`,
    ])
    await runByLine(code, book, 0)
    await pausedAt(code, 'cell [1]:2')
    await code.page.keyboard.press('Alt+F10')
    await pausedAt(code, 'verified: E x² = 1:3', 'cell [1]:3')
    await seenInPane(code, /draws\s*[:=]\s*\d+/)
    await code.page.keyboard.press('Alt+F10')
    await pausedAt(code, 'verified: E x sin x = E cos x:8', 'cell [1]:8')
    await code.screenshot(`derivation-${process.env['GENBOOK_E2E_HOST']}`)
    await code.page.keyboard.press('Alt+F10')
    await debugEnds(code)
    await book.waitForOutput(0, 'true')
  },
  everywhere,
)
