/** Tests in a person's own session: all of a test runs there, and each prints a line. */
import { testResults, TESTS_MIME, type SessionTest } from '../../notebook/grading'
import { print, showLater } from '../display/screen'
import type { MimeBundle } from '../protocol'
import { continuation } from '../session/current'
import { callRun, callsOf, thrownText, type Call } from './call'
import type { Data } from './data'
import { dataJudge } from './dataJudges'
import { dataDigest } from './digest'
import { perCell, type DeclaredTest, type TestHost } from './host'
import { judge } from './judge'
import { plainData } from './plain'
import type { TestOptions } from './test'
import { dataText } from './words'

/** What a cell throws of whose tests some did not pass. */
export class TestError extends Error {
  override readonly name = 'TestError'
}

export const sessionTests: TestHost = perCell(async (tests) => {
  const goOn = continuation()
  const results: SessionTest[] = []
  for (const [index, test] of tests.entries()) {
    const result = await runTest(index, test, goOn)
    tell(result, test)
    results.push(result)
  }
  await showLater(Promise.resolve(resultsBundle(results)), 'test results')
  const failures = results.filter(({ status }) => status === 'failed').length
  if (failures)
    throw new TestError(
      tests.length === 1 ? 'The test did not pass.' : `${failures} of ${tests.length} tests did not pass.`,
    )
})

function tell({ status, reason }: SessionTest, { name, options: { points, otherwise } }: DeclaredTest): void {
  const worth = points === undefined ? '' : ` (${points} ${points === 1 ? 'point' : 'points'})`
  if (status === 'passed') print(`✓ ${name}${worth}`)
  else if (status === 'ran') print(`• ${name}${worth}: it ran; what it returned is judged when it is graded`)
  else {
    print(`✗ ${name}${worth}: ${reason}`)
    if (otherwise) print(`    ${otherwise}`)
  }
}

/** For programs, and in a few words for people. */
function resultsBundle(results: readonly SessionTest[]): MimeBundle {
  const count = (status: SessionTest['status']) => results.filter((test) => test.status === status).length
  const ran = count('ran') ? `, ${count('ran')} to be judged` : ''
  return {
    'text/plain': `${count('passed')} of ${results.length} tests passed${ran}`,
    [TESTS_MIME]: testResults(results),
  }
}

/** All calls of a test, up to the first that fails. */
async function runTest(
  index: number,
  { name, options }: DeclaredTest,
  goOn: () => void,
): Promise<SessionTest> {
  const { points } = options
  const about = { name, ...(points !== undefined && { points }) }
  const returned: Data[] = []
  try {
    for (const call of await callsOf(index, options)) {
      const reason = await callFailure(options, call, goOn, returned)
      if (reason === undefined) continue
      const where = options.given ? `given ${dataText(call.given)}: ` : ''
      return { ...about, status: 'failed', reason: where + reason }
    }
  } catch (thrown) {
    goOn()
    const { name, message } = thrownText(thrown)
    return { ...about, status: 'failed', reason: `${name}: ${message}` }
  }
  return options.expect === undefined
    ? { ...about, status: 'ran', returned: dataDigest(returned) }
    : { ...about, status: 'passed' }
}

/** @returns why it failed, or nothing; what only the grader can judge is added to `open` */
async function callFailure(
  options: TestOptions<unknown>,
  call: Call,
  goOn: () => void,
  open: Data[],
): Promise<string | undefined> {
  let returned: Data
  try {
    returned = await callRun(options, call, goOn)
  } catch (thrown) {
    const { name, message } = thrownText(thrown)
    return `${name}: ${message}`
  }
  if (options.expect === undefined) {
    open.push(returned)
    return undefined
  }
  const predicates: ((returned: unknown) => unknown)[] = []
  const expected = await dataJudge(
    await expectedOf(options, call),
    options.within,
    (predicate) => predicates.push(predicate as (returned: unknown) => unknown) - 1,
  )
  const ask = async (predicate: number, data: Data) =>
    (await predicates[predicate]?.(plainData(data))) === true
  const { passed, reason } = await judge(expected, returned, ask)
  goOn()
  return passed ? undefined : (reason ?? 'not as expected')
}

/** What a call expects: `expect` itself, or what it says of the given. */
export async function expectedOf({ expect }: TestOptions<unknown>, { given }: Call) {
  return typeof expect === 'function' ? await expect(plainData(given)) : expect
}
