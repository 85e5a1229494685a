import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KernelClient, KernelStartError, type Transport } from '../../../src/kernel/client'
import type { DriverMessage, KernelMessage } from '../../../src/kernel/protocol'

test('a kernel that was ended before its start is not waited for', async () => {
  const transport: Transport = { post: () => {}, onMessage: () => {}, onExit: () => {}, terminate: () => {} }
  const client = new KernelClient(transport)
  client.terminate('The notebook was closed.')
  const starting = client.start({ seed: 1, backend: 'cpu', wasm: {} })
  await assert.rejects(starting, (error) => error instanceof KernelStartError && /closed/.test(error.message))
})

test('a kernel is given files of weights, and no other file', async () => {
  const posted: DriverMessage[] = []
  const asked: string[] = []
  let say: (message: KernelMessage) => void = () => {}
  const transport: Transport = {
    post: (message) => void posted.push(message),
    onMessage: (listener) => void (say = listener),
    onExit: () => {},
    terminate: () => {},
  }
  const client = new KernelClient(transport)
  const bytes = Uint8Array.of(1, 2)
  const readWeights = (file: string) => {
    asked.push(file)
    return file === 'a-b2.json' ? Promise.resolve(bytes) : Promise.reject(new Error('it is not there'))
  }
  void client.start({ seed: 1, backend: 'cpu', wasm: {}, readWeights })
  say({ type: 'ready', protocol: 3, device: { backend: 'cpu', name: 'JavaScript', software: false } })
  const wrong = [
    '../a-b2.json',
    'a/b.json',
    '/etc/passwd',
    'a.txt',
    'a..json',
    '',
    'A.json',
    'a.json\n',
    'a%2f.json',
  ]
  const files = ['a-b2.json', 'gone.safetensors', ...wrong]
  for (const [request, file] of files.entries()) say({ type: 'readWeights', request, file })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(asked, ['a-b2.json', 'gone.safetensors'])
  const answers = posted.filter((message) => message.type === 'weightsRead')
  assert.deepEqual(
    answers.map(({ request }) => request).sort((a, b) => a - b),
    [...files.keys()],
  )
  for (const { request, bytes: sent, reason } of answers) {
    if (request === 0) assert.deepEqual([sent, reason], [bytes, undefined])
    else if (request === 1) assert.equal(reason, 'it is not there')
    else assert.equal(reason, 'this is not the name of a file of weights', files[request])
  }
  client.terminate()
})
