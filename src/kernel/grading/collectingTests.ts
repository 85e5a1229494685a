/** Tests while a submission is graded: `run` is called when the grader asks, and what it returns goes back unjudged. */
import { continuation } from '../session/current'
import type { AskPort, Answer } from './asking'
import { callRun, thrownText } from './call'
import { decodeData, encodeData } from './encode'
import { perCell, type TestHost } from './host'

export function collectingTests(port: AskPort): TestHost {
  return perCell(async (tests) => {
    const goOn = continuation()
    const byNumber = new Map(tests.map(({ name, options }) => [Number(name), options]))
    port.post({ type: 'tests', tests: [...byNumber.keys()] })
    for (;;) {
      const message = await port.next()
      goOn()
      if (message.type !== 'ask') return
      const options = byNumber.get(message.test)
      let answer: Answer
      try {
        if (!options) throw new Error('There is no such test.')
        const given = decodeData(message.given)
        answer = { data: encodeData(await callRun(options, { ...message, given }, goOn)) }
      } catch (thrown) {
        answer = { error: thrownText(thrown) }
      }
      port.post({ type: 'answer', answer })
    }
  })
}
