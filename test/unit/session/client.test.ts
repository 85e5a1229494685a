import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KernelClient, KernelStartError, type Transport } from '../../../src/kernel/client'

test('a kernel that was ended before its start is not waited for', async () => {
  const transport: Transport = { post: () => {}, onMessage: () => {}, onExit: () => {}, terminate: () => {} }
  const client = new KernelClient(transport)
  client.terminate('The notebook was closed.')
  const starting = client.start({ seed: 1, backend: 'cpu', wasm: {} })
  await assert.rejects(starting, (error) => error instanceof KernelStartError && /closed/.test(error.message))
})
