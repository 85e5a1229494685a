import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { mixture, type Mixture } from '../../../src/models/data/mixture'
import { asDenoiser, type Denoiser } from '../../../src/models/denoiser'
import { exact } from '../../../src/models/exact'
import { bases } from '../../../src/models/flows'
import {
  bitsPerDimension,
  encode,
  logLikelihood,
  mixtureDivergence,
  odeDensity,
} from '../../../src/models/likelihood'
import { Prediction } from '../../../src/models/prediction'
import type { GaussianProcess } from '../../../src/models/process'
import { ddpm, rectified, subVp, ve, vp } from '../../../src/models/processes'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const M1 = mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const plane = mixture({
  weights: [0.4, 0.6],
  means: [
    [-1, 0.5],
    [1, -0.2],
  ],
  covariances: [
    [
      [0.3, 0.1],
      [0.1, 0.2],
    ],
    [
      [0.2, -0.05],
      [-0.05, 0.4],
    ],
  ],
})

/** The exact model with its score multiplied by a number: a wrong model, whose likelihood is still one. */
function scaled(process: GaussianProcess, law: Mixture, factor: number): Denoiser {
  const truth = exact(process, law)
  return asDenoiser(process, law.shape, (x: tf.Tensor, t) => {
    const score = tf.tidy(() => truth.score(x, t).mul(factor))
    return new Prediction(process, t, [
      { value: x, ofX0: (t) => 1 / process.alpha(t), ofNoise: () => 0 },
      {
        value: score,
        ofX0: (t) => process.sigma(t) ** 2 / process.alpha(t),
        ofNoise: (t) => -process.sigma(t),
      },
    ])
  })
}

describe('log p of the mixture on a line, VP, at t = 1e-3', () => {
  const points = [-1, 0, 1]
  // From p_t itself, in double precision, and by an ODE solver that shares nothing with this one.
  const exactPrior = [-0.9194941, -5.2642977, -0.0721962]
  const normalPrior = [-0.9167727, -5.262925, -0.0732142]
  const process = vp()

  test('in doubles, to all digits, with the exact p_T and with N(0, 1)', async () => {
    const model = exact<Float64Array>(process, M1)
    const x = Float64Array.from(points)
    const options = { from: 1e-3, tolerance: 1e-10 }
    const withExact = await logLikelihood(model, x, { ...options, prior: model.marginal(1) })
    // The seventh digit is the last that is known.
    approximately(withExact.logDensity, exactPrior, 6e-8)
    approximately(withExact.logDensity, model.logDensity(x, 1e-3), 1e-8)
    const withNormal = await logLikelihood(model, x, { ...options, prior: bases.normal({ dim: 1 }) })
    approximately(withNormal.logDensity, normalPrior, 6e-8)
    assert.deepEqual([...x], points)
  })

  test('on tensors, within 1e-4', async () => {
    const model = exact(process, M1)
    const x = tf.tensor2d(points, [3, 1])
    for (const [prior, expected] of [
      [model.marginal(1), exactPrior],
      [bases.normal({ dim: 1 }), normalPrior],
    ] as const) {
      const { logDensity, code } = await logLikelihood(model, x, { prior })
      approximately(take(logDensity), expected, 1e-4)
      code.dispose()
    }
    x.dispose()
  })

  test('fixed steps converge to it, RK4 at fourth order', async () => {
    const model = exact<Float64Array>(process, M1)
    const x = Float64Array.from(points)
    const error = async (steps: number): Promise<number> => {
      const { logDensity, evaluations } = await logLikelihood(model, x, {
        from: 1e-3,
        steps,
        prior: model.marginal(1),
      })
      assert.equal(evaluations, 4 * steps)
      return Math.max(...model.logDensity(x, 1e-3).map((value, i) => Math.abs(value - logDensity[i]!)))
    }
    const order = Math.log2((await error(320)) / (await error(640)))
    assert.ok(Math.abs(order - 4) < 0.3, `order ${order}`)
  })

  test('the default prior is what samplers start from, N(0, σ_T²)', async () => {
    const model = exact<Float64Array>(ve({ sigmaMin: 0.1, sigmaMax: 3 }), M1)
    const x = Float64Array.from(points)
    const own = await logLikelihood(model, x)
    const said = await logLikelihood(model, x, {
      prior: bases.normal({ dim: 1, deviation: model.process.sigma(1) }),
    })
    assert.deepEqual(own.logDensity, said.logDensity)
  })
})

describe('log p_t by the ODE is that of the marginal', () => {
  for (const process of [vp(), subVp(), ve({ sigmaMin: 0.05, sigmaMax: 5 }), rectified()])
    test(`${process.name}: a correlated mixture in the plane, in doubles, between two times`, async () => {
      const model = exact<Float64Array>(process, plane)
      const x = new RandomStream(1, 'points').normal(10)
      const [from, to] = [0.15, 0.8]
      const { logDensity } = await logLikelihood(model, x, {
        from,
        to,
        tolerance: 1e-9,
        prior: model.marginal(to),
      })
      approximately(logDensity, model.logDensity(x, from), 1e-7)
    })

  test('rectified, to t = 1 where α = 0', async () => {
    const model = exact<Float64Array>(rectified(), plane)
    const x = new RandomStream(2, 'points').normal(6)
    const { logDensity } = await logLikelihood(model, x, { from: 0.1, tolerance: 1e-9 })
    approximately(logDensity, model.logDensity(x, 0.1), 1e-7)
  })

  test('of one class: log p(x | y), on doubles and on tensors, and Bayes’ rule from it', async () => {
    const process = vp()
    const model = exact<Float64Array>(process, plane)
    const x = new RandomStream(5, 'points').normal(6)
    const tensor = tf.tensor2d(Float32Array.from(x), [3, 2])
    const joint: Float64Array[] = []
    for (const [y, share] of [0.4, 0.6].entries()) {
      const options = {
        from: 0.1,
        condition: { class: y },
        prior: exact(process, plane.given(y)).marginal(1),
      }
      const { logDensity } = await logLikelihood(model, x, { ...options, tolerance: 1e-9 })
      approximately(logDensity, model.logDensity(x, 0.1, { class: y }), 1e-7)
      const onTensors = await logLikelihood(exact(process, plane), tensor, options)
      approximately(take(onTensors.logDensity), logDensity, 1e-4)
      onTensors.code.dispose()
      joint.push(logDensity.map((value) => value + Math.log(share)))
    }
    tensor.dispose()
    const all = model.logDensity(x, 0.1)
    const logClass = model.logClass(x, 0.1)
    for (let i = 0; i < 3; i++)
      for (const y of [0, 1]) approximately(joint[y]![i]! - all[i]!, logClass[2 * i + y]!, 1e-7)
  })

  test('the change along the path, not only at its end', async () => {
    const process = vp()
    const model = exact<Float64Array>(process, plane)
    const x = Float64Array.of(0.3, -0.8)
    // log p_s(x(s)) − log p_t(x(t)) for several t: the instantaneous change of variables at each.
    for (const to of [0.2, 0.5, 0.9]) {
      const { logDensity, code } = await logLikelihood(model, x, {
        from: 0.1,
        to,
        tolerance: 1e-10,
        prior: { logDensity: () => Float64Array.of(0) },
      })
      approximately(logDensity[0]!, model.logDensity(x, 0.1)[0]! - model.logDensity(code, to)[0]!, 1e-8)
    }
  })
})

describe('the divergence of the velocity', () => {
  test('in closed form against differences, in the plane and on a line', () => {
    for (const [law, point] of [
      [plane, [0.4, -0.6]],
      [M1, [0.1]],
    ] as const)
      for (const [process, t] of [
        [vp(), 0.3],
        [rectified(), 0.6],
      ] as const) {
        const model = exact<Float64Array>(process, law)
        const differences = point.map((_, i) =>
          slope(
            (h) =>
              model.predict(
                Float64Array.from(point, (x, j) => (i === j ? x + h : x)),
                t,
              ).velocity[i]!,
          ),
        )
        approximately(
          mixtureDivergence(law.components, process, Float64Array.from(point), t),
          [differences.reduce((a, b) => a + b)],
          1e-8,
        )
      }
  })

  test('automatic differentiation on tensors agrees with the closed form', async () => {
    const doubles = new RandomStream(3, 'points').normal(8)
    const model = exact(vp(), plane)
    const x = tf.tensor2d(Float32Array.from(doubles), [4, 2])
    const prior = model.marginal(1)
    const { logDensity, code } = await logLikelihood(model, x, { prior, from: 0.05 })
    const reference = await logLikelihood(exact<Float64Array>(vp(), plane), doubles, { prior, from: 0.05 })
    approximately(take(logDensity), reference.logDensity, 1e-4)
    approximately(take(code), reference.code, 1e-4)
    x.dispose()
  })

  test('Hutchinson’s estimates are unbiased; more vectors, less variance', async () => {
    const n = 400
    const model = exact(vp(), plane)
    const point = [0.4, -0.6]
    const x = tf.tidy(() => tf.tensor2d([point]).tile([n, 1]))
    const times = { from: 0.3, to: 0.9 }
    const reference = await logLikelihood(exact<Float64Array>(vp(), plane), Float64Array.from(point), times)
    const variances: number[] = []
    for (const [trace, probes] of [
      ['gaussian', 1],
      ['rademacher', 1],
      ['rademacher', 4],
    ] as const) {
      const { logDensity, code } = await logLikelihood(model, x, {
        trace,
        probes,
        ...times,
        steps: 12,
        stream: new RandomStream(4, trace),
      })
      code.dispose()
      const values = take(logDensity)
      const mean = values.reduce((a, b) => a + b) / n
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1)
      variances.push(variance)
      // Four standard errors, and what 12 steps of RK4 leave.
      assert.ok(
        Math.abs(mean - reference.logDensity[0]!) < 4 * Math.sqrt(variance / n) + 2e-3,
        `${trace}: ${mean}, exact ${reference.logDensity[0]}`,
      )
    }
    assert.ok(variances[1]! < variances[0]!, `Rademacher ${variances[1]}, Gaussian ${variances[0]}`)
    // A quarter; its estimate from 400 has a spread of about 10 %.
    assert.ok(Math.abs(variances[2]! / variances[1]! - 0.25) < 0.1, `${variances[2]! / variances[1]!}`)
    x.dispose()
  })

  test('on a line a vector of ±1 gives the trace itself', async () => {
    const model = exact(vp(), M1)
    const x = tf.tensor2d([0.2, -0.7], [2, 1])
    const [estimate, truth] = [
      await logLikelihood(model, x, { trace: 'rademacher', steps: 40 }),
      await logLikelihood(model, x, { steps: 40 }),
    ]
    approximately(take(estimate.logDensity), take(truth.logDensity), 1e-5)
    tf.dispose([x, estimate.code, truth.code])
  })
})

test('the density integrates to one whatever the score is', async () => {
  // Of the model, not of the data: so also where the score is 20 % too short.
  const model = scaled(vp(), M1, 0.8)
  const n = 400
  const width = 16 / n
  const x = tf.tensor2d(
    Float32Array.from({ length: n }, (_, i) => -8 + width * (i + 0.5)),
    [n, 1],
  )
  await on('wasm', async () => {
    const logDensity = await odeDensity(model, { tolerance: 1e-4 }).logDensity(x)
    const mass = take(logDensity).reduce((sum, value) => sum + Math.exp(value) * width, 0)
    // The tolerance of the solver.
    approximately(mass, 1, 2e-3)
  })
  x.dispose()
})

describe('bits per dimension', () => {
  test('a uniform law on the whole range costs log₂ of the levels, whatever the scale', () => {
    for (const range of [
      [-1, 1],
      [0, 1],
      [0, 256],
    ] as const) {
      const logDensity = 3 * Math.log(1 / (range[1] - range[0]))
      approximately(bitsPerDimension(logDensity, 3, { levels: 256, range }), 8, 1e-12)
    }
  })

  test('the offsets of 256 levels: 7 on [−1, 1], 8 on [0, 1]', () => {
    assert.equal(bitsPerDimension(0, 5, { levels: 256, range: [-1, 1] }), 7)
    assert.equal(bitsPerDimension(0, 5, { levels: 256, range: [0, 1] }), 8)
    approximately(bitsPerDimension(Float64Array.of(-Math.LN2 * 6), 3, { offset: 0 }), [2], 1e-12)
    const bits = bitsPerDimension(tf.tensor1d([-Math.LN2 * 6]), 3, { offset: 1 })
    approximately(take(bits), [3], 1e-6)
  })

  test('quantised normal numbers: the ideal code length is the discrete entropy', () => {
    // 64 levels on [−4, 4]: the density at the middle times the width of a cell is its probability, to second order.
    const width = 8 / 64
    let entropy = 0
    let bits = 0
    for (let k = 0; k < 64; k++) {
      const x = -4 + width * (k + 0.5)
      const p = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * width
      entropy -= p * Math.log2(p)
      bits +=
        p * bitsPerDimension((-x * x) / 2 - Math.log(2 * Math.PI) / 2, 1, { levels: 64, range: [-4, 4] })
    }
    approximately(bits, entropy, 1e-12)
  })

  test('the scale must be said', () => {
    assert.throws(() => bitsPerDimension(0, 2, {} as { offset: number }), /depend on the scale of the data/)
    assert.throws(
      () => bitsPerDimension(0, 0, { offset: 0 }),
      /dim must be a positive whole number, but is 0/,
    )
    assert.throws(
      () => bitsPerDimension(0, 2, { levels: 1, range: [0, 1] }),
      /levels must be a whole number from 2/,
    )
  })
})

describe('what makes no sense is refused', () => {
  const model = exact<Float64Array>(vp(), M1)
  const x = Float64Array.of(0)
  test('times', () => {
    assert.throws(() => logLikelihood(model, x, { from: 0.5, to: 0.2 }), /needs from < to/)
    assert.throws(() => logLikelihood(model, x, { to: 2 }), /VP is defined for times from 0 to 1 .* t = 2/)
    assert.throws(() => logLikelihood(model, x, { times: [0.1, 0.4, 0.3, 1] }), /times must rise/)
    assert.throws(
      () => logLikelihood(exact<Float64Array>(ddpm(), M1), x),
      /table of steps, but the probability-flow ODE needs all times/,
    )
  })
  test('states', () => {
    assert.throws(
      () => logLikelihood(exact<Float64Array>(vp(), plane), Float64Array.of(1, 2, 3)),
      /shape \[n, 2\], but there are 3 numbers/,
    )
    assert.throws(
      () => encode(exact(vp(), plane), tf.zeros([4, 3])),
      /encode: states must have the shape \[n, 2\], but have \[4,3\]|have \[4, 3\]/,
    )
    assert.throws(
      () => logLikelihood(model, [1] as unknown as Float64Array),
      /must be a tensor of shape \[n, 1\] or doubles/,
    )
    assert.throws(() => logLikelihood({} as typeof model, x), /the first argument must be a denoiser/)
  })
  test('options', async () => {
    await assert.rejects(logLikelihood(model, x, { steps: 0 }), /steps must be a positive whole number/)
    await assert.rejects(logLikelihood(model, x, { tolerance: 0 }), /tolerance must be between 0 and 1/)
    await assert.rejects(logLikelihood(model, x, { trace: 'some' as 'exact' }), /trace must be 'exact'/)
    await assert.rejects(
      logLikelihood(model, x, { trace: 'gaussian' }),
      /on doubles only the exact model of a mixture/,
    )
    await assert.rejects(
      logLikelihood(exact(vp(), M1), tf.zeros([1, 1]), { trace: 'gaussian', probes: 0 }),
      /probes must be a positive whole number/,
    )
  })
  test('nothing is left behind', async () => {
    const model = exact(vp(), plane)
    const x = tf.zeros([2, 2])
    const before = tf.memory().numTensors
    for (const options of [{ steps: 5 }, { tolerance: 1e-2 }, { trace: 'rademacher' as const, steps: 5 }]) {
      const { logDensity, code } = await logLikelihood(model, x, options)
      tf.dispose([logDensity, code])
      assert.equal(tf.memory().numTensors, before)
    }
    x.dispose()
  })
})
