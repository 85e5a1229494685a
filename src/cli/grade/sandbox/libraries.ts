/** What a program needs besides itself where it is shown to a sandbox. */
import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'

const known = new Map<string, readonly string[]>()

/** The shared libraries that a program loads, its loader among them. @param program its path */
export function librariesOf(program: string): readonly string[] {
  const libraries = known.get(program) ?? listed(program)
  known.set(program, libraries)
  return libraries
}

function listed(program: string): string[] {
  let lines: string
  try {
    lines = execFileSync('ldd', [program], { encoding: 'utf8' })
  } catch {
    // Statically linked, or no ldd: then the places where they usually are.
    return ['/lib', '/lib64', '/usr/lib'].filter((folder) => exists(folder))
  }
  return [...lines.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file]) => file!)
}

function exists(folder: string): boolean {
  try {
    realpathSync(folder)
    return true
  } catch {
    return false
  }
}
