import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Ask } from '../../../src/kernel/protocol'
import { Bench, prepare } from './harness'

before(prepare)

async function asked(bench: Bench, count = 1): Promise<Ask> {
  for (;;) {
    const asks = bench.messages.filter((message) => message.type === 'ask')
    if (asks.length >= count) return asks[count - 1]!
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const from = "import { input } from 'genbook'\n"

test('a number is asked for where the default is one, and a text elsewhere', async () => {
  const bench = new Bench()
  const { number, done } = bench.start(
    `${from}const n = await input('How many?', { default: 100 })\nconst s = await input('Name?', { placeholder: 'Ada' })\n;[n + 1, s]`,
  )
  const first = await asked(bench)
  assert.deepEqual(first, {
    type: 'ask',
    run: number,
    question: first.question,
    prompt: 'How many?',
    expects: 'number',
    initial: '100',
  })
  bench.session.answer({ type: 'answer', question: first.question, text: ' 41 ' })
  const second = await asked(bench, 2)
  assert.deepEqual([second.expects, second.placeholder, second.initial], ['text', 'Ada', undefined])
  bench.session.answer({ type: 'answer', question: second.question, text: 'Emmy' })
  await done
  assert.match(bench.result(number).texts.join(), /42, 'Emmy'/)
})

test('an unanswered question is an error of the cell, and says why', async () => {
  const bench = new Bench()
  for (const [reason, message] of [
    [undefined, '“How many?” was not answered: the field was left with Escape.'],
    ['there is nobody to ask', '“How many?” was not answered: there is nobody to ask.'],
  ] as const) {
    const { number, done } = bench.start(`${from}await input('How many?')`)
    const { question } = await asked(bench, number)
    bench.session.answer({ type: 'answer', question, ...(reason && { reason }) })
    await done
    const { error } = bench.result(number)
    assert.deepEqual([error.name, error.message], ['NoAnswerError', message])
    assert.equal(error.frames[0]?.line, 2)
  }
})

test('Stop ends a cell that asks, and a late answer changes nothing', async () => {
  const bench = new Bench()
  const { number, done } = bench.start(`let after = 0\n${from}await input('How many?')\nafter = 1`)
  const { question } = await asked(bench)
  bench.session.interrupt(number)
  await done
  assert.equal(bench.result(number).outcome.status, 'interrupted')
  bench.session.answer({ type: 'answer', question, text: '1' })
  const { status } = await bench.run('0')
  assert.equal(status.variables.find(({ name }) => name === 'after')?.summary, '0')
})

test('what is typed must be a number where one is asked for; what is asked must make sense', async () => {
  const bench = new Bench()
  const { number, done } = bench.start(`${from}await input('How many?', { default: 1 })`)
  bench.session.answer({ type: 'answer', question: (await asked(bench)).question, text: 'many' })
  await done
  assert.match(bench.result(number).error.message, /“How many\?” asks for a number, not “many”/)
  assert.match(
    (await bench.run(`${from}await input(3 as never)`)).error.message,
    /is the question, in words; not 3/,
  )
  assert.match(
    (await bench.run(`${from}await input('x', { default: {} as never })`)).error.message,
    /default is a text or a number/,
  )
})
