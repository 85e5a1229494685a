import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  attention,
  convolutionOnto,
  groupNorm,
  RandomStream,
  useWorkers,
  workerProblem,
} from '../../../src/tensor'
import { idleThread, turn, twoProcessors } from '../threads'
import { onBuilds } from './builds'

after(() => useWorkers(undefined))

/** A function of some tensors, large enough that its gradients are worth another thread too. */
interface Case {
  readonly what: string
  readonly shapes: readonly (readonly number[])[]
  readonly f: (...inputs: tf.Tensor[]) => tf.Tensor
  /** Requests to the other thread, forwards and back. */
  readonly shared: number
}

const CASES: readonly Case[] = [
  {
    what: 'a product of an odd number of rows',
    shapes: [
      [1031, 67],
      [67, 71],
    ],
    f: (a, b) => tf.matMul(a, b),
    shared: 3,
  },
  {
    what: 'a convolution of an odd number of pictures',
    shapes: [
      [5, 17, 17, 33],
      [3, 3, 33, 31],
    ],
    f: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'),
    shared: 3,
  },
  {
    what: 'a convolution onto other pictures',
    shapes: [[3, 16, 17, 40], [40], [3, 16, 17, 40], [3, 3, 40, 40]],
    f: (rest, bias, x, w) => convolutionOnto(rest, bias, x, w),
    shared: 3,
  },
  {
    what: 'attention',
    shapes: [
      [9, 65, 67],
      [9, 63, 67],
      [9, 63, 65],
    ],
    f: (q, k, v) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D),
    shared: 2,
  },
  {
    what: 'group normalisation with one scale for all',
    shapes: [[7, 30, 31, 48], [48], [48]],
    f: (x, scale, shift) => groupNorm(x, scale, shift, { groups: 8, activation: 'silu' }),
    shared: 2,
  },
  {
    what: 'group normalisation with a scale for each',
    shapes: [
      [7, 30, 31, 48],
      [7, 48],
      [7, 48],
    ],
    f: (x, scale, shift) => groupNorm(x, scale, shift, { groups: 6 }),
    shared: 2,
  },
]

/** Its value and its gradients in all inputs, bit by bit. */
function numbers({ shapes, f }: Case): Uint32Array[] {
  const stream = new RandomStream(3, 'two threads')
  const inputs = shapes.map((shape) => stream.normalTensor([...shape]))
  const made = tf.tidy(() => {
    const value = f(...inputs)
    const slope = stream.normalTensor(value.shape)
    return [
      value,
      ...tf.grads((...at: tf.Tensor[]) =>
        f(...at)
          .mul(slope)
          .sum(),
      )(inputs),
    ]
  })
  const bits = made.map((tensor) => new Uint32Array(tensor.dataSync<'float32'>().buffer))
  tf.dispose([inputs, made])
  return bits
}

onBuilds('kernels by two threads', () => {
  for (const one of CASES)
    test(`give the same bits as by one: ${one.what}`, async () => {
      useWorkers(undefined)
      const alone = numbers(one)
      const { numTensors } = tf.memory()
      const { host, done } = twoProcessors()
      useWorkers(host, 2)
      // Until the other thread was there, and has had its part of everything.
      while (done() < one.shared) {
        assert.deepEqual(numbers(one), alone)
        await turn()
      }
      assert.equal(workerProblem(), undefined)
      assert.equal(tf.memory().numTensors, numTensors)
    })

  test('what the other thread never begins is done here, also when it has ended', async () => {
    const [product] = CASES
    useWorkers(undefined)
    const alone = numbers(product!)
    const idle = idleThread()
    useWorkers(idle.host, 2)
    for (let i = 0; i < 3 || !idle.attends(); i++) {
      assert.deepEqual(numbers(product!), alone)
      await turn()
    }
    idle.end('It fell over.')
    assert.ok(idle.ended())
    assert.equal(workerProblem(), 'It fell over.')
    assert.deepEqual(numbers(product!), alone)
  })
})
