import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { LanguageError } from '../../../src/kernel/language/client'
import { settled, Workers } from './workers'

function mockTime(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return (milliseconds: number) => t.mock.timers.tick(milliseconds)
}

test('one request is with the worker at a time, and compiling goes ahead of checks', async () => {
  const workers = new Workers()
  const { client } = workers
  const check = client.check('n', [])
  await settled()
  assert.deepEqual(workers.sent, ['initialize'])
  const second = client.check('m', [])
  await settled()
  const compiled = client.compile('a', '1')
  workers.answer(null)
  assert.deepEqual(workers.sent, ['initialize', 'compile a'])
  workers.answer('compiled')
  assert.equal(await compiled, 'compiled')
  assert.deepEqual(workers.sent.slice(2), ['check n'])
  workers.answer('first')
  assert.equal(await check, 'first')
  assert.deepEqual(workers.sent.slice(3), ['check m'])
  workers.answer('second')
  assert.equal(await second, 'second')
})

test('a call without an answer is ended, and the next ones get a worker of their own', async (t) => {
  const tick = mockTime(t)
  const workers = new Workers()
  const hung = workers.client.compile('a', 'hostile')
  const next = workers.client.compile('b', '1')
  tick(999)
  assert.equal(workers.started.length, 1)
  tick(1)
  await assert.rejects(hung, (error) => error instanceof LanguageError && /cell a.*1 s/.test(error.message))
  assert.equal(workers.started[0]!.ended, true)
  assert.deepEqual(workers.sent, ['compile b'])
  // What the ended worker still says is not the answer to anything.
  workers.started[0]!.events.onMessage({
    request: workers.newest.requests[0]!.request,
    ok: true,
    result: 'stale',
  })
  workers.answer('fresh')
  assert.equal(await next, 'fresh')
  tick(10_000)
  assert.equal(workers.newest.ended, false)
})

test('a new worker gets the declarations again before it checks', async (t) => {
  const tick = mockTime(t)
  const workers = new Workers()
  const first = workers.client.check('n', [])
  await settled()
  workers.answer(null)
  tick(1000)
  await assert.rejects(first, LanguageError)
  const second = workers.client.check('n', [])
  await settled()
  assert.equal(workers.started.length, 2)
  assert.deepEqual(workers.sent, ['initialize'])
  workers.answer(null)
  workers.answer('found')
  assert.equal(await second, 'found')
})

test('a worker that fails rejects the call in progress with the reason', async () => {
  const workers = new Workers()
  const call = workers.client.compile('a', '1')
  const next = workers.client.compile('b', '1')
  workers.newest.events.onFailure('out of memory')
  await assert.rejects(call, /out of memory/)
  workers.answer('compiled')
  assert.equal(await next, 'compiled')
})

test('a request that the worker refuses is rejected with its reason, and the worker goes on', async () => {
  const workers = new Workers()
  const check = workers.client.check('n', [])
  await settled()
  workers.newest.events.onMessage({
    request: workers.newest.requests[0]!.request,
    ok: false,
    reason: 'other version',
  })
  await assert.rejects(check, /other version/)
  const compiled = workers.client.compile('a', '1')
  workers.answer('compiled')
  assert.equal(await compiled, 'compiled')
  assert.equal(workers.started.length, 1)
})

test('declarations that cannot be read fail the check only', async () => {
  let readable = false
  const workers = new Workers(() =>
    readable ? Promise.resolve('{}') : Promise.reject(new Error('no types.json')),
  )
  await assert.rejects(workers.client.check('n', []), /no types\.json/)
  readable = true
  const check = workers.client.check('n', [])
  await settled()
  workers.answer(null)
  workers.answer('found')
  assert.equal(await check, 'found')
})

test('shutting down rejects everything that waits, and later calls', async () => {
  const workers = new Workers()
  const calls = [workers.client.compile('a', '1'), workers.client.compile('b', '1')]
  workers.client.dispose()
  for (const call of calls) await assert.rejects(call, /shut down/)
  await assert.rejects(workers.client.compile('c', '1'), /shut down/)
  assert.equal(workers.newest.ended, true)
})
