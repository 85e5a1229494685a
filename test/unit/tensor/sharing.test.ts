import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onSharedMemory } from '../../../src/tensor/wasm/sharing'
import plain from '../../../src/tensor/wasm/native/plain.wasm'
import relaxed from '../../../src/tensor/wasm/native/relaxed.wasm'
import { files } from '../../numeric/backends'

/** A module with these sections. */
function module(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()])
}

const bounded = [5, 4, 1, 1, 1, 2]

test('a module with memory of its own shares it', async () => {
  const exported = [7, 5, 1, 1, 0x6d, 2, 0]
  const shared = onSharedMemory(module(bounded, exported))
  const { instance } = await WebAssembly.instantiate(shared)
  assert.ok((instance.exports['m'] as WebAssembly.Memory).buffer instanceof SharedArrayBuffer)
})

test('and one that imports it, behind whatever else it imports', () => {
  const names = [1, 0x61, 1, 0x62]
  const imports = [
    ...[...names, 0, 0],
    ...[...names, 1, 0x70, 1, 1, 2],
    ...[...names, 3, 0x7f, 0],
    ...[1, 0x61, 1, 0x6d, 2, 1, 1, 2],
  ]
  const types = [1, 4, 1, 0x60, 0, 0]
  const bytes = module(types, [2, imports.length + 1, 4, ...imports])
  assert.ok(WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>))
  const before = bytes.slice()
  const shared = onSharedMemory(bytes)
  assert.deepEqual(bytes, before)
  assert.ok(WebAssembly.validate(shared))
  assert.equal(shared.filter((byte, i) => byte !== bytes[i]).length, 1)
  assert.equal(shared.at(-3), 3)
})

test("TensorFlow.js's module and both builds of ours can share theirs", () => {
  for (const bytes of [...Object.values(files.wasm), plain, relaxed])
    assert.ok(WebAssembly.validate(onSharedMemory(bytes)))
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536, shared: true })
  for (const bytes of [plain, relaxed]) {
    const kernels = new WebAssembly.Module(onSharedMemory(bytes))
    assert.ok(new WebAssembly.Instance(kernels, { env: { memory, scratch: 64 } }))
  }
})

test('a module that cannot share memory is refused', () => {
  assert.throws(() => onSharedMemory(module()), /cannot share it/)
  assert.throws(() => onSharedMemory(module([5, 3, 1, 0, 1])), RangeError)
})
