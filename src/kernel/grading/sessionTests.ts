/** Tests in a person's own session: all of a test runs there, and each prints a line. */
import { currentStream, setStream } from '../../tensor'
import { testResults, TESTS_MIME, type SessionTest } from '../../notebook/grading'
import { print, showLater } from '../display/screen'
import type { MimeBundle } from '../protocol'
import { continuation } from '../session/current'
import type { Run } from '../session/run'
import { dataOf } from './collect'
import { dataJudge } from './dataJudges'
import type { Data } from './data'
import { dataDigest } from './digest'
import type { TestHost } from './host'
import { judge } from './judge'
import { plainData } from './plain'
import type { TestOptions } from './test'
import { dataText } from './words'

/** What a cell throws of whose tests some did not pass. */
export class TestError extends Error {
  override readonly name = 'TestError'
}

interface Declared {
  readonly name: string
  readonly options: TestOptions<unknown>
}

const declared = new WeakMap<Run, Declared[]>()

export const sessionTests: TestHost = {
  declare(run, name, options) {
    let tests = declared.get(run)
    if (!tests) {
      declared.set(run, (tests = []))
      run.atEnd.push(() => runAll(declared.get(run)!))
    }
    expectUnique(tests, name)
    tests.push({ name, options })
  },
}

/** @throws TypeError where the cell has a test of that name already */
export function expectUnique(tests: readonly { readonly name: string }[], name: string): void {
  if (tests.some((test) => test.name === name))
    throw new TypeError(`test '${name}': the cell has a test of this name already`)
}

async function runAll(tests: readonly Declared[]): Promise<void> {
  const goOn = continuation()
  let failures = 0
  const results: SessionTest[] = []
  for (const [index, { name, options }] of tests.entries()) {
    const { reason, open, returned } = await runOne(index, options, goOn)
    const { points } = options
    results.push({
      name,
      status: reason !== undefined ? 'failed' : open ? 'ran' : 'passed',
      ...(points !== undefined && { points }),
      ...(reason !== undefined && { reason }),
      ...(returned !== undefined && { returned }),
    })
    const worth = points === undefined ? '' : ` (${points} ${points === 1 ? 'point' : 'points'})`
    if (reason === undefined)
      print(
        open ? `• ${name}${worth}: it ran; what it returned is judged when it is graded` : `✓ ${name}${worth}`,
      )
    else {
      failures++
      print(`✗ ${name}${worth}: ${reason}`)
      if (options.otherwise) print(`    ${options.otherwise}`)
    }
  }
  await showLater(Promise.resolve(resultsBundle(results)), 'test results')
  if (failures)
    throw new TestError(
      tests.length === 1
        ? 'The test did not pass.'
        : `${failures} of ${tests.length} tests did not pass.`,
    )
}

/** @returns why it failed; `open` where only the grader knows what is expected */
async function runOne(
  index: number,
  options: TestOptions<unknown>,
  goOn: () => void,
): Promise<{ reason?: string; open?: boolean; returned?: string }> {
  const seen: Data[] = []
  for (const { seed, place, given } of calls(options)) {
    const reason = await runCall(callStream(index, seed, place), options, given, goOn, seen)
    if (reason === undefined) continue
    const where = options.given ? `given ${dataText(await dataOf(given, 'given').catch(() => '…'))}: ` : ''
    return { reason: where + reason }
  }
  return options.expect === undefined ? { open: true, returned: dataDigest(seen) } : {}
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

async function runCall(
  stream: string,
  options: TestOptions<unknown>,
  given: unknown,
  goOn: () => void,
  seen: Data[],
): Promise<string | undefined> {
  const restore = currentStream()
  try {
    setStream(restore.split(stream))
    let returned: Data
    try {
      returned = await dataOf(await options.run(given), 'what run returned')
    } catch (thrown) {
      goOn()
      return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `thrown: ${String(thrown)}`
    }
    goOn()
    if (options.expect === undefined) {
      seen.push(returned)
      return undefined
    }
    const expected: unknown = options.expect
    const value: unknown =
      typeof expected === 'function' ? await (expected as (given: unknown) => unknown)(given) : expected
    const predicates: ((returned: never) => boolean | Promise<boolean>)[] = []
    const wanted = await dataJudge(value as never, options.within, (predicate) => predicates.push(predicate) - 1)
    const { passed, reason } = await judge(
      wanted,
      returned,
      async (predicate, data) => (await predicates[predicate]!(plainData(data) as never)) === true,
    )
    goOn()
    return passed ? undefined : (reason ?? 'not as expected')
  } finally {
    setStream(restore)
  }
}

/** The calls that a test makes, in order. */
export function* calls(
  options: TestOptions<unknown>,
): Generator<{ seed: number; place: number; given: unknown }> {
  const given = options.given ?? [undefined]
  for (let seed = 0; seed < (options.seeds ?? 1); seed++)
    for (const [place, value] of given.entries()) yield { seed, place, given: value }
}

/** Each call has random numbers of its own, which what ran before does not move. */
export function callStream(test: number, seed: number, given: number): string {
  return `test ${test}/${seed}/${given}`
}
