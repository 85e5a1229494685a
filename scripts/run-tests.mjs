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
 * @param options.each whether to print every test as it ends, and not only those that fail.
 * @returns how many tests passed and failed.
 */
export async function runTests(
  files,
  { env = process.env, minutes = 10, concurrency = 2, each = false } = {},
) {
  const events = run({
    files,
    env,
    concurrency,
    execArgv: ['--enable-source-maps'],
    signal: AbortSignal.timeout(minutes * 60_000),
  })
  let passed = 0
  let failed = 0
  const testsOf = new Map(files.map((file) => [file, 0]))
  const said = new Map()
  const isFile = ({ name, nesting }) => nesting === 0 && testsOf.has(name)
  const fail = (title, reason, file) => {
    failed++
    console.log(`✖ ${title}\n${indent(reason)}`)
    const output = said.get(file)
    if (output) console.log(indent(`it printed:\n${output.slice(-4000)}`))
    said.delete(file)
  }

  for await (const { type, data } of events) {
    // What throws after its test has ended is told as a diagnostic, and fails the file.
    if (type === 'test:stdout' || type === 'test:stderr' || (type === 'test:diagnostic' && data.file))
      said.set(data.file, ((said.get(data.file) ?? '') + data.message).slice(-20_000))
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const error = data.details?.error
    // A group is as good as the tests in it, which are counted one by one.
    if (data.details?.type === 'suite' && (type === 'test:pass' || error?.failureType === 'subtestsFailed'))
      continue
    if (type === 'test:pass' && isFile(data)) continue
    const file = isFile(data) ? data.name : data.file
    testsOf.set(file, (testsOf.get(file) ?? 0) + 1)
    const seconds = ((data.details?.duration_ms ?? 0) / 1000).toFixed(1)
    const title = `${isFile(data) ? relative(root, data.name) : data.name} (${seconds} s)`
    if (type === 'test:fail') fail(title, describe(error), file)
    else if (data.skip !== undefined || data.todo !== undefined)
      fail(title, 'It was skipped or left to be done: a test that does not run proves nothing.', file)
    else {
      passed++
      if (each) console.log(`✔ ${title}`)
    }
  }
  for (const [file, count] of testsOf)
    if (!count) fail(relative(root, file), 'There is no test in this file.', file)
  return { passed, failed }
}

function describe(error) {
  return inspect(error?.cause ?? error, { depth: 4, breakLength: 110 }).replace(
    /\n +at .*node:internal[^\n]*/g,
    '',
  )
}

function indent(text) {
  return text.replace(/^/gm, '    ')
}
