import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  cosineProcess,
  data,
  ddim,
  denoiser,
  pictureAutoencoder,
  refinable,
  refining,
  refiningConditions,
  sample,
  shrunk,
  train,
  unet,
  type Condition,
} from '../../../src/models'
import { blockMeans, enlarged } from '../../../src/models/pictures/cascade'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const stream = (name: string) => new RandomStream(9, name)

describe('coarse and fine pictures', () => {
  test('means over blocks are those of the definition, for any height and width', () => {
    const [n, rows, columns, channels, factor] = [2, 3, 1, 2, 3]
    const x = stream('x').normalTensor([n, rows * factor, columns * factor, channels])
    const values = x.dataSync()
    const expected: number[] = []
    for (let i = 0; i < n; i++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++)
          for (let k = 0; k < channels; k++) {
            let sum = 0
            for (let a = 0; a < factor; a++)
              for (let b = 0; b < factor; b++)
                sum +=
                  values[
                    ((i * rows * factor + r * factor + a) * columns * factor + c * factor + b) * channels + k
                  ]!
            expected.push(sum / factor ** 2)
          }
    const small = blockMeans(x, factor)
    approximately(take(small.clone()), expected, 1e-6)
    const large = enlarged(small, factor)
    assert.deepEqual(large.shape, x.shape)
    approximately(take(blockMeans(large, factor)), expected, 1e-6)
    for (const [r, c] of [
      [0, 0],
      [8, 2],
      [4, 1],
    ] as const)
      assert.equal(
        take(large.slice([1, r, c, 1], [1, 1, 1, 1]))[0],
        take(small.slice([1, Math.floor(r / 3), Math.floor(c / 3), 1], [1, 1, 1, 1]))[0],
      )
  })

  test('smaller data are means of the same draws, with the same labels', () => {
    const digits = data.digits({ size: 16 })
    const small = shrunk(digits, 4)
    assert.deepEqual(small.shape, [4, 4, 1])
    const fine = digits.drawLabelled(5, stream('digits'))
    const coarse = small.drawLabelled!(5, stream('digits'))
    assert.deepEqual([...coarse.labels], [...fine.labels])
    approximately(take(coarse.x), take(blockMeans(fine.x, 4)), 1e-6)
    assert.throws(() => shrunk(digits, 3), /factor must be a whole number that divides 16/)
  })

  test('what is told is the enlarged mean with as much noise as is said', () => {
    const told = refinable(data.digits({ size: 8 }), { noise: 0.4 })
    const { x, condition } = told.drawConditioned(400, stream('told')) as {
      x: tf.Tensor
      condition: { coarse: tf.Tensor; noise: tf.Tensor; class: Int32Array }
    }
    assert.equal(condition.class.length, 400)
    const s = take(condition.noise.clone())
    assert.ok(Math.max(...s) <= 0.4 && Math.min(...s) >= 0 && Math.max(...s) > 0.38)
    const residual = tf.tidy(() =>
      condition.coarse
        .sub(enlarged(blockMeans(x, 2), 2))
        .square()
        .mean([1, 2, 3])
        .dataSync(),
    )
    // The variance of 64 normals of deviation s has a standard error of s² √(2/64): 5 of them.
    s.forEach((deviation, i) =>
      assert.ok(
        Math.abs(residual[i]! - deviation ** 2) <= 5 * deviation ** 2 * Math.sqrt(2 / 64) + 1e-9,
        `picture ${i}`,
      ),
    )
  })
})

describe('a model that refines', () => {
  const shape = [8, 8, 1] as const
  const build = () =>
    denoiser(
      cosineProcess(),
      unet({
        ...{ shape, channels: 8, groups: 4, multipliers: [1], attention: [] },
        conditions: refiningConditions(shape),
      }),
      { predicts: 'v', drop: 0, stream: stream('refiner') },
    )

  test('makes pictures whose means over blocks are what it was told, once it has learnt to', async () => {
    const model = build()
    const bars = data.bars({ size: 8 })
    const unnamed = {
      name: bars.name,
      shape: bars.shape,
      draw: (n: number, from?: RandomStream) => bars.draw(n, from),
    }
    await train(model, refinable(unnamed), {
      steps: 250,
      batch: 32,
      rate: 4e-3,
      ema: 0.98,
      stream: stream('training'),
    })
    const x = bars.draw(24, stream('bars'))
    const coarse = blockMeans(x, 2)
    const fine = await sample(
      ddim(refining(model, coarse, { noise: 0.05, stream: stream('noise') }), { steps: 12 }),
      24,
      {
        stream: stream('sample'),
      },
    )
    const error = (y: tf.Tensor) => take(tf.squaredDifference(y, coarse).mean())[0]!
    const mine = error(blockMeans(fine, 2))
    const another = error(blockMeans(tf.reverse(fine, 0), 2))
    assert.ok(mine < 0.1 * another, `${mine} of its own, ${another} of another`)
  })

  test('is told the coarse picture, how noisy it is, and what else there is to tell', () => {
    const model = build()
    let seen: Condition = null
    const watching = {
      ...model,
      predict: (x: tf.Tensor, t: number, condition?: Condition) => (
        (seen = condition ?? null),
        model.predict(x, t, condition)
      ),
    }
    const coarse = stream('coarse').normalTensor([3, 4, 4, 1])
    const refined = refining(watching as typeof model, coarse, { noise: 0 })
    refined.predict(tf.zeros([3, 8, 8, 1]), 0.5)
    const told = seen as unknown as { coarse: tf.Tensor; noise: tf.Tensor }
    approximately(take(told.coarse.clone()), take(enlarged(coarse, 2)), 1e-7)
    assert.deepEqual(take(told.noise.clone()), [0, 0, 0])
    assert.throws(() => refining(model, tf.zeros([3, 3, 3, 1])), /must divide those of \[n, 8, 8, 1\]/)
    assert.throws(() => refining(model, coarse, { noise: -1 }), /noise must not be negative/)
  })
})

test('codes keep what is told of the pictures', () => {
  const coder = pictureAutoencoder({ shape: [16, 16, 3], channels: 8, latent: 2, stream: stream('coder') })
  const shapes = data.shapes({ things: 'any' })
  const { x, condition } = coder.codes(shapes, 2).drawConditioned!(3, stream('codes'))
  const plain = shapes.drawConditioned(3, stream('codes'))
  approximately(take(x), take(coder.encode(plain.x).mul(2)), 1e-6)
  const words = (of: Condition) => take((of as { caption: tf.Tensor }).caption.clone())
  assert.deepEqual(words(condition), words(plain.condition))
})
