// npm run lint: types, style and import directions, and format, all of which must be clean.
import { pathToFileURL } from 'node:url'
import { root } from './node.mjs'
import { runQuietly } from './processes.mjs'

const checks = [
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ['style and import directions', 'node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn'],
]

/** Runs every check, one after another. @returns their names, whether each is clean, and what it had to say. */
export async function lint() {
  const results = []
  for (const [name, ...command] of checks) {
    const { status, output } = await runQuietly(process.execPath, command, { cwd: root })
    results.push({ name, clean: status === 0, output })
  }
  return results
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const results = await lint()
  for (const { name, clean, output } of results) {
    if (output.trim()) console.log(output.trim())
    console.log(`${clean ? 'passed' : 'failed'}: ${name}`)
  }
  process.exitCode = results.every(({ clean }) => clean) ? 0 : 1
}
