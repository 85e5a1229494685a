/** What is true of every flow, tested once over all of them. */
import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bases, bijections, flow, residualFlow, type Bijection } from '../../../src/models/flows'
import { mlp } from '../../../src/models/mlp'
import type { Params } from '../../../src/models/network'
import { jacobian } from '../../../src/models/ode'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'
import { logAbsDet, moved, plane, shaped, states, type Case } from './cases'

before(() => selectBackend('cpu', files))

const all: readonly Case[] = [...plane, ...shaped]

/** log |det| of the autodiff Jacobian of `map` at each state, in doubles. */
function denseLogDet(map: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): number[] {
  const rows = tf.tidy(() => jacobian((y) => map(y).reshape(y.shape), x).arraySync())
  return rows.map(logAbsDet)
}

for (const item of all)
  describe(item.name, () => {
    test('forward and back is where one was', () => {
      const b = item.make()
      const params = moved(b, item.by)
      tf.tidy(() => {
        const x = states(item, b.shape, 6)
        const there = b.forward(params, x)
        const back = b.inverse(params, there.value)
        // Single precision, with what the steps of an adaptive solver may add.
        const tolerance = item.name.includes('RK4') ? 1e-4 : 1e-5
        approximately(back.value.dataSync(), x.dataSync(), tolerance, 'state')
        approximately(back.logDet.dataSync(), there.logDet.neg().dataSync(), 10 * tolerance, 'log |det|')
      })
      tf.dispose(params)
    })

    test('the log-determinant is that of the autodiff Jacobian, both ways', () => {
      const b = item.make()
      const params = moved(b, item.by)
      tf.tidy(() => {
        const x = states(item, b.shape, 4)
        const { value: z, logDet } = b.forward(params, x)
        // What the equation carries along differs from the derivative of its solution by the errors of both.
        const tolerance = item.name.includes('RK4') ? 5e-5 : 3e-5
        approximately(
          logDet.dataSync(),
          denseLogDet((y) => b.forward(params, y).value, x),
          tolerance,
        )
        // Bisection and fixed points are differentiated once at their end, or through all of their steps.
        approximately(
          b.inverse(params, z).logDet.dataSync(),
          denseLogDet((y) => b.inverse(params, y).value, z),
          5 * tolerance,
        )
      })
      tf.dispose(params)
    })

    test('saved parameters make the same density again', () => {
      const first = flow(item.make(), {
        ...(item.base && { base: item.base }),
        stream: new RandomStream(3, 'first'),
      })
      for (const [name, variable] of Object.entries(first.params))
        variable.assign(
          tf.tidy(() => variable.add(new RandomStream(4, name).normalTensor(variable.shape).mul(0.1))),
        )
      const saved = Object.entries(first.params).map(
        ([name, v]) => [name, [...v.dataSync()], v.shape] as const,
      )
      const again = flow(item.make(), {
        ...(item.base && { base: item.base }),
        stream: new RandomStream(5, 'again'),
      })
      assert.deepEqual(
        Object.keys(again.params),
        saved.map(([name]) => name),
      )
      const loaded = Object.fromEntries(
        saved.map(([name, values, shape]) => [name, tf.tensor(values, shape)]),
      )
      const x = states(item, first.shape, 3)
      const same = again.withParams(loaded).logDensity(x)
      assert.deepEqual(take(same), take(first.logDensity(x)))
      tf.dispose([x, first.params, again.params, loaded])
    })

    const parameters = Object.keys(
      ((b: Bijection) => {
        const params = b.initial(new RandomStream(1, 'count'))
        tf.dispose(params)
        return params
      })(item.make()),
    )
    if (parameters.length) {
      test('a gradient reaches every parameter', () => {
        const b = item.make()
        const params = moved(b, item.by)
        const gradients = tf.tidy(() => {
          const names = Object.keys(params)
          const x = states(item, b.shape, 8)
          const loss = (...values: tf.Tensor[]): tf.Scalar =>
            minusLogDensity(b, Object.fromEntries(names.map((name, i) => [name, values[i]!])), x)
          return tf
            .grads(loss)(Object.values(params))
            .map((g, i) => [names[i]!, [...g.dataSync()]] as const)
        })
        for (const [name, values] of gradients) {
          assert.ok(values.every(Number.isFinite), `${name} has a gradient that is not finite`)
          assert.ok(
            values.some((g) => Math.abs(g) > 1e-6),
            `${name} has no gradient`,
          )
        }
        tf.dispose(params)
      })

      test('the gradient of the score by the parameters agrees with differences', () => {
        scoreGradientAgrees(item)
      })
    }
  })

/** d/dθ ⟨c, ∇_x log p⟩ along one direction of all parameters: a gradient of a gradient. */
function scoreGradientAgrees(item: Case): void {
  const b = item.make()
  const params = moved(b, item.by)
  const names = Object.keys(params)
  const stream = new RandomStream(7, 'directions')
  const direction: Params = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, stream.normalTensor(value.shape).mul(0.3)]),
  )
  const x = states(item, b.shape, 5)
  const c = stream.normalTensor(x.shape)
  /** ⟨c, ∇_x log p⟩. */
  const projected = (values: Params): tf.Scalar =>
    tf.tidy(() =>
      tf
        .grad((y) => minusLogDensity(b, values, y))(x)
        .mul(c)
        .sum(),
    )
  const derivative = tf.tidy(() => {
    const f = (...values: tf.Tensor[]): tf.Scalar =>
      projected(Object.fromEntries(names.map((name, i) => [name, values[i]!])))
    const gradients = tf.grads(f)(Object.values(params))
    return gradients.reduce((sum, g, i) => sum + g.mul(direction[names[i]!]!).sum().dataSync()[0]!, 0)
  })
  const at = (h: number): number =>
    tf.tidy(
      () =>
        projected(
          Object.fromEntries(names.map((name) => [name, params[name]!.add(direction[name]!.mul(h))])),
        ).dataSync()[0]!,
    )
  const central = (h: number): number => (at(h) - at(-h)) / (2 * h)
  const h = item.step ?? 0.02
  const difference = (4 * central(h / 2) - central(h)) / 3
  // Single precision leaves about 1e-6/h of noise in a difference, times the size of the score.
  const size = Math.max(1, Math.abs(at(0)), Math.abs(difference))
  assert.ok(
    Math.abs(derivative - difference) < 3e-3 * size,
    `${item.name}: ${derivative}, differences ${difference}`,
  )
  tf.dispose([params, direction, x, c])
}

function minusLogDensity(b: Bijection, params: Params, x: tf.Tensor): tf.Scalar {
  const { value, logDet } = b.forward(params, x, new RandomStream(1, 'probe'))
  return tf.add(value.square().sum().mul(0.5), logDet.sum().neg())
}

/** ∫ p over a box by the midpoint rule, which is exact to the last digit for smooth densities that vanish at its edge. */
function mass(
  b: Bijection,
  params: Params,
  base = bases.normal({ shape: b.latentShape }),
  box: readonly [number, number] = [-14, 14],
): number {
  const [from, to] = box
  const d = b.shape[0]!
  const n = d === 1 ? 4000 : 300
  const h = (to - from) / n
  const points = Float32Array.from({ length: n ** d * d }, (_, k) => {
    const cell = Math.floor(k / d)
    return from + h * ((k % d === 0 ? cell % n : Math.floor(cell / n)) + 0.5)
  })
  return tf.tidy(() => {
    const { value, logDet } = b.forward(params, tf.tensor2d(points, [n ** d, d]))
    const density = base.logDensity(value).add(logDet).exp()
    return Array.from(density.dataSync()).reduce((sum, p) => sum + p, 0) * h ** d
  })
}

describe('the density integrates to one', () => {
  before(() => selectBackend('wasm', files))
  after(() => selectBackend('cpu', files))
  for (const item of plane)
    test(`in the plane: ${item.name}`, () => {
      const b = item.make()
      const params = moved(b, 0.15, 6)
      // Where slopes jump (splines, the edge of a box) the midpoint rule is off by the cells on the jump.
      approximately(mass(b, params, item.base, item.box), 1, 2e-3)
      tf.dispose(params)
    })
  const line: readonly [string, Bijection][] = [
    ['affine', bijections.affine({ dim: 1 })],
    ['autoregressive', bijections.autoregressive({ dim: 1, hidden: [4] })],
    ['planar', bijections.planar({ dim: 1 })],
    ['residual flow', residualFlow({ dim: 1, blocks: 2, hidden: [8] })],
    [
      'continuous flow',
      bijections.continuous({ network: mlp({ dim: 1, hidden: [8], embedding: 4 }), steps: 16 }),
    ],
  ]
  for (const [name, b] of line)
    test(`on the line: ${name}`, () => {
      const params = moved(b, 0.2, 6)
      approximately(mass(b, params, undefined, [-40, 40]), 1, 2e-4)
      tf.dispose(params)
    })
})

test('the laws hold on WASM, too', async () => {
  await on('wasm', () => {
    for (const item of all) {
      const b = item.make()
      const params = moved(b, item.by)
      tf.tidy(() => {
        const x = states(item, b.shape, 4)
        const { value, logDet } = b.forward(params, x)
        approximately(b.inverse(params, value).value.dataSync(), x.dataSync(), 1e-4, item.name)
        approximately(
          logDet.dataSync(),
          denseLogDet((y) => b.forward(params, y).value, x),
          3e-4,
          item.name,
        )
      })
      if (Object.keys(params).length) scoreGradientAgrees(item)
      tf.dispose(params)
    }
  })
})
