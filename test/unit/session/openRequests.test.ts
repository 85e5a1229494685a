import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OpenRequests } from '../../../src/kernel/session/openRequests'

test('each answer goes to whoever asked, in any order', async () => {
  const posted: number[] = []
  const requests = new OpenRequests<string>()
  const first = requests.ask((request) => posted.push(request))
  const second = requests.ask((request) => posted.push(request))
  assert.deepEqual(posted, [first.request, second.request])
  assert.notEqual(first.request, second.request)
  requests.answer(second.request, 'two')
  requests.answer(first.request, 'one')
  assert.deepEqual(await Promise.all([first.answered, second.answered]), ['one', 'two'])
})

test('a driver may answer while it is asked, and a second answer changes nothing', async () => {
  const requests = new OpenRequests<string>()
  const { request, answered } = requests.ask((request) => requests.answer(request, 'at once'))
  requests.answer(request, 'again')
  assert.equal(await answered, 'at once')
})

test('what is forgotten is answered no more', async () => {
  const requests = new OpenRequests<string>()
  const { request, answered } = requests.ask(() => undefined)
  requests.forget(request)
  requests.answer(request, 'late')
  const settled = await Promise.race([answered, new Promise((resolve) => setImmediate(resolve, 'nothing'))])
  assert.equal(settled, 'nothing')
})
