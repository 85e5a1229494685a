/** A cell that is stepped through with VS Code's own debugger: where it is paused, and what is seen there. */
import type { NotebookUnderTest } from './notebook'
import type { VSCodeUnderTest } from './vscode'
import { until } from './wait'

/** Begins to step through a cell, by the key for it, once VS Code knows that the folder is trusted: in a window that has just opened it may not yet. */
export async function runByLine(
  code: VSCodeUnderTest,
  book: NotebookUnderTest,
  index: number,
): Promise<void> {
  const notebook = await code.activeNotebookElement()
  const restart = code.page.locator(`${notebook} .notebook-toolbar-container [aria-label^="Restart"]`)
  await until('what a trusted folder offers', () => restart.first().isVisible(), PATIENCE)
  await book.select(index)
  await code.page.keyboard.press('F10')
}

/** The first pause waits for a kernel, on a busy machine. */
export const PATIENCE = { seconds: 180 }

/** The frames of the cell that is paused, as `name:line`; undefined while none is. */
async function frames(code: VSCodeUnderTest): Promise<string[] | undefined> {
  return code.evaluate(async (vscode) => {
    const session = vscode.debug.activeDebugSession
    // VS Code shows a pause when it has asked for its frames, and commands act on what it shows.
    if (!session || !vscode.debug.activeStackItem) return undefined
    try {
      const { stackFrames } = (await session.customRequest('stackTrace', { threadId: 1 })) as {
        stackFrames: { name: string; line: number }[]
      }
      return stackFrames.map(({ name, line }) => `${name}:${line}`)
    } catch {
      return undefined
    }
  })
}

/** Waits for a pause, with VS Code showing it, at frames `name:line`, innermost first. */
export async function pausedAt(code: VSCodeUnderTest, ...expected: (string | RegExp)[]): Promise<void> {
  let seen: string[] | undefined
  try {
    await until(
      `a pause at ${expected.map(String).join(' < ')}`,
      async () => {
        seen = await frames(code)
        return (
          seen?.length === expected.length &&
          expected.every((wanted, i) =>
            typeof wanted === 'string' ? seen![i] === wanted : wanted.test(seen![i]!),
          )
        )
      },
      PATIENCE,
    )
    // Keys and buttons act on a pause when VS Code itself knows of it.
    const button = code.page.locator('.debug-toolbar [aria-label^="Step Over"]:not(.disabled)').first()
    await until('VS Code to show the pause', () => button.isVisible(), PATIENCE)
  } catch (error) {
    throw new Error(`${(error as Error).message}; it was at ${JSON.stringify(seen)}`, { cause: error })
  }
}

/** Waits until nothing is debugged. */
export async function debugEnds(code: VSCodeUnderTest): Promise<void> {
  await until(
    'the end of debugging',
    () => code.evaluate((vscode) => !vscode.debug.activeDebugSession),
    PATIENCE,
  )
}

/** The value of an expression in the innermost frame. */
export function evaluated(code: VSCodeUnderTest, expression: string): Promise<string> {
  return code.evaluate(async (vscode, expression) => {
    const { result } = (await vscode.debug.activeDebugSession!.customRequest('evaluate', {
      expression,
      frameId: 1,
      context: 'watch',
    })) as { result: string }
    return result
  }, expression)
}

/** Waits until a pane of the debugger has a line that fits. */
export async function seenInPane(code: VSCodeUnderTest, pattern: RegExp): Promise<void> {
  await until(
    `${String(pattern)} in the debugger's panes`,
    async () => (await code.page.locator('.debug-pane').allInnerTexts()).some((text) => pattern.test(text)),
    PATIENCE,
  )
}
