import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { mixture } from '../../../src/models/data/mixture'
import { denoiser } from '../../../src/models/denoiser'
import { exact, exactMap } from '../../../src/models/exact'
import { flow, realNvp } from '../../../src/models/flows'
import { decode, encode, interpolateCodes, slerp } from '../../../src/models/likelihood'
import { denoising } from '../../../src/models/losses'
import { mlp } from '../../../src/models/mlp'
import { vp } from '../../../src/models/processes'
import { cosine, train } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const M1 = mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const two = mixture({
  means: [
    [-1, 0],
    [1, 0.4],
  ],
  deviations: 0.4,
})

describe('codes', () => {
  test('of a Gaussian are α_T μ + (x − α_t μ) √(v_T/v_t)', async () => {
    const process = vp()
    const [mean, v] = [0.7, 0.36]
    const law = mixture({ means: [[mean]], deviations: 0.6 })
    const x = Float64Array.of(-1, 0.2, 2)
    const z = await encode(exact<Float64Array>(process, law), x, { from: 0.05, tolerance: 1e-10 })
    const variance = (t: number): number => process.alpha(t) ** 2 * v + process.sigma(t) ** 2
    approximately(
      z,
      x.map(
        (value) =>
          process.alpha(1) * mean +
          (value - process.alpha(0.05) * mean) * Math.sqrt(variance(1) / variance(0.05)),
      ),
      1e-8,
    )
  })

  test('of the mixture on a line keep the probability to each side', async () => {
    const process = vp()
    const x = Float64Array.of(-1.2, 0.1, 1.3)
    const z = await encode(exact<Float64Array>(process, M1), x, { from: 0.01, tolerance: 1e-10 })
    approximately(z, exactMap(process, M1)(x, 0.01, 1), 1e-7)
  })

  test('decoding undoes encoding, on doubles and on tensors', async () => {
    const model = exact<Float64Array>(vp(), two)
    const x = new RandomStream(1, 'x').normal(8)
    approximately(
      await decode(model, await encode(model, x, { tolerance: 1e-9 }), { tolerance: 1e-9 }),
      x,
      1e-5,
    )
    const tensors = exact(vp(), two)
    const start = tf.tensor2d(Float32Array.from(x), [4, 2])
    const z = await encode(tensors, start)
    const back = await decode(tensors, z)
    // Contracting one way is expanding the other way: single precision's errors grow by σ_T/deviation along the way.
    approximately(take(back), x, 1e-3)
    tf.dispose([start, z])
  })

  test('at temperature τ the samples of N(0, v) have the variance τ² v', async () => {
    const law = mixture({ means: [[0]], deviations: 0.6 })
    const model = exact<Float64Array>(vp(), law)
    const z = Float64Array.of(1)
    const [one, half] = [
      await decode(model, z, { tolerance: 1e-9 }),
      await decode(
        model,
        z.map((value) => 0.5 * value),
        { tolerance: 1e-9 },
      ),
    ]
    approximately(half[0]! / one[0]!, 0.5, 1e-9)
    // At the data's time 1e-3 the law has the variance α²v + σ².
    const process = vp()
    approximately(one[0]! ** 2, process.alpha(1e-3) ** 2 * 0.36 + process.sigma(1e-3) ** 2, 1e-3)
  })
})

describe('spherical interpolation', () => {
  test('begins and ends at its ends, and keeps the length of two of the same length', () => {
    const [a, b] = [Float64Array.of(3, 0), Float64Array.of(0, 3)]
    approximately(slerp(a, b, 0), a, 1e-12)
    approximately(slerp(a, b, 1), b, 1e-12)
    for (const w of [0.2, 0.5, 0.9]) {
      const z = slerp(a, b, w)
      approximately(Math.hypot(...z), 3, 1e-12)
      approximately(Math.atan2(z[1]!, z[0]!), (w * Math.PI) / 2, 1e-12)
    }
  })

  test('pair by pair on tensors; straight where there is no angle', () => {
    const a = tf.tensor2d([1, 0, 2, 1], [2, 2])
    const b = tf.tensor2d([0, 1, 4, 2], [2, 2])
    approximately(take(slerp(a, b, 0.5)), [Math.SQRT1_2, Math.SQRT1_2, 3, 1.5], 1e-6)
    tf.dispose([a, b])
    assert.throws(() => slerp(Float64Array.of(1), Float64Array.of(2), NaN), /w must be a finite number/)
  })

  test('between data: the ends are the data, and the codes in between lie on the great circle', async () => {
    const model = exact<Float64Array>(vp(), two)
    const [a, b] = [Float64Array.of(-1, 0.6), Float64Array.of(1, -0.3)]
    const path = await interpolateCodes(model, a, b, { points: 5, tolerance: 1e-8 })
    assert.equal(path.length, 5)
    approximately(path[0]!, a, 1e-5)
    approximately(path[4]!, b, 1e-5)
    const codes = [
      await encode(model, a, { tolerance: 1e-8 }),
      await encode(model, b, { tolerance: 1e-8 }),
    ] as const
    approximately(await encode(model, path[1]!, { tolerance: 1e-8 }), slerp(...codes, 0.25), 1e-5)
    assert.throws(
      () => interpolateCodes(model, a, b, { points: 1 }),
      /points must be a whole number from 2 on/,
    )
  })
})

test('two networks give the code of the exact score; two flows each give their own', async () => {
  await on('wasm', async () => {
    const process = vp()
    const x = two.draw(200, new RandomStream(9, 'test'))
    const reference = take(await encode(exact(process, two), x))
    /** Root mean square distance per number. */
    const distance = (a: readonly number[], b: readonly number[]): number =>
      Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length)

    const ofNetworks: number[][] = []
    for (const [seed, hidden] of [
      [1, [48, 48]],
      [2, [80]],
    ] as const) {
      const stream = new RandomStream(seed, 'network')
      const model = denoiser(process, mlp({ dim: 2, hidden: [...hidden] }), { stream })
      await train(model, two, {
        steps: 500,
        batch: 256,
        rate: cosine(1e-2),
        stream,
        loss: (model, batch, stream) => denoising(model, batch, { stream, times: (u) => u ** 2 }),
      })
      ofNetworks.push(take(await encode(model, x, { steps: 40 })))
      tf.dispose(model.params)
    }
    const ofFlows: number[][] = []
    for (const seed of [3, 4]) {
      const stream = new RandomStream(seed, 'flow')
      // Another order of the couplings' halves is another architecture.
      const model = flow(realNvp({ dim: 2, couplings: 4, hidden: [32], mask: seed % 2 ? [1, 0] : [0, 1] }), {
        stream,
      })
      await train(model, two, { steps: 300, batch: 256, rate: cosine(1e-2), stream })
      ofFlows.push(take(model.encode(x)))
      tf.dispose(model.params)
    }
    x.dispose()
    // Codes have variance one. The networks' errors are those of a short training.
    for (const codes of ofNetworks)
      assert.ok(
        distance(codes, reference) < 0.15,
        `a network's codes are off by ${distance(codes, reference)}`,
      )
    assert.ok(distance(ofNetworks[0]!, ofNetworks[1]!) < 0.2)
    const between = distance(ofFlows[0]!, ofFlows[1]!)
    assert.ok(between > 0.4, `the flows' codes differ by ${between}`)
  })
})
