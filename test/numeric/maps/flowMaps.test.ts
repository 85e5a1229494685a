/** Flow maps, the derivative along a direction, MeanFlow: against closed forms of Gaussians and finite differences. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { exact } from '../../../src/models/exact'
import {
  asMeanFlow,
  exactFlowMap,
  jumps,
  jvp,
  meanFlow,
  meanFlowLoss,
  meanFlowTarget,
  solved,
  twoTimeMlp,
  type MeanFlow,
} from '../../../src/models/maps'
import { waves } from '../../../src/models/maps/twoTimes'
import { mlp } from '../../../src/models/mlp'
import { rectified, vp } from '../../../src/models/processes'
import { sample } from '../../../src/models/sample'
import { particlesOf, RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(31, name)
const slanted = data.mixture({
  means: [[0.5, -1]],
  covariances: [
    [
      [1, 0.6],
      [0.6, 0.5],
    ],
  ],
})

describe('flow maps', () => {
  const x = Float64Array.of(0.3, 1.2, -0.8, 0.1)

  test('the exact map of a Gaussian starts where it is, composes, and moves with the velocity', () => {
    for (const process of [rectified(), vp()]) {
      const map = exactFlowMap<Float64Array>(process, slanted)
      approximately(map.to(x, 0.6, 0.6), x, 1e-12)
      approximately(map.to(map.to(x, 0.9, 0.4), 0.4, 0.1), map.to(x, 0.9, 0.1), 1e-12)
      approximately(map.to(map.to(x, 0.9, 0.2), 0.2, 0.9), x, 1e-12)
      const velocity = map.predict(x, 0.5).velocity
      for (const i of x.keys())
        approximately(
          velocity[i]!,
          slope((h) => map.to(x, 0.5, 0.5 + h)[i]!),
          1e-8,
        )
    }
  })

  test('times may be lists, and tensors agree with doubles', () => {
    const map = exactFlowMap<Float64Array>(rectified(), slanted)
    const tensors = exactFlowMap(rectified(), slanted)
    const listed = map.to(x, [0.9, 0.3], 0.1)
    approximately(listed, [...map.to(x.slice(0, 2), 0.9, 0.1), ...map.to(x.slice(2), 0.3, 0.1)], 1e-12)
    approximately(take(tensors.to(tf.tensor2d([...x], [2, 2]), [0.9, 0.3], 0.1)), listed, 1e-5)
    assert.throws(() => map.to(x, [0.9, 0.3, 0.1], 0.1), /3 times were given for 2 states/)
  })

  test('of a solver, to second order in the step, with times as numbers or lists', () => {
    const map = exactFlowMap<Float64Array>(rectified(), slanted)
    const errors = [10, 20, 40].map((steps) => {
      const numeric = solved(exact<Float64Array>(rectified(), slanted), { steps })
      const y = numeric.to(x, 0.95, [0.05, 0.2])
      return Math.max(...map.to(x, [0.95, 0.95], [0.05, 0.2]).map((value, i) => Math.abs(value - y[i]!)))
    })
    for (const i of [1, 2]) {
      const order = Math.log2(errors[i - 1]! / errors[i]!)
      assert.ok(order > 1.8 && order < 2.3, `order ${order}`)
    }
    assert.throws(() => solved(exact(rectified(), slanted), { steps: 0 }), /steps must be a positive/)
    assert.throws(() => solved({} as never), /must be a denoiser/)
  })

  test('one jump of the exact map draws from the law', async () => {
    const n = 4000
    const states = await sample(jumps(exactFlowMap(rectified(), slanted), { steps: 1 }), n, {
      stream: named('jump'),
    })
    const values = take(states)
    const column = (i: number) => values.filter((_, k) => k % 2 === i)
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length
    // Five standard errors.
    approximately(mean(column(0)), 0.5, 5 / Math.sqrt(n))
    approximately(mean(column(1)), -1, 5 * Math.sqrt(0.5 / n))
    const product = mean(column(0).map((a, i) => (a - 0.5) * (column(1)[i]! + 1)))
    approximately(product, 0.6, 5 * Math.sqrt((0.36 + 0.5) / n))
  })

  test('jumps count one evaluation each, and lead to the same place in any number', async () => {
    const map = exactFlowMap<Float64Array>(rectified(), slanted)
    for (const steps of [1, 3]) {
      let last: { x: Float64Array; evaluations: number } | undefined
      for await (const state of jumps(map, { steps })(x)) last = state
      approximately(last!.x, map.to(x, 1, 0), 1e-12)
      assert.equal(last!.evaluations, steps)
    }
    assert.throws(() => jumps(exact(rectified(), slanted) as never), /must be a flow map/)
    assert.throws(() => jumps(map, { steps: -1 }), /steps/)
  })
})

describe('the derivative along a direction', () => {
  test('is J v, on each backend', async () => {
    for (const backend of ['cpu', 'wasm'] as const)
      await on(backend, () => {
        const a = tf.tensor1d([0.3, -0.8, 1.1])
        const v = tf.tensor1d([1, 2, -0.5])
        const b = tf.tensor1d([0.2, 0.1, -0.4])
        const w = tf.tensor1d([-1, 0.3, 0.7])
        const f = (a: tf.Tensor, b: tf.Tensor) => tf.mul(tf.tanh(a), tf.exp(b)).add(tf.sigmoid(tf.mul(a, b)))
        const inDoubles = (i: number, h: number) => {
          const [x, y] = [a.dataSync()[i]! + h * v.dataSync()[i]!, b.dataSync()[i]! + h * w.dataSync()[i]!]
          return Math.tanh(x) * Math.exp(y) + 1 / (1 + Math.exp(-x * y))
        }
        approximately(
          take(jvp(f, [a, b], [v, w])),
          [0, 1, 2].map((i) => slope((h) => inDoubles(i, h))),
          1e-5,
          backend,
        )
      })
  })

  test('agrees with differences for the networks', () => {
    const network = twoTimeMlp({ dim: 2, hidden: [12, 12], frequencies: 3 })
    const params = network.initial(named('jvp'))
    const [x, t, s] = [
      named('x').normalTensor([5, 2]),
      tf.tensor1d([0.1, 0.4, 0.6, 0.8, 0.9]),
      tf.tensor1d([0, 0.1, 0.6, 0.2, 0.5]),
    ]
    const v = named('v').normalTensor([5, 2])
    const f = (x: tf.Tensor, t: tf.Tensor, s: tf.Tensor) =>
      network(params, x, t as tf.Tensor1D, s as tf.Tensor1D).mul(100)
    const derivative = take(jvp(f, [x, t, s], [v, tf.onesLike(t), tf.zerosLike(s)]))
    const h = 1e-2
    const moved = (h: number) => take(f(x.add(v.mul(h)), t.add(h), s))
    const [two, one, minusOne, minusTwo] = [2 * h, h, -h, -2 * h].map(moved) as [
      number[],
      number[],
      number[],
      number[],
    ]
    const differences = derivative.map(
      (_, i) => (8 * (one[i]! - minusOne[i]!) - two[i]! + minusTwo[i]!) / (12 * h),
    )
    // Single precision leaves 1e-7 · 3 / 1e-2 of values of size 3, and the fourth-order error is (8π h)⁴ / 30.
    approximately(derivative, differences, 5e-3)

    const single = mlp({ dim: 2, hidden: [8], embedding: 4 })
    const weights = single.initial(named('mlp'))
    const label = tf.tensor1d([0.5])
    const g = (x: tf.Tensor) => single(weights, x, label).mul(100)
    const along = take(jvp(g, [x], [v]))
    const [up, down] = [take(g(x.add(v.mul(h)))), take(g(x.sub(v.mul(h))))]
    approximately(
      along,
      along.map((_, i) => (up[i]! - down[i]!) / (2 * h)),
      5e-3,
    )
  })

  test('shapes that do not fit are named', () => {
    const x = tf.zeros([2])
    assert.throws(() => jvp((x) => x, [x], []), /1 arguments, but a direction of 0 parts/)
    assert.throws(
      () => jvp((x) => x, [x], [tf.zeros([3])]),
      /argument 0 has shape \[2\], but its direction \[3\]/,
    )
  })
})

describe('MeanFlow', () => {
  // One dimension, variance v: the map is x √(v_s/v_t), the average velocity x (1 − √(v_s/v_t)) / (t − s).
  const v = 0.3
  const law = data.mixture({ means: [[0]], deviations: Math.sqrt(v) })
  const variance = (t: tf.Tensor) => tf.square(tf.sub(1, t)).mul(v).add(tf.square(t))
  /** The exact average velocity, differentiable: (1 − √(v_s/v_t))/(t − s) = (v_t − v_s)/((t − s)(v_t + √(v_s v_t))). */
  const exactly = (x: tf.Tensor, t: tf.Tensor1D, s: tf.Tensor1D) => {
    const [vt, vs] = [variance(t), variance(s)]
    // (v_t − v_s)/(t − s) = (1 + v)(t + s) − 2v
    const chord = tf
      .add(t, s)
      .mul(1 + v)
      .sub(2 * v)
    const factor = chord.div(vt.add(tf.sqrt(vt.mul(vs))))
    return tf.mul(x, factor.reshape([-1, 1]))
  }
  const model = asMeanFlow([1], exactly)
  const x = tf.tensor2d([[0.7], [-1.4], [0.2]])
  const [t, s] = [Float64Array.of(0.9, 0.5, 1), Float64Array.of(0.3, 0.5, 0)]

  test('the exact average velocity gives the exact map', () => {
    const map = exactFlowMap<Float64Array>(rectified(), law)
    approximately(take(model.to(x, t, s)), map.to(Float64Array.from(x.dataSync()), t, s), 1e-5)
    approximately(
      take(model.predict(x, t).velocity),
      exact<Float64Array>(rectified(), law).predict(Float64Array.from(x.dataSync()), t).velocity,
      1e-5,
    )
  })

  test('the identity u = v − (t − s) du/dt holds for it', () => {
    const velocity = model.predict(x, t).velocity
    const right = take(meanFlowTarget(model, x, velocity, t, s))
    approximately(right, take(exactly(x, tf.tensor1d([...t]), tf.tensor1d([...s]))), 1e-5)
  })

  test('the gradient of its loss vanishes at the exact average velocity, because the target is held fixed', () => {
    const n = 20_000
    const gradients = (
      form: (m: MeanFlow, x: tf.Tensor, v: tf.Tensor, t: Float64Array, s: Float64Array) => tf.Tensor,
    ) => {
      const stream = named('stationary')
      const x0 = law.draw(n, stream)
      const noise = stream.normalTensor([n, 1])
      const t = Float64Array.from(stream.uniform(n), (u) => 0.3 + 0.7 * u)
      const s = t.map((time) => time * 0.4)
      const x = x0
        .mul(tf.tensor2d([...t].map((t) => [1 - t])))
        .add(noise.mul(tf.tensor2d([...t].map((t) => [t]))))
      // u_θ = u + θ₁ x (t − s) + θ₂ x; the derivative of ‖u_θ − target‖² for each draw.
      return [0, 1].map((which) => {
        const perDraw = tf.tidy(() => {
          const theta = tf.zeros([n, 1])
          return tf.grad((theta) => {
            const perturbed = asMeanFlow([1], (x, t, s) =>
              exactly(x, t, s).add(tf.mul(theta, which ? x : tf.mul(x, tf.sub(t, s).reshape([-1, 1])))),
            )
            const target = form(perturbed, x, tf.sub(noise, x0), t, s)
            const u = perturbed.average(x, tf.tensor1d([...t]), tf.tensor1d([...s]))
            return tf.sum(tf.square(tf.sub(u, target)))
          })(theta)
        })
        const values = take(perDraw)
        const mean = values.reduce((a, b) => a + b, 0) / n
        const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n)
        return mean / (deviation / Math.sqrt(n))
      })
    }
    const right = gradients(meanFlowTarget)
    assert.ok(
      right.every((z) => Math.abs(z) < 5),
      `${right.join()} standard errors`,
    )
    // Without (t − s) du/dt, or with its sign turned, it is another function's.
    const others = gradients((m, x, v, t, s) => tf.sub(v.mul(2), meanFlowTarget(m, x, v, t, s)))
    assert.ok(
      others.some((z) => Math.abs(z) > 10),
      `${others.join()} standard errors`,
    )
  })

  test('the loss of the exact one is what ε − x₀ leaves unexplained, and its weight is the adaptive one', () => {
    const n = 20_000
    const stream = named('value')
    const x0 = law.draw(n, stream)
    const options = { apart: 0, stream, power: 0 }
    const plain = take(meanFlowLoss(model, x0, options))[0]!
    // Flow matching's minimum, 1 + v − c²/v_t with c = t − (1 − t) v, over logit-normal t: the larger of two.
    let [expected, total] = [0, 0]
    const cumulative = (z: number) => {
      let sum = 0
      for (let y = -8; y < z; y += 0.01) sum += (Math.exp((-y * y) / 2) * 0.01) / Math.sqrt(2 * Math.PI)
      return sum
    }
    for (let z = -6; z <= 6; z += 0.05) {
      const time = 1 / (1 + Math.exp(-(-0.4 + z)))
      const weight = Math.exp((-z * z) / 2) * cumulative(z)
      expected += weight * (1 + v - (time - (1 - time) * v) ** 2 / ((1 - time) ** 2 * v + time ** 2))
      total += weight
    }
    approximately(plain, expected / total, 5 * Math.sqrt(4 / n))
    // Each term is square / (square + c): between 0 and 1, and near one for squares far above c.
    const adaptive = take(meanFlowLoss(model, x0, { stream, offset: 1e-3 }))[0]!
    assert.ok(adaptive > 0.9 && adaptive < 1, `adaptive ${adaptive}`)
  })

  test('its times: s < t as often as asked, else s = t; logit-normal or uniform', () => {
    const n = 20_000
    const drawn = (options: Parameters<typeof meanFlowLoss>[2]) => {
      let times: [Float32Array, Float32Array] | undefined
      const spy = asMeanFlow([1], (x, t, s) => {
        times ??= [t.dataSync<'float32'>().slice(), s.dataSync<'float32'>().slice()]
        return exactly(x, t, s)
      })
      meanFlowLoss(spy, law.draw(n, named('times')), { ...options, stream: named('times') }).dispose()
      return times!
    }
    const mean = (list: Float32Array) => list.reduce((a, b) => a + b, 0) / n
    for (const apart of [0, 0.25, 1]) {
      const [t, s] = drawn({ apart })
      assert.ok(t.every((time, i) => time >= s[i]!))
      approximately(t.filter((time, i) => time > s[i]!).length / n, apart, 5 * Math.sqrt(0.25 / n))
    }
    // The larger and the smaller of two uniform numbers have the means ⅔ and ⅓.
    const [t, s] = drawn({ apart: 1, logit: null })
    approximately([mean(t), mean(s)], [2 / 3, 1 / 3], 5 * Math.sqrt(1 / 18 / n))
    // With a small spread all times are near 1/(1 + e^−m).
    const [near] = drawn({ logit: [1, 1e-3] })
    approximately(mean(near), 1 / (1 + Math.exp(-1)), 1e-3)
  })

  test('its network sees sines and cosines of both times, at frequencies from ½π to 4π', () => {
    const [sines, cosines] = waves(tf.tensor1d([0.3, 0.8]), 4)
    const omega = [0, 1, 2, 3].map((i) => (Math.PI / 2) * 2 ** i)
    approximately(
      take(sines),
      [0.3, 0.8].flatMap((tau) => omega.map((w) => Math.sin(w * tau))),
      1e-6,
    )
    approximately(
      take(cosines),
      [0.3, 0.8].flatMap((tau) => omega.map((w) => Math.cos(w * tau))),
      1e-6,
    )
    const network = twoTimeMlp({ dim: 2, hidden: [6], frequencies: 2 })
    const params = network.initial(named('both'))
    const x = named('x').normalTensor([1, 2])
    const at = (t: number, s: number) => take(network(params, x, tf.tensor1d([t]), tf.tensor1d([s])))
    assert.notDeepEqual(at(0.5, 0.2), at(0.5, 0.3))
    assert.notDeepEqual(at(0.5, 0.2), at(0.6, 0.3))
  })

  test('a network learns its parameters’ gradients, samples in one step, and is a flow map', async () => {
    const learned = meanFlow(twoTimeMlp({ dim: 2, hidden: [8], frequencies: 2 }), {
      stream: named('network'),
    })
    const batch = slanted.draw(16, named('batch'))
    const { grads } = tf.variableGrads(
      () => learned.loss(batch, named('loss')),
      Object.values(learned.params),
    )
    for (const [name, p] of Object.entries(learned.params))
      assert.ok(
        take(grads[p.name]!).some((g) => g !== 0),
        `${name} has no gradient`,
      )
    const samples = await sample(jumps(learned, { steps: 1 }), 7, { stream: named('one step') })
    assert.deepEqual(samples.shape, [7, 2])
    const stream = particlesOf(named('one step'), 2)
    const start = stream.normalTensor([7, 2])
    const u = learned.average(start, tf.ones([7]), tf.zeros([7]))
    approximately(take(samples), take(tf.sub(start, u)), 1e-6)
    const average = learned.withParams(learned.params)
    approximately(take(average.to(start, 0.8, 0.2)), take(learned.to(start, 0.8, 0.2)), 1e-6)
  })

  test('options that make no sense are named', () => {
    const x0 = tf.zeros([4, 1])
    assert.throws(() => meanFlowLoss({} as never, x0), /must be a MeanFlow/)
    assert.throws(() => meanFlowLoss(model, x0, { apart: 2 }), /apart must be in \[0, 1\]/)
    assert.throws(() => meanFlowLoss(model, x0, { logit: [0, 0] }), /logit/)
    assert.throws(() => meanFlowLoss(model, x0, { power: -1 }), /power/)
    assert.throws(() => meanFlowLoss(model, x0, { offset: 0 }), /offset/)
    assert.throws(() => meanFlow(mlp as never), /network of two times/)
    assert.throws(() => twoTimeMlp({ dim: 0 }), /dim must be a positive/)
    assert.throws(() => twoTimeMlp({ dim: 2, frequencies: 0.5 }), /frequencies/)
    const network = twoTimeMlp({ dim: 2, hidden: [4] })
    const params = network.initial(named('shape'))
    assert.throws(
      () => network(params, tf.zeros([3, 1]), tf.zeros([3]), tf.zeros([3])),
      /states of shape \[n, 2\]/,
    )
  })
})
