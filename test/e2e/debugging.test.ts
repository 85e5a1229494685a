/** The rest of VS Code's debugger over cells: breakpoints of every kind, Watch, setting variables, F5 and restarts. */
import assert from 'node:assert/strict'
import { scenario, until, type VSCodeUnderTest } from './harness'
import { debugEnds, evaluated, pausedAt, PATIENCE, runByLine, seenInPane } from './harness/debugging'

const everywhere = { hosts: ['server', 'web'], seconds: 600 } as const

/** Replaces all breakpoints by one in the first cell. */
async function breakAt(
  code: VSCodeUnderTest,
  line: number,
  { condition, hits, log }: { condition?: string; hits?: string; log?: string } = {},
): Promise<void> {
  await code.evaluate(
    (vscode, line, condition, hits, log) => {
      vscode.debug.removeBreakpoints(vscode.debug.breakpoints)
      const { document } = vscode.window.activeNotebookEditor!.notebook.cellAt(0)
      const at = new vscode.Location(document.uri, new vscode.Position(line - 1, 0))
      const given = (text: string) => text || undefined
      vscode.debug.addBreakpoints([
        new vscode.SourceBreakpoint(at, true, given(condition), given(hits), given(log)),
      ])
    },
    line,
    condition ?? '',
    hits ?? '',
    log ?? '',
  )
  // What goes on before the debugger knows of it would pass it.
  await until('the debugger to know the breakpoint', () =>
    code.evaluate(async (vscode) => {
      const [breakpoint] = vscode.debug.breakpoints
      const session = vscode.debug.activeDebugSession
      return !session || (await session.getDebugProtocolBreakpoint(breakpoint!)) !== undefined
    }),
  )
}

/** Collects what the debugger writes to its console from now on. */
async function watchConsole(code: VSCodeUnderTest): Promise<() => Promise<string[]>> {
  await code.evaluate((vscode) => {
    const written: string[] = []
    Object.assign(globalThis, { written })
    vscode.debug.registerDebugAdapterTrackerFactory('genbook', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: { event?: string; body?: { output?: string } }) => {
          if (message.event === 'output') written.push(message.body?.output ?? '')
        },
      }),
    })
  })
  return () => code.evaluate(() => (globalThis as unknown as { written: string[] }).written)
}

scenario(
  'a breakpoint in the margin, F5, Watch, a variable that is set, a condition, and a restart while paused',
  async ({ code, notebook }) => {
    const book = await notebook([
      'const list = [1, 2, 3]\nlet sum = 0\nfor (let x of list) {\n  sum += x\n}\nsum',
      'sum',
    ])
    // A click left of the line's number.
    const row = await book.reveal(0)
    await row.locator('.monaco-editor .view-lines').first().click()
    const line = row.locator('.view-line').nth(3)
    const [margin, text] = [
      await row.locator('.monaco-editor .margin').first().boundingBox(),
      await line.boundingBox(),
    ]
    await code.page.mouse.move(margin!.x + 8, text!.y + text!.height / 2)
    // VS Code shows where a click would put one; a second click would take it away again.
    await row.locator('.codicon-debug-hint').first().waitFor()
    await code.page.mouse.click(margin!.x + 8, text!.y + text!.height / 2)
    await until('a breakpoint from a click in the margin', () =>
      code.evaluate((vscode) =>
        vscode.debug.breakpoints.some(
          (one) => one instanceof vscode.SourceBreakpoint && one.location.range.start.line === 3,
        ),
      ),
    )
    await line.click()
    await code.page.keyboard.press('F5')
    await pausedAt(code, 'cell [1]:4')

    await code.evaluate((vscode) =>
      vscode.commands.executeCommand('workbench.debug.viewlet.action.addWatchExpression'),
    )
    const box = code.page.locator('.debug-watch input')
    await box.fill('sum + x')
    await box.press('Enter')
    await seenInPane(code, /sum \+ x\s*[:=]\s*1\b/)

    const rows = code.page.locator('.debug-variables .monaco-list-row')
    const variable = rows.filter({ hasText: /^x\s*[:=]/ })
    await until('the variables of the loop', async () => {
      if (await variable.isVisible()) return true
      await rows.filter({ hasText: /^Local/ }).click({ timeout: 3000 })
      return variable.isVisible()
    })
    await variable.locator('.value').dblclick()
    const value = code.page.locator('.debug-variables input')
    await value.fill('5')
    await value.press('Enter')
    await until('x to be 5', async () => (await evaluated(code, 'x')) === '5', PATIENCE)
    await seenInPane(code, /sum \+ x\s*[:=]\s*5\b/)
    await code.screenshot(`watch-${process.env['GENBOOK_E2E_HOST']}`)

    await breakAt(code, 4, { condition: 'x === 3' })
    await code.page.keyboard.press('F5')
    await seenInPane(code, /sum \+ x\s*[:=]\s*10\b/)
    await pausedAt(code, 'cell [1]:4')

    // From its beginning, where nothing has been set.
    await code.page.keyboard.press('Control+Shift+F5')
    await seenInPane(code, /sum \+ x\s*[:=]\s*6\b/)
    await pausedAt(code, /^cell \[\d+\]:4$/)
    await code.page.keyboard.press('F5')
    await debugEnds(code)
    await book.waitForOutput(0, /^6$/)
    await book.runCell(1)
    await book.waitForOutput(1, /^6$/)
    await code.evaluate((vscode) => {
      vscode.debug.removeBreakpoints(vscode.debug.breakpoints)
      return vscode.commands.executeCommand('workbench.debug.viewlet.action.removeAllWatchExpressions')
    })
  },
  everywhere,
)

scenario(
  'a hit count, a message instead of a pause, and a breakpoint that cannot be',
  async ({ code, notebook }) => {
    const book = await notebook(['let sum = 0\nfor (const x of [1, 2, 3, 4])\n  sum += x\nsum'])
    const written = await watchConsole(code)
    await breakAt(code, 3, { hits: '> 2' })
    await book.select(0)
    await code.command('Genbook: Debug Cell')
    await pausedAt(code, 'cell [1]:3')
    assert.equal(await evaluated(code, 'x'), '3')
    await breakAt(code, 3, { log: 'x is {x}, the sum {sum}' })
    await code.page.keyboard.press('F5')
    await debugEnds(code)
    await book.waitForOutput(0, /^10$/)
    assert.deepEqual(
      (await written()).filter((text) => text.startsWith('x is')),
      ['x is 4, the sum 6\n'],
    )

    await breakAt(code, 3, { condition: 'x ===' })
    await code.command('Genbook: Debug Cell')
    await debugEnds(code)
    await book.waitForOutput(0, /^10$/)
    await code.evaluate((vscode) => vscode.debug.removeBreakpoints(vscode.debug.breakpoints))
  },
  everywhere,
)

scenario(
  'restarting the session ends a cell that is paused, and debugging with it',
  async ({ code, notebook }) => {
    const book = await notebook(['const a = 1\na', 'typeof a'])
    await runByLine(code, book, 0)
    await pausedAt(code, 'cell [1]:1')
    await code.command('Genbook: Restart')
    await debugEnds(code)
    await book.runCell(1)
    await book.waitForOutput(1, "'undefined'")
    assert.equal((await book.cell(0)).outputs.length, 0)
  },
)
