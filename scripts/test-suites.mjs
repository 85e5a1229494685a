// The suites of `npm test`, one after another because two of them would disturb each other on two cores.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleEndToEnd, bundleTests } from './bundle-tests.mjs'
import { softwareGpuEnvironment } from './chromium.mjs'
import { lint } from './lint.mjs'
import { build, pack } from './package.mjs'
import { runTests } from './run-tests.mjs'
import { checkSystems } from './systems.mjs'
import { installHost, needChromium, unpackExtension } from './vscode-host/index.mjs'

const filter = process.argv[2] ?? ''
const temporary = mkdtempSync(join(tmpdir(), 'genbook-tests-'))
let built
/** `test/….test.ts › name` of what passed. */
const names = new Set()
/** The folder of the unpacked extension, once there is one. */
let extension

const suites = [
  ['build', buildAll],
  ['lint', checkSources],
  ['unit, numeric and headless', withoutEditor],
  ['table of systems', systems],
  ['end to end, VS Code with a server', () => endToEnd('server')],
  ['end to end, VS Code without a server', () => endToEnd('web')],
]

let passed = 0
let failed = 0
/** What failed is told once more at the end, where the end is all that somebody sees. */
const failures = []
for (const [name, suite] of suites) {
  const start = Date.now()
  let result
  try {
    result = await suite()
  } catch (error) {
    const said = `✖ ${name}\n    ${error.message.replaceAll('\n', '\n    ')}`
    console.log(said)
    result = { passed: 0, failed: 1, failures: [said] }
  }
  if (!result) continue
  passed += result.passed
  failed += result.failed
  failures.push(...(result.failures ?? []))
  const seconds = ((Date.now() - start) / 1000).toFixed(0)
  console.log(`${name}: ${result.passed} passed, ${result.failed} failed, ${seconds} s\n`)
}
rmSync(temporary, { recursive: true, force: true })
if (!passed && !failed) {
  console.log(`No test has ${JSON.stringify(filter)} in its path.`)
  failed = 1
}
if (failures.length) console.log(`What failed:\n${failures.join('\n')}\n`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0

/** Everything but the sources' own tests needs dist/, so it is built whatever the filter says. */
function buildAll() {
  build()
  built = true
  return filter ? undefined : { passed: 1, failed: 0 }
}

async function checkSources() {
  if (!'lint'.includes(filter)) return undefined
  const results = await lint()
  const failures = results
    .filter(({ clean }) => !clean)
    .map(({ name, output }) => `✖ ${name}\n${output.trim().replace(/^/gm, '    ')}`)
  for (const failure of failures) console.log(failure)
  return { passed: results.length - failures.length, failed: failures.length, failures }
}

async function withoutEditor() {
  const files = await bundleTests(filter)
  if (!files.length) {
    if (filter) return undefined
    throw new Error('There are no such tests.')
  }
  return runTests(files, {
    env: { ...process.env, ...softwareGpuEnvironment(temporary) },
    minutes: 35,
    passed: names,
  })
}

/** What ran can only be told when everything did. */
function systems() {
  return filter ? undefined : checkSystems(names)
}

async function endToEnd(host) {
  const file = await bundleEndToEnd(filter)
  if (!file) {
    if (filter) return undefined
    throw new Error('There are no such tests.')
  }
  if (!built) throw new Error('The build failed, so there is nothing to test.')
  await needChromium()
  await installHost()
  if (!extension) {
    // What is tested is the package that people install, unpacked.
    extension = join(temporary, 'genbook')
    unpackExtension(await pack(join(temporary, 'genbook.vsix'), { quiet: true }), extension)
  }
  const env = { ...process.env, GENBOOK_E2E_HOST: host, GENBOOK_E2E_EXTENSION: extension }
  return runTests([file], { env, minutes: 20, each: true })
}
