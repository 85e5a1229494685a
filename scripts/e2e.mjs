// node scripts/with-node.mjs scripts/e2e.mjs server|web [FILTER [NAME]]: end-to-end tests against what lies
// in dist/: those of files whose path contains FILTER and, of these, those whose name matches NAME.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleEndToEnd } from './bundle-tests.mjs'
import { pack } from './package.mjs'
import { run } from './processes.mjs'
import { installHost, needChromium, unpackExtension } from './vscode-host/index.mjs'

const [host, filter, name] = process.argv.slice(2)
if (host !== 'server' && host !== 'web') {
  console.error('say which VS Code: node scripts/with-node.mjs scripts/e2e.mjs server|web [FILTER [NAME]]')
  process.exit(2)
}
await needChromium()
await installHost()
const file = await bundleEndToEnd(filter)
if (!file) {
  console.error(`no end-to-end test has ${JSON.stringify(filter)} in its path`)
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'genbook-extension-'))
const extension = process.env.GENBOOK_E2E_EXTENSION ?? join(folder, 'genbook')
if (!process.env.GENBOOK_E2E_EXTENSION)
  unpackExtension(await pack(join(folder, 'genbook.vsix'), { quiet: true }), extension)
const env = { ...process.env, GENBOOK_E2E_HOST: host, GENBOOK_E2E_EXTENSION: extension }
const names = name ? ['--test-name-pattern', name] : []
process.exitCode = await run(process.execPath, ['--enable-source-maps', '--test', ...names, file], { env })
rmSync(folder, { recursive: true, force: true })
