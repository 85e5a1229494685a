// node scripts/with-node.mjs SCRIPT [ARGUMENTS…]: runs a script on the project's own Node, after set-up.
import { modernNode } from './node.mjs'
import { run } from './processes.mjs'
import { setUp } from './setup.mjs'

try {
  await setUp()
  process.exitCode = await run(modernNode(), process.argv.slice(2))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
