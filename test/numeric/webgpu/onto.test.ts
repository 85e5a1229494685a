import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { exactOnto, madeOnto, ONTO_CASES } from '../onto'
import { counted } from './count'
import { onWebGpuDevice, read } from './device'
import { assertNear, randoms } from './exact'

onWebGpuDevice('layers added to what goes past them', () => {
  test('agree with sums in double precision', async () => {
    for (const one of ONTO_CASES) {
      const values = one.shapes.map(randoms) as [Float32Array, Float32Array, Float32Array, Float32Array]
      const d = randoms(one.shapes[0])
      const exact = exactOnto(one, values, d)
      for (const [i, made] of madeOnto(one, values, d).entries()) {
        assert.deepEqual(made.shape, i === 0 ? one.shapes[0] : one.shapes[i - 1])
        assertNear((await read(made)).values, exact[i]!, i ? 1e-5 : 1e-6, `${i} of ${one.what}`)
      }
    }
  })

  test('take one dispatch where sums are short', () => {
    for (const { shapes, f, what } of ONTO_CASES.filter(
      ({ shapes }) => !shapes[0].includes(0) && shapes[2].at(-1)! < 1024,
    )) {
      const inputs = shapes.map((shape) => tf.zeros(shape)) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      // Numbers made on the processor are sent when they are first used.
      f(...inputs).dispose()
      assert.deepEqual(
        counted(() => f(...inputs)),
        { dispatches: 1, copies: 0 },
        what,
      )
      tf.dispose(inputs)
    }
  })
})
