// node scripts/with-node.mjs SCRIPT [ARGUMENTS…]: runs a script on the project's own Node.
import { spawn } from 'node:child_process'
import { modernNode } from './node.mjs'

const child = spawn(modernNode(), process.argv.slice(2), { stdio: 'inherit' })
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
