// Runs files of node:test and counts what they report. Nothing may be lost: a file that crashes, or that has no tests,
// is a failure with its name.
import { relative } from 'node:path'
import { run } from 'node:test'
import { inspect } from 'node:util'
import { root } from './node.mjs'

/**
 * @param files bundled test files; each runs in a process of its own.
 * @param options.minutes after which what still runs is ended and counts as failed.
 * @param options.concurrency how many files at once.
 * @param options.passed where to note what passed, as `test/….test.ts › name`.
 * @param options.each whether to print every test as it ends, and not only those that fail.
 * @param options.say where to print.
 * @returns how many tests passed and failed, and what was printed of those that failed.
 */
export async function runTests(
  files,
  { env = process.env, minutes = 10, concurrency = 2, passed: names, each = false, say = console.log } = {},
) {
  const signal = AbortSignal.timeout(minutes * 60_000)
  const waiting = [...files]
  const total = { passed: 0, failed: 0, failures: [] }
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const { passed, failures } = await runFile(file, { env, signal, names, each, say })
      total.passed += passed
      total.failed += failures.length
      total.failures.push(...failures)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return total
}

/** One file in a run of its own, because what Node reports does not say from which file it comes. */
async function runFile(file, { env, signal, names, each, say }) {
  let passed = 0
  const failures = []
  let printed = ''
  const fail = (title, reason) => {
    failures.push(`✖ ${title}\n${indent(reason)}`)
    say(failures.at(-1))
  }
  if (signal.aborted) {
    fail(relative(root, file), 'There was no time left for it.')
    return { passed, failures }
  }
  for await (const { type, data } of run({
    files: [file],
    env,
    signal,
    execArgv: ['--enable-source-maps'],
  })) {
    // What throws after its test has ended is told as a diagnostic, and fails the file.
    if (type === 'test:stdout' || type === 'test:stderr') printed += data.message
    if (type === 'test:diagnostic' && /asynchronous activity/.test(data.message))
      printed += `${data.message}\n`
    printed = printed.slice(-4000)
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const isFile = data.nesting === 0 && data.name === file
    const error = data.details?.error
    // A group is as good as the tests in it, which are counted one by one; so is the file.
    if (data.details?.type === 'suite' && (type === 'test:pass' || error?.failureType === 'subtestsFailed'))
      continue
    if (isFile && (type === 'test:pass' || error?.failureType === 'subtestsFailed')) continue
    const seconds = ((data.details?.duration_ms ?? 0) / 1000).toFixed(1)
    const title = `${relative(root, file)}${isFile ? '' : `: ${data.name}`} (${seconds} s)`
    if (type === 'test:fail') fail(title, describe(error))
    else if (data.skip !== undefined || data.todo !== undefined)
      fail(title, 'It was skipped or left to be done: a test that does not run proves nothing.')
    else {
      passed++
      names?.add(`${sourceOf(file)} › ${data.name}`)
      if (each) say(`✔ ${data.name} (${seconds} s)`)
    }
  }
  if (!passed && !failures.length) fail(relative(root, file), 'There is no test in this file.')
  if (failures.length && printed.trim()) say(indent(`${relative(root, file)} printed:\n${printed.trimEnd()}`))
  return { passed, failures }
}

/** The test file that a bundle in out/tests was made of. */
function sourceOf(bundle) {
  const inside = relative(root, bundle).replaceAll('\\', '/')
  return inside.replace(/^out\/tests[^/]*\//, 'test/').replace(/\.mjs$/, '.ts')
}

function describe(error) {
  const text = inspect(error?.cause ?? error, { depth: 4, breakLength: 110 })
  return text.replace(/\n +at .*node:internal[^\n]*/g, '')
}

function indent(text) {
  return text.replace(/^/gm, '    ')
}
