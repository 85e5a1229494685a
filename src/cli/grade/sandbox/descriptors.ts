/**
 * Files that this process has inherited open, and would hand on to a runner: Node closes only what it opened itself.
 */
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'

const CLOSE_ON_EXEC = 0o2000000

/** What to give a child in the place of each inherited file: nothing to read, nowhere to write. */
export function harmlessDescriptors(): { stdio: (number | 'ignore')[]; close: () => void } {
  const inherited = inheritedDescriptors()
  if (!inherited.length) return { stdio: [], close: () => {} }
  const nothing = openSync('/dev/null', 'r')
  const stdio = Array.from({ length: Math.max(...inherited) - 2 }, (_, index) =>
    inherited.includes(index + 3) ? nothing : ('ignore' as const),
  )
  return { stdio, close: () => closeSync(nothing) }
}

function inheritedDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd')
      .map(Number)
      .filter((descriptor) => descriptor > 2 && !closesOnExec(descriptor))
  } catch {
    return []
  }
}

function closesOnExec(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1]
    return flags === undefined || (parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0
  } catch {
    // The one that listed the others is closed by now.
    return true
  }
}
