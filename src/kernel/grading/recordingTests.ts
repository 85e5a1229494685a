/** Tests while the master is run: everything about them is recorded, and the master's own solution is put to them. */
import { continuation } from '../session/current'
import type { AskPort, RecordedCall, RecordedCalls } from './asking'
import { callRun, callsOf, type Call } from './call'
import type { Data } from './data'
import { dataJudge, encodeJudge } from './dataJudges'
import { encodeData } from './encode'
import { perCell, type DeclaredTest, type TestHost } from './host'
import { judge } from './judge'
import { plainData } from './plain'
import { expectedOf } from './sessionTests'

/** The predicates of the master's judges, by the numbers that stand for them. */
export class Predicates {
  readonly #list: ((returned: unknown) => unknown)[] = []

  keep(predicate: (returned: never) => unknown): number {
    return this.#list.push(predicate as (returned: unknown) => unknown) - 1
  }

  async holds(predicate: number, returned: Data): Promise<boolean> {
    return (await this.#list[predicate]?.(plainData(returned))) === true
  }
}

export function recordingTests(port: AskPort, predicates: Predicates): TestHost {
  return perCell(async (tests) => {
    const goOn = continuation()
    const recorded: RecordedCalls[] = []
    for (const [index, test] of tests.entries()) recorded.push(await record(index, test, predicates, goOn))
    port.post({ type: 'recorded', tests: recorded })
    await port.next()
    goOn()
  })
}

async function record(
  index: number,
  { name, options }: DeclaredTest,
  predicates: Predicates,
  goOn: () => void,
): Promise<RecordedCalls> {
  const { points, otherwise, seeds = 1 } = options
  const all = await callsOf(index, options)
  const calls: RecordedCall[][] = Array.from({ length: seeds }, () => [])
  for (const call of all) calls[call.seed]!.push(await recordCall(options, call, predicates, goOn))
  return {
    name,
    ...(points !== undefined && { points }),
    ...(otherwise !== undefined && { otherwise }),
    given: all.filter(({ seed }) => seed === 0).map(({ given }) => encodeData(given)),
    seeds,
    calls,
  }
}

async function recordCall(
  options: DeclaredTest['options'],
  call: Call,
  predicates: Predicates,
  goOn: () => void,
): Promise<RecordedCall> {
  const returned = await callRun(options, call, goOn)
  const expected =
    options.expect === undefined
      ? // Tensors have become data: what the master returns is what is expected.
        ({ judge: 'closeTo', value: returned, ...(options.within && { within: options.within }) } as const)
      : await dataJudge(await expectedOf(options, call), options.within, (predicate) =>
          predicates.keep(predicate),
        )
  goOn()
  const { passed, reason } = await judge(expected, returned, (predicate, data) =>
    predicates.holds(predicate, data),
  )
  goOn()
  return {
    judge: encodeJudge(expected),
    returned: encodeData(returned),
    ...(!passed && { reason: reason ?? 'not as expected' }),
  }
}
