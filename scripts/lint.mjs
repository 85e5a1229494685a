// Types, style and import directions, all of which must be clean.
import { spawnSync } from 'node:child_process'
import { root } from './node.mjs'

const checks = [
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ['style and import directions', 'node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn'],
]
let failed = 0
for (const [name, ...command] of checks) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' })
  console.log(`${status ? 'failed' : 'passed'}: ${name}`)
  if (status) failed++
}
process.exit(failed ? 1 : 0)
