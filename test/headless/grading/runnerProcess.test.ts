/** A runner that a student's code has taken over entirely: what it can say, and what that gains. */
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { readMessages, writeMessage } from '../../../src/cli/grade/channel'
import { RunnerEnded, RunnerProcess } from '../../../src/cli/grade/runnerProcess'
import type { Ended, Launched } from '../../../src/cli/grade/sandbox'

const CELLS = [{ id: 'a', kind: 'answer' as const, source: '1' }]
const START = {
  mode: 'grade' as const,
  seed: 1,
  backend: 'wasm' as const,
  cells: CELLS,
  answerNames: [],
  cellSeconds: 10,
  heapMegabytes: 100,
}
const ENDED = { type: 'ended', status: 'ok', milliseconds: 1, outputs: [] }

interface Taken {
  /** Writes a message with the right nonce, as only the runner's minding thread could. */
  readonly say: (message: object) => void
  readonly raw: PassThrough
  /** Ends as a process does. */
  readonly exit: (how?: Partial<Ended>) => void
  readonly killed: () => boolean
}

/** @param react is told what the grader says */
function takenOver(react: (message: { type: string }, runner: Taken) => void, seconds = 60) {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  const { promise, resolve } = Promise.withResolvers<Ended>()
  let nonce = ''
  let killed = false
  const exit = (how: Partial<Ended> = {}) => resolve({ code: 0, signal: null, outOfMemory: false, ...how })
  const taken: Taken = {
    say: (message) => writeMessage(stdout, { ...message, nonce }),
    raw: stdout,
    exit,
    killed: () => killed,
  }
  readMessages(
    stdin,
    (message) => {
      const told = message as { type: string; nonce?: string }
      if (told.type === 'start') {
        nonce = told.nonce!
        taken.say({ type: 'begun' })
        taken.say({ type: 'ready', device: 'fake' })
      } else react(told, taken)
    },
    assert.ifError,
  )
  const kill = () => {
    killed = true
    exit({ code: null, signal: 'SIGKILL' })
  }
  const launched: Launched = { stdin, stdout, stderr: new PassThrough(), kill, ended: promise }
  return { process: new RunnerProcess(launched, seconds), taken }
}

async function endOf(promise: Promise<unknown>): Promise<RunnerEnded> {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof RunnerEnded, String(error))
    return error
  }
  assert.fail('the runner should have been ended')
}

function forgery(name: string, react: Parameters<typeof takenOver>[0], message: RegExp): void {
  test(`taken over: ${name}`, async () => {
    const { process, taken } = takenOver(react)
    await process.start(START)
    const end = await endOf(process.run(0).then(() => process.run(0)))
    assert.equal(end.reason, 'tampered')
    assert.match(end.message, message)
    assert.ok(taken.killed())
  })
}

test('a runner that keeps to its words is listened to', async () => {
  const { process } = takenOver((_, { say }) => say(ENDED))
  await process.start(START)
  assert.equal((await process.run(0)).type, 'ended')
  await process.close()
})

forgery('says something twice', (_, { say }) => (say(ENDED), say(ENDED)), /nobody had asked for/)
forgery(
  'answers what was not asked',
  (_, { say }) => (say(ENDED), say({ type: 'answer', answer: { data: 2 } })),
  /nobody had asked for \(answer\)/,
)
forgery(
  'does not know the nonce',
  (_, { raw }) => writeMessage(raw, { ...ENDED, nonce: 'guessed' }),
  /did not send/,
)
forgery('leaves the nonce out', (_, { raw }) => writeMessage(raw, ENDED), /did not send/)
forgery('says what is no message', (_, { say }) => say({ type: 'passed', points: 100 }), /did not send/)
forgery(
  'says a message of another form',
  (_, { say }) => say({ ...ENDED, milliseconds: 'many' }),
  /did not send/,
)
forgery('names a type of every object', (_, { say }) => say({ type: 'constructor' }), /did not send/)
forgery('writes no JSON', (_, { raw }) => raw.write(Buffer.from('\x04\x00\x00\x00{{{{')), /no JSON/)
forgery(
  'writes what is no message at all',
  (_, { raw }) => raw.write('points: 100\n'.repeat(1000)),
  /no message/,
)
forgery('breaks off in a message', (_, { raw }) => raw.end(Buffer.from([100, 0, 0, 0, 1])), /cut off/)
forgery(
  'floods',
  (_, { raw }) => {
    const body = Buffer.alloc(30 * 2 ** 20, ' ')
    body.write('{}')
    const head = Buffer.alloc(4)
    head.writeUInt32LE(body.length)
    raw.write(Buffer.concat([head, body]))
  },
  /did not send/,
)

test('taken over: more bytes than any submission needs end it', () => {
  const stream = new PassThrough()
  let error: Error | undefined
  readMessages(
    stream,
    () => {},
    (found) => (error = found),
    { most: 1000 },
  )
  for (let i = 0; i < 100; i++) writeMessage(stream, { x: i })
  stream.resume()
  return new Promise<void>((resolve) =>
    stream.end(() =>
      setImmediate(() => {
        assert.match(error?.message ?? '', /MiB came back/)
        resolve()
      }),
    ),
  )
})

test('taken over: silence is ended by the clock', async () => {
  const { process, taken } = takenOver(() => {}, 0.05)
  await process.start(START)
  const end = await endOf(process.run(0))
  assert.equal(end.reason, 'timeout')
  assert.ok(taken.killed())
})

for (const [name, how, reason] of [
  ['memory', { code: null, signal: 'SIGKILL', outOfMemory: true }, 'oom'],
  ['a signal', { code: null, signal: 'SIGSEGV' }, 'killed'],
  ['its own wish', { code: 0 }, 'killed'],
] as const)
  test(`a process that ends by ${name} is ${reason}`, async () => {
    const { process } = takenOver((_, { exit }) => exit(how))
    await process.start(START)
    assert.equal((await endOf(process.run(0))).reason, reason)
  })

test("what ends before anything of the submission was looked at is the grader's own fault", async () => {
  const stdout = new PassThrough()
  const launched: Launched = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    kill: () => {},
    ended: Promise.resolve({ code: 1, signal: null, outOfMemory: false }),
  }
  const end = await endOf(new RunnerProcess(launched, 60).start(START))
  assert.equal(end.reason, 'failed')
})
