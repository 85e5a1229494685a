// node scripts/with-node.mjs scripts/unit.mjs [FILTER]: the tests that need no editor, or those whose path has FILTER.
import { spawnSync } from 'node:child_process'
import { bundleTests } from './bundle-tests.mjs'

const files = await bundleTests(process.argv[2])
if (!files.length) {
  console.error(`no test file has ${JSON.stringify(process.argv[2])} in its path`)
  process.exit(2)
}
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit' })
process.exit(run.status ?? 1)
