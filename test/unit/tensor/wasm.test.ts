import assert from 'node:assert/strict'
import { afterEach, before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../../src/tensor'
import { accelerateWasm, wasmBuild } from '../../../src/tensor/wasm'
import { files, take } from '../../numeric/backends'

const { validate } = WebAssembly

/** Lets the engine refuse our first choice, or all of them. */
function refuse(what: 'relaxed' | 'all'): void {
  let asked = 0
  WebAssembly.validate = () => (what === 'all' ? false : asked++ > 0)
}

const product = () => take(tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]]))))

describe('the build of our kernels', () => {
  before(() => selectBackend('wasm', files))
  afterEach(async () => {
    WebAssembly.validate = validate
    await accelerateWasm()
  })

  test('is the one with relaxed SIMD where the engine takes it', async () => {
    await accelerateWasm()
    assert.equal(wasmBuild(), 'relaxed')
    assert.deepEqual(product(), [11])
  })

  test('is the plain one where it does not', async () => {
    refuse('relaxed')
    await accelerateWasm()
    assert.equal(wasmBuild(), 'plain')
    assert.deepEqual(product(), [11])
  })

  test('is none where there is no SIMD, and TensorFlow.js does it alone', async () => {
    refuse('all')
    await accelerateWasm()
    assert.equal(wasmBuild(), 'stock')
    assert.deepEqual(product(), [11])
  })

  test('is opened once for each, however often it is chosen', async () => {
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
    await accelerateWasm('plain')
    await accelerateWasm('relaxed')
    const before = heap()
    for (let i = 0; i < 200; i++) {
      await accelerateWasm('plain')
      await accelerateWasm('relaxed')
    }
    assert.equal(heap(), before)
  })
})
