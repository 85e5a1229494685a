// npm test [-- FILTER]: set-up, build, and every test, or those whose path contains FILTER. The last line says how many
// passed and failed. Runs on Node 20.20; the tests themselves run on the project's own Node.
import { join } from 'node:path'
import { modernNode, root } from './node.mjs'
import { run } from './processes.mjs'
import { setUp } from './setup.mjs'

try {
  await setUp()
  process.exitCode = await run(modernNode(), [
    join(root, 'scripts/test-suites.mjs'),
    ...process.argv.slice(2),
  ])
} catch (error) {
  console.log(`set-up failed: ${error.message}`)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}
