/** Consistency models on Gaussians, where the consistency function is x √((v + σ_min²)/(v + σ²)), and their published schedules. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { asDenoiser, denoiser, given } from '../../../src/models/denoiser'
import { exact } from '../../../src/models/exact'
import {
  asConsistency,
  consistency,
  consistencyFrom,
  consistencyDistillation,
  consistencyLevels,
  consistencyLoss,
  consistencyScalings,
  consistencyTraining,
  doublingLevels,
  exactFlowMap,
  growingLevels,
  improvedConsistencyTraining,
  logNormalShares,
  multistep,
  pseudoHuber,
  squaredDistance,
  targetDecay,
} from '../../../src/models/maps'
import { edmHead } from '../../../src/models/head'
import { mlp } from '../../../src/models/mlp'
import { onProcess } from '../../../src/models/onProcess'
import { ddpm, edm, rectified, vp } from '../../../src/models/processes'
import { follow, sample } from '../../../src/models/sample'
import { over } from '../../../src/models/process'
import { combine, type State, type Time } from '../../../src/models/state'
import { particlesOf, RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(41, name)
const v = 0.4
const [sigmaMin, sigmaMax] = [0.05, 5]
const law = data.mixture({ means: [[0]], deviations: Math.sqrt(v) })
const range = { sigmaMin, sigmaMax }

/** f(x, σ) = c(σ) x. */
const linear = <S extends State>(c: (sigma: number) => number) =>
  asConsistency<S>([1], range, (x, sigma: Time) => combine([over(sigma, c), x]))
const exactly = (sigma: number) => Math.sqrt((v + sigmaMin ** 2) / (v + sigma ** 2))

describe('schedules of consistency training', () => {
  test('the growing grid and its averages, as published', () => {
    const steps = [0, 100_000, 400_000, 600_000, 800_000]
    const levels = steps.map((k) => growingLevels(k, 800_000))
    assert.deepEqual(levels, [2, 72, 143, 175, 201])
    approximately(
      levels.map((n) => targetDecay(n)),
      [0.9025, 0.998556, 0.999278, 0.999411, 0.999487],
      5e-7,
    )
  })

  test('the doubling grid reaches its last size in eight equal parts', () => {
    const at = (k: number) => doublingLevels(k, 400_000)
    assert.deepEqual(
      Array.from({ length: 8 }, (_, i) => at(50_000 * i)),
      [11, 21, 41, 81, 161, 321, 641, 1281],
    )
    assert.deepEqual([at(49_999), at(399_999)], [11, 1281])
  })

  test('noise levels are EDM’s', () => {
    const sigmas = [...consistencyLevels(18, { sigmaMin: 0.002, sigmaMax: 80 })].reverse()
    approximately(
      [...sigmas.slice(0, 3), ...sigmas.slice(-2)],
      [80, 57.58598, 40.78557, 0.00752802, 0.002],
      1e-6,
    )
  })

  test('log-normal shares are the probabilities between neighbours', () => {
    const sigmas = consistencyLevels(12, range)
    const shares = logNormalShares(sigmas)
    const density = (sigma: number) => Math.exp(-((Math.log(sigma) + 1.1) ** 2) / 8) / sigma
    const mass = Array.from(shares, (_, i) => {
      const [a, b] = [sigmas[i]!, sigmas[i + 1]!]
      let sum = 0
      for (let k = 0; k < 2000; k++) sum += (density(a + ((b - a) * (k + 0.5)) / 2000) * (b - a)) / 2000
      return sum
    })
    const total = mass.reduce((a, b) => a + b)
    // The midpoint rule with 2000 cells.
    approximately(
      shares,
      mass.map((m) => m / total),
      1e-6,
    )
  })
})

describe('the model', () => {
  test('its scalings are the published ones, and 1 and 0 at σ_min', () => {
    const { skip, out } = consistencyScalings(0, 0.5)
    approximately([skip(1), out(1)], [0.2, 0.4472136], 1e-7)
    const shifted = consistencyScalings(0.002, 0.5)
    assert.deepEqual([shifted.skip(0.002), shifted.out(0.002)], [1, 0])
  })

  test('f(x, σ_min) = x whatever the network, and x̂₀ is f', () => {
    const model = consistency(mlp({ dim: 2, hidden: [8], embedding: 4 }), { stream: named('parameters') })
    for (const p of Object.values(model.params)) p.assign(named(p.name).normalTensor(p.shape))
    const x = named('x').normalTensor([5, 2])
    assert.deepEqual(take(model.origin(x, 0.002)), [...x.dataSync()])
    const sigma = [0.002, 0.1, 1, 7, 80]
    approximately(take(model.predict(x, sigma).x0), take(model.origin(x, sigma)), 1e-6)
    // c_skip x + c_out F(c_in x, −log σ), by hand at one level.
    const f = take(model.network(model.params, x.div(Math.hypot(3, 0.5)), tf.tensor1d([-Math.log(3)])))
    const expected = [...x.dataSync()].map(
      (value, i) => (0.25 * value) / (2.998 ** 2 + 0.25) + ((0.5 * 2.998) / Math.hypot(3, 0.5)) * f[i]!,
    )
    approximately(take(model.origin(x, 3)), expected, 1e-5)
    assert.throws(() => model.origin(x, 0.001), /σ from 0.002 to 80; it was asked for σ = 0.001/)
    assert.throws(() => model.origin(x, [1, 2, 3, 4, 81]), /σ = 81/)
    assert.throws(() => model.origin(tf.zeros([5, 3]), 1), /states of shape \[n, 2\]/)
  })

  test('its own loss has a gradient for every parameter', () => {
    const model = consistency(mlp({ dim: 2, hidden: [8], embedding: 4 }), { stream: named('own') })
    const x0 = named('x0').normalTensor([32, 2])
    const { grads } = tf.variableGrads(() => model.loss(x0, named('loss')), Object.values(model.params))
    for (const [name, p] of Object.entries(model.params))
      assert.ok(
        take(grads[p.name]!).some((g) => g !== 0),
        `${name} has no gradient`,
      )
  })

  test('is told conditions, and trained with them, by every objective', () => {
    const network = mlp({ dim: 1, hidden: [6], embedding: 4, conditions: { class: 2 } })
    const model = consistency(network, { sigmaMin, sigmaMax, stream: named('told') })
    assert.deepEqual(model.conditions, { class: { classes: 2 } })
    for (const p of Object.values(model.params)) p.assign(named(p.shape.join()).normalTensor(p.shape))
    const x = named('x').normalTensor([4, 1])
    const apart = (zero: number[], one: number[]) => zero.some((value, i) => Math.abs(value - one[i]!) > 1e-4)
    assert.ok(apart(take(model.origin(x, 2, { class: 0 })), take(model.origin(x, 2, { class: 1 }))))
    approximately(take(model.predict(x, 2, { class: 1 }).x0), take(model.origin(x, 2, { class: 1 })), 1e-6)
    const classes = data.mixture({ means: [[-1], [1]], deviations: Math.sqrt(v) })
    const objectives = [
      () => consistencyDistillation(exact(edm({ sigmaMax }), classes), { levels: 5 }),
      () => consistencyTraining({ steps: 2, first: 4, last: 8 }),
      () => improvedConsistencyTraining({ steps: 2, first: 4, last: 8 }),
    ]
    for (const make of objectives) {
      const [zero, one] = [0, 1].map((label) => take(make()(model, x, named('batch'), { class: label })))
      assert.ok(apart(zero!, one!))
    }
    const [zero, one] = [0, 1].map((label) => take(model.loss(x, named('own'), { class: label })))
    assert.ok(zero![0] !== one![0])
  })

  test('told a condition for good, it stays a consistency model, and samples in steps', async () => {
    const network = mlp({ dim: 1, hidden: [6], embedding: 4, conditions: { class: 2 } })
    const model = consistency(network, { sigmaMin, sigmaMax, stream: named('for good') })
    for (const p of Object.values(model.params)) p.assign(named(p.shape.join()).normalTensor(p.shape))
    const x = named('x').normalTensor([4, 1])
    const condition = { class: [0, 1, 1, 0] }
    const told = given(model, condition)
    approximately(take(told.origin(x, 2)), take(model.origin(x, 2, condition)), 0)
    const walked = await follow(multistep(told, { sigmas: [sigmaMax, 1] }), x, { stream: named('steps') })
    const z = particlesOf(named('steps'), 1)
    z.begin(1)
    const first = model.origin(x, sigmaMax, condition)
    const again = combine([1, first], [Math.sqrt(1 - sigmaMin ** 2), tf.tensor2d([...z.normal(4)], [4, 1])])
    approximately(take(walked), take(model.origin(again, 1, condition)), 1e-5)
  })

  test('options that make no sense are named', () => {
    const network = mlp({ dim: 2, hidden: [4] })
    assert.throws(() => consistency(network, { sigmaMin: 0 }), /0 < sigmaMin < sigmaMax/)
    assert.throws(() => consistency(network, { sigmaMin: 1, sigmaMax: 0.5 }), /0 < sigmaMin < sigmaMax/)
    assert.throws(() => consistency(network, { sigmaData: -1 }), /sigmaData must be positive/)
    assert.throws(() => consistency({} as never), /must be a network/)
  })
})

describe('a model that begins as its teacher', () => {
  const network = mlp({ dim: 2, hidden: [8], embedding: 4, conditions: { class: 2 } })
  const teachers = [
    denoiser(vp(), network, { predicts: 'noise', stream: named('noise') }),
    denoiser(vp(), network, { predicts: 'v', stream: named('v') }),
    denoiser(rectified(), network, { predicts: 'velocity', stream: named('velocity') }),
    denoiser(edm(), network, { predicts: edmHead(edm()), stream: named('edm') }),
  ]

  test('is its teacher’s DDIM step to σ_min, from every head, and x itself at σ_min', () => {
    const x = named('x').normalTensor([3, 2])
    const [sigmas, condition] = [[0.06, 1, 4], { class: [0, 1, 0] }]
    for (const teacher of teachers) {
      const model = consistencyFrom(teacher, { sigmaMin, sigmaMax })
      assert.deepEqual(take(model.origin(x, sigmaMin, condition)), [...x.dataSync()])
      const { x0, noise } = onProcess(teacher, edm()).predict(x, sigmas, condition)
      const step = combine([1, x0], [sigmaMin, noise])
      approximately(take(model.origin(x, sigmas, condition)), take(step), 2e-5)
    }
  })

  test('has parameters of its own', () => {
    const [teacher] = teachers
    const before = Object.values(teacher!.params).map((p) => [...p.dataSync()])
    const model = consistencyFrom(teacher!, { sigmaMin, sigmaMax })
    for (const p of Object.values(model.params)) p.assign(named(p.shape.join()).normalTensor(p.shape))
    assert.deepEqual(
      Object.values(teacher!.params).map((p) => [...p.dataSync()]),
      before,
    )
    assert.deepEqual(model.conditions, { class: { classes: 2 } })
  })

  test('is taught by networks only, on intervals of times', () => {
    assert.throws(() => consistencyFrom(exact(vp(), law) as never), /must be a network/)
    assert.throws(() => consistencyFrom(denoiser(ddpm(), network)), /table of steps/)
    assert.throws(() => consistencyFrom(teachers[0]!, { sigmaMin: -1 }), /0 < sigmaMin/)
  })
})

describe('the consistency loss', () => {
  const sigmas = consistencyLevels(6, range)
  const pairs = Array.from({ length: 5 }, (_, i) => [sigmas[i]!, sigmas[i + 1]!] as const)
  const n = 40_000
  const c = (sigma: number) => 1 / (1 + 0.8 * (sigma - sigmaMin))

  test('of a linear function is its closed form, with weights and shares', () => {
    const x0 = law.draw(n, named('x0'))
    const shares = [0.1, 0.3, 0.2, 0.3, 0.1]
    const weight = (sigma: number, next: number) => 1 / (next - sigma)
    const stream = named('value')
    const loss = take(consistencyLoss(linear<tf.Tensor>(c), x0, { sigmas, shares, weight, stream }))[0]!
    const expected = pairs.reduce((sum, [low, high], i) => {
      // E (c₁ (x₀ + σ₁z) − c₀ (x₀ + σ₀z))²
      const square = v * (c(high) - c(low)) ** 2 + (c(high) * high - c(low) * low) ** 2
      return sum + shares[i]! * weight(low, high) * square
    }, 0)
    // Squares of normal numbers, mixed over five levels.
    approximately(loss / expected, 1, 5 * Math.sqrt(6 / n))
  })

  test('its gradient holds the target fixed', () => {
    const x0 = law.draw(n, named('x0'))
    const gradient = take(
      tf.grad((theta) =>
        consistencyLoss(
          asConsistency<tf.Tensor>([1], range, (x, sigma) => tf.mul(combine([over(sigma, c), x]), theta)),
          x0,
          { sigmas, stream: named('gradient') },
        ),
      )(tf.scalar(1)),
    )[0]!
    const [held, whole] = [0, 1].map((both) =>
      pairs.reduce((sum, [low, high]) => {
        const top = c(high) ** 2 * (v + high ** 2) - c(high) * c(low) * (v + high * low)
        const bottom = c(low) ** 2 * (v + low ** 2) - c(high) * c(low) * (v + high * low)
        return sum + (2 * (top + both * bottom)) / pairs.length
      }, 0),
    ) as [number, number]
    // Terms below one, over 40,000 draws: five standard errors.
    approximately(gradient, held, 0.02)
    assert.ok(Math.abs(held - whole) > 0.06, `${held} and ${whole}`)
  })

  test('training’s fixed point tends to the consistency function, to first order in the grid', () => {
    // With f(·, σ_n) = c_n x as target, the best c_{n+1} is c_n (v + σ_n σ_{n+1})/(v + σ_{n+1}²); the loss must agree.
    const best = (levels: ArrayLike<number>) => {
      let value = 1
      for (let i = 1; i < levels.length; i++)
        value *= (v + levels[i]! * levels[i - 1]!) / (v + levels[i]! ** 2)
      return value
    }
    const errors = [100, 200, 400].map((N) =>
      Math.abs(best(consistencyLevels(N, range)) / exactly(sigmaMax) - 1),
    )
    for (const i of [1, 2]) {
      const order = Math.log2(errors[i - 1]! / errors[i]!)
      assert.ok(order > 0.85 && order < 1.1, `order ${order}`)
    }
    const levels = consistencyLevels(6, range)
    const fixed = new Map<number, number>()
    levels.forEach((sigma, i) => fixed.set(sigma, best(levels.slice(0, i + 1))))
    const slope = take(
      tf.grad((theta) =>
        consistencyLoss(
          asConsistency<tf.Tensor>([1], range, (x, sigma) =>
            tf.mul(combine([over(sigma, (s) => fixed.get(s)!), x]), theta),
          ),
          law.draw(n, named('fixed')),
          { sigmas: levels, stream: named('slope') },
        ),
      )(tf.scalar(1)),
    )[0]!
    // Zero in the mean; five standard errors of 2 (f − target) f, with f² about v and residuals below √v.
    approximately(slope, 0, (5 * 2 * v) / Math.sqrt(n))
  })

  test('distillation: zero at the consistency function, but for the third-order error of Heun’s step', () => {
    const teacher = exact(edm({ sigmaMax }), law)
    const loss = (N: number) =>
      take(
        consistencyLoss(linear<tf.Tensor>(exactly), law.draw(500, named('distil')), {
          sigmas: consistencyLevels(N, range),
          teacher,
          stream: named('steps'),
        }),
      )[0]!
    const losses = [5, 9, 17].map(loss)
    for (const i of [1, 2]) {
      // Squares of third-order errors on half the step.
      const order = Math.log2(losses[i - 1]! / losses[i]!)
      assert.ok(order > 4.5 && order < 7, `order ${order}`)
    }
    const zero = take(
      consistencyLoss(
        linear<tf.Tensor>(() => 0),
        law.draw(500, named('distil')),
        {
          sigmas: consistencyLevels(17, range),
          teacher,
          stream: named('steps'),
        },
      ),
    )[0]!
    assert.equal(zero, 0, 'without the boundary condition, f = 0 is consistent too')
  })

  test('the distances', () => {
    const [a, b] = [
      tf.tensor2d([
        [1, 2],
        [0, 0],
      ]),
      tf.tensor2d([
        [1, 0],
        [3, 4],
      ]),
    ]
    approximately(take(squaredDistance(a, b)), [4, 25], 1e-6)
    const size = 0.00054 * Math.sqrt(2)
    approximately(take(pseudoHuber()(a, b)), [Math.hypot(2, size) - size, Math.hypot(5, size) - size], 1e-6)
    approximately(take(pseudoHuber(3)(a, b)), [Math.sqrt(13) - 3, Math.sqrt(34) - 3], 1e-6)
    assert.throws(() => pseudoHuber(0), /c must be positive/)
  })

  test('options that make no sense are named', () => {
    const model = linear<tf.Tensor>(c)
    const x0 = tf.zeros([4, 1])
    assert.throws(
      () => consistencyLoss({} as never, x0, { sigmas: [1, 2] }),
      /model must be a consistency model/,
    )
    assert.throws(() => consistencyLoss(model, x0, { sigmas: [1] }), /at least two, positive and rising/)
    assert.throws(() => consistencyLoss(model, x0, { sigmas: [1, 0.5] }), /rising/)
    assert.throws(() => consistencyLoss(model, x0, { sigmas: [0.5, 1], shares: [1, 1] }), /1 pairs.*2 shares/)
    assert.throws(() => consistencyDistillation({} as never), /the teacher/)
    assert.throws(() => consistencyDistillation(exact(ddpm(), law)), /table of steps, DDPM.*such as vp/)
    assert.throws(() => consistencyDistillation(exact(edm(), law), { drop: 2 }), /drop/)
    assert.throws(
      () => consistencyDistillation(exact(edm(), law), { levels: 1 }),
      /at least two noise levels/,
    )
    assert.throws(() => consistencyDistillation(exact(edm(), law), { decay: 1 }), /decay must be in/)
    assert.throws(() => consistencyTraining({ steps: 0 }), /steps must be/)
    assert.throws(() => consistencyTraining({ steps: 5, first: 20, last: 10 }), /last must be at least first/)
    assert.throws(() => consistencyTraining({ steps: 5, decay: 0 }), /decay/)
    assert.throws(() => improvedConsistencyTraining({ steps: 5, first: 1 }), /at least two noise levels/)
    assert.throws(() => improvedConsistencyTraining({ steps: 5, logNormal: [0, 0] }), /logNormal/)
    assert.throws(() => consistencyLevels(3, range).length && consistencyLevels(3, range, 0), /rho/)
  })
})

describe('objectives for training', () => {
  const network = mlp({ dim: 1, hidden: [6], embedding: 4 })
  const fresh = () => consistency(network, { sigmaMin, sigmaMax, stream: named('objective') })
  const x0 = () => law.draw(64, named('batch'))
  const change = (model: ReturnType<typeof fresh>, k: number) => {
    for (const p of Object.values(model.params))
      p.assign(named(`${k} ${p.shape.join()}`).normalTensor(p.shape))
  }
  const values = (params: Readonly<Record<string, tf.Tensor>>) =>
    Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.clone()]))

  test('distillation’s targets come from an average of the parameters', () => {
    const model = fresh()
    const teacher = exact(edm({ sigmaMax }), law)
    const objective = consistencyDistillation(teacher, { levels: 5, decay: 0.75 })
    let average = values(model.params)
    for (const k of [0, 1, 2]) {
      if (k > 0) {
        change(model, k)
        average = Object.fromEntries(
          Object.entries(average).map(([name, mean]) => [
            name,
            mean.mul(0.75).add(model.params[name]!.mul(0.25)),
          ]),
        )
      }
      const expected = consistencyLoss(model, x0(), {
        sigmas: consistencyLevels(5, range),
        target: model.withParams(average),
        teacher,
        stream: named(`step ${k}`),
      })
      approximately(take(objective(model, x0(), named(`step ${k}`))), take(expected), 1e-5)
    }
  })

  test('a teacher on another process is asked at the same noise levels', () => {
    const losses = [edm({ sigmaMax }), vp(), rectified()].map(
      (process) =>
        take(consistencyDistillation(exact(process, law), { levels: 7 })(fresh(), x0(), named('other')))[0]!,
    )
    // Single precision, through a state that is scaled.
    approximately(losses, [losses[0]!, losses[0]!, losses[0]!], 1e-4 * losses[0]!)
  })

  test('a teacher is told what the model is told, and now and then nothing', () => {
    const classes = data.mixture({ means: [[-3], [3]], deviations: Math.sqrt(v) })
    const teacher = exact(edm({ sigmaMax }), classes)
    const asked: unknown[] = []
    const watching = asDenoiser(teacher.process, [1], (x: tf.Tensor, t, condition) => {
      asked.push(condition)
      return teacher.predict(x, t, condition)
    })
    const model = consistency(mlp({ dim: 1, hidden: [6], embedding: 4, conditions: { class: 2 } }), {
      sigmaMin,
      sigmaMax,
      stream: named('told'),
    })
    take(consistencyDistillation(watching)(model, x0(), named('one'), { class: 1 }))
    assert.deepEqual([...asked], [{ class: 1 }, { class: 1 }])
    asked.length = 0
    const unmasked = asDenoiser(teacher.process, [1], (x: tf.Tensor, t, condition) => {
      asked.push(condition)
      return teacher.predict(x, t)
    })
    take(consistencyDistillation(unmasked, { drop: 1 })(model, x0(), named('one'), { class: 1 }))
    const nobody = { class: { value: 1, told: new Float32Array(64) } }
    assert.deepEqual(asked, [nobody, nobody])
  })

  test('training grows its grid and slows its average', () => {
    const model = fresh()
    const objective = consistencyTraining({ steps: 4, first: 2, last: 8 })
    let average = values(model.params)
    const seen: number[] = []
    for (const k of [0, 1, 2, 3]) {
      const levels = growingLevels(k, 4, 2, 8)
      seen.push(levels)
      if (k > 0) {
        change(model, k)
        const mu = targetDecay(levels, 2, 0.95)
        average = Object.fromEntries(
          Object.entries(average).map(([name, mean]) => [
            name,
            mean.mul(mu).add(model.params[name]!.mul(1 - mu)),
          ]),
        )
      }
      const expected = consistencyLoss(model, x0(), {
        sigmas: consistencyLevels(levels, range),
        target: model.withParams(average),
        stream: named(`step ${k}`),
      })
      approximately(take(objective(model, x0(), named(`step ${k}`))), take(expected), 1e-5)
    }
    assert.deepEqual(seen, [2, 5, 7, 8])
  })

  test('improved training doubles its grid, and takes its own parameters, distance, shares and weights', () => {
    const model = fresh()
    const objective = improvedConsistencyTraining({ steps: 3, first: 2, last: 8, logNormal: [-1, 1.5] })
    for (const [k, levels] of [3, 5, 9].entries()) {
      change(model, k)
      const sigmas = consistencyLevels(levels, range)
      const expected = consistencyLoss(model, x0(), {
        sigmas,
        shares: logNormalShares(sigmas, -1, 1.5),
        weight: (low, high) => 1 / (high - low),
        distance: pseudoHuber(),
        stream: named(`step ${k}`),
      })
      approximately(take(objective(model, x0(), named(`step ${k}`))), take(expected), 1e-5)
    }
  })
})

describe('multistep sampling', () => {
  test('with the consistency function: the variance of its own recursion, in one step and in three', async () => {
    const n = 20_000
    const model = linear<Float64Array>(exactly)
    for (const sigmas of [[sigmaMax], [sigmaMax, 1, 0.3]]) {
      let variance = sigmaMax ** 2
      for (const [i, sigma] of sigmas.entries()) {
        variance *= exactly(sigma) ** 2
        const next = sigmas[i + 1]
        if (next) variance += next ** 2 - sigmaMin ** 2
      }
      const stream = named(`multistep ${sigmas.join()}`)
      const x = await follow(
        multistep(model, { sigmas }),
        stream.normal(n).map((z) => sigmaMax * z),
        { stream },
      )
      const measured = x.reduce((sum, value) => sum + value * value, 0) / n
      approximately(measured / variance, 1, 5 * Math.sqrt(2 / n))
      // σ_max² stands for v + σ_max² at the start, which is what remains wrong.
      if (sigmas.length === 1)
        approximately(variance, (v + sigmaMin ** 2) * (sigmaMax ** 2 / (v + sigmaMax ** 2)), 1e-12)
    }
  })

  test('adds noise up to the next level: √(τ² − σ_min²) z', async () => {
    const model = asConsistency<Float64Array>([1], { sigmaMin: 1, sigmaMax: 5 }, (x) => x.map(() => 7))
    const states: Float64Array[] = []
    for await (const { x } of multistep(model, { sigmas: [5, 1.25] })(new Float64Array(6), named('noise')))
      states.push(x)
    const noise = particlesOf(named('noise'), 1)
    noise.begin(1)
    approximately(
      states[1]!,
      noise.normal(6).map((z) => 7 + 0.75 * z),
      1e-12,
    )
    assert.deepEqual([...states[2]!], [7, 7, 7, 7, 7, 7])
  })

  test('the consistency function is the exact flow map to σ_min', () => {
    const map = exactFlowMap<Float64Array>(edm({ sigmaMax }), law)
    const x = Float64Array.of(-3, 0.2, 1.7)
    approximately(linear<Float64Array>(exactly).origin(x, 2), map.to(x, 2, sigmaMin), 1e-12)
  })

  test('asks once a level, and names levels that do not fall', async () => {
    const model = consistency(mlp({ dim: 2, hidden: [4], embedding: 4 }))
    const evaluations: number[] = []
    await sample(multistep(model, { sigmas: [80, 2, 0.5] }), 3, {
      stream: named('count'),
      observe: (state) => void evaluations.push(state.evaluations),
    })
    assert.deepEqual(evaluations, [0, 1, 2, 3])
    for (const sigmas of [[], [100], [1, 2], [80, 0.001]])
      assert.throws(() => multistep(model, { sigmas }), /sigmas must fall, from at most 80/)
    assert.throws(() => multistep(exact(edm(), law) as never), /must be a consistency model/)
  })
})
