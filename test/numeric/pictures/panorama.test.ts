import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { cosineProcess, data, denoiser, panorama, seams, unet, type Denoiser } from '../../../src/models'
import { asDenoiser } from '../../../src/models/denoiser'
import { Prediction } from '../../../src/models/prediction'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const stream = (name: string) => new RandomStream(10, name)
const process = cosineProcess()

/** x̂₀ = 0.3 x² + where in the window a pixel is + what is told: no two windows say the same of a pixel. */
function opinionated(height: number, width: number): Denoiser {
  return asDenoiser(process, [height, width, 1], (x: tf.Tensor, t, condition) => {
    const place = tf.range(0, height * width).reshape([1, height, width, 1])
    const x0 = x
      .square()
      .mul(0.3)
      .add(place)
      .add((condition?.['y'] as number | undefined) ?? 0)
    return new Prediction(process, t, [
      { value: x0, ofX0: () => 1, ofNoise: (t) => -process.alpha(t) / process.sigma(t) },
      { value: x, ofX0: () => 0, ofNoise: (t) => 1 / process.sigma(t) },
    ])
  })
}

describe('a panorama', () => {
  for (const [height, width, rows, columns, stride] of [
    [4, 4, 4, 11, 3],
    [4, 6, 7, 8, 2],
    [3, 3, 3, 3, 1],
    [2, 4, 6, 8, 2],
  ] as const)
    test(`of ${rows} × ${columns} by windows of ${height} × ${width}, ${stride} apart, is their mean`, () => {
      const model = opinionated(height, width)
      const large = panorama(model, { size: [rows, columns], stride })
      assert.deepEqual(large.shape, [rows, columns, 1])
      const x = stream('x').normalTensor([2, rows, columns, 1])
      const values = x.dataSync()
      const starts = (length: number, window: number): number[] => {
        const found: number[] = []
        for (let at = 0; ; at += stride) {
          found.push(Math.min(at, length - window))
          if (at >= length - window) return found
        }
      }
      const sums = new Float64Array(2 * rows * columns)
      const counts = new Float64Array(2 * rows * columns)
      for (let i = 0; i < 2; i++)
        for (const top of starts(rows, height))
          for (const left of starts(columns, width))
            for (let r = 0; r < height; r++)
              for (let c = 0; c < width; c++) {
                const at = (i * rows + top + r) * columns + left + c
                sums[at]! += 0.3 * values[at]! ** 2 + r * width + c + 5
                counts[at]!++
              }
      const prediction = large.predict(x, 0.4, { y: 5 })
      approximately(
        take(prediction.x0),
        Array.from(sums, (sum, at) => sum / counts[at]!),
        1e-4,
      )
      // α x̂₀ + σ ε̂ = x_t holds for the mean as it does for each window.
      const back = tf.tidy(() =>
        prediction.x0.mul(process.alpha(0.4)).add(prediction.noise.mul(process.sigma(0.4))),
      )
      approximately(take(back), [...values], 1e-4)
    })

  test('each window is told what belongs to its place', () => {
    const large = panorama(opinionated(2, 2), {
      size: [2, 6],
      stride: 2,
      condition: (_, left) => ({ y: 100 * left }),
    })
    const x0 = take(large.predict(tf.zeros([1, 2, 6, 1]), 0.4).x0)
    approximately(x0, [0, 1, 200, 201, 400, 401, 2, 3, 202, 203, 402, 403], 1e-4)
  })

  test('windows that leave gaps or do not fit are refused', () => {
    const model = opinionated(4, 4)
    assert.throws(
      () => panorama(model, { size: [4, 8], stride: 5 }),
      /stride must be a whole number from 1 to 4/,
    )
    assert.throws(
      () => panorama(model, { size: [3, 8] }),
      /height must be a whole number of pixels from 4 on/,
    )
    assert.throws(
      () => panorama(model, { size: [4, 8.5] }),
      /width must be a whole number of pixels from 4 on/,
    )
    const large = panorama(model, { size: [4, 8] })
    assert.throws(() => large.predict(tf.zeros([1, 4, 4, 1]), 0.4), /states of shape \[n, 4, 8, 1\]/)
    const small = denoiser(process, unet({ shape: [4, 4, 1], channels: 8, multipliers: [1] }), {
      predicts: 'v',
    })
    assert.deepEqual(
      panorama(small, { size: [4, 12] }).predict(tf.zeros([1, 4, 12, 1]), 0.4).x0.shape,
      [1, 4, 12, 1],
    )
  })

  test('seams are what the differences across them are of all others', async () => {
    // Differences of neighbouring columns: 1, 1, 3, 1, 1.
    const x = tf.tensor([0, 1, 2, 5, 6, 7]).reshape([1, 1, 6, 1])
    assert.ok(Math.abs((await seams(x, 3)) - 9) < 1e-6)
    // One texture of 16 × 48 has no seams; three side by side have.
    const textures = data.textures()
    const many = textures.draw(60, stream('textures'))
    const beside = many.reshape([20, 3, 16, 16, 1]).transpose([0, 2, 1, 3, 4]).reshape([20, 16, 48, 1])
    assert.ok((await seams(beside, 16)) > 1.5)
    await assert.rejects(() => seams(x, 6), /to below their width/)
  })
})
