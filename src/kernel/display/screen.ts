/** The screen that `display` draws on: the one of the session whose cell is executing. */
import type { MimeBundle } from '../protocol'
import { createDisplay, handleOf, type Display, type DisplayHandle, type Screen } from './display'

let current: Screen | undefined

/** Makes `screen` the one that `display` draws on. */
export function setScreen(screen: Screen | undefined): void {
  current = screen
}

function screen(): Screen {
  if (!current) throw new Error('display works while a cell is executing; here nobody would see it.')
  return current
}

/** Shows values below the running cell. */
export const display: Display = createDisplay({
  show: (bundle, placeholder) => screen().show(bundle, placeholder),
  print,
  clear: () => screen().clear(),
})

/** Prints a line where the running cell's `console.log` does. */
export function print(line: string): void {
  screen().print(line)
}

/**
 * Keeps the next place on the screen for a picture whose numbers must first be read.
 *
 * @param bundle the picture, when it is ready; if it fails, so does the result.
 * @param name what is said to be drawn meanwhile.
 */
export async function showLater(bundle: Promise<MimeBundle>, name: string): Promise<DisplayHandle> {
  const { promise, resolve, reject } = Promise.withResolvers<MimeBundle>()
  const shown = screen().show(promise, () => ({ 'text/plain': `Drawing ${name} …` }))
  try {
    // Awaited here alone: V8 follows a promise to the cell that waits for it only where nobody else does.
    resolve(await bundle)
  } catch (error) {
    reject(error)
    throw error
  }
  return handleOf(shown)
}
