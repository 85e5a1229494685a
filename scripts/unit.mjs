// node scripts/with-node.mjs scripts/unit.mjs [FILTER]: the tests that need no editor, or those whose path has FILTER.
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { bundleTests } from './bundle-tests.mjs'
import { softwareGpuEnvironment } from './chromium.mjs'

const files = await bundleTests(process.argv[2])
if (!files.length) {
  console.error(`no test file has ${JSON.stringify(process.argv[2])} in its path`)
  process.exit(2)
}
const env = { ...process.env, ...softwareGpuEnvironment(tmpdir()) }
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], {
  stdio: 'inherit',
  env,
})
process.exit(run.status ?? 1)
