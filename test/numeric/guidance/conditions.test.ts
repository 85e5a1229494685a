import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  data,
  ddim,
  denoiser,
  denoising,
  given,
  mlp,
  sample,
  telling,
  train,
  vp,
  type Condition,
  type Conditioning,
  type ConditionOptions,
  type LabelledData,
} from '../../../src/models'
import { dropped, type PartlyTold } from '../../../src/models/condition'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(3, name)
const silu = (z: number) => z / (1 + Math.exp(-z))
type Matrix = readonly (readonly number[])[]
const times = (row: readonly number[], m: Matrix) =>
  m[0]!.map((_, j) => row.reduce((sum, a, i) => sum + a * m[i]![j]!, 0))
const plus = (...rows: (readonly number[])[]) =>
  rows[0]!.map((_, i) => rows.reduce((sum, r) => sum + r[i]!, 0))

const X = [
  [0.3, -1.1],
  [2, 0.4],
  [-0.5, 0.9],
]
const LABEL = 1.7
/** Two layers of three and four units, told a class of three, a vector of two, and two tokens of five. */
const KINDS: ConditionOptions = { class: 3, y: 2, words: { tokens: 5, length: 2 } }
const Y = [
  [0.5, -0.2],
  [1.5, 0.1],
  [-1, 2],
]
const WORDS = [
  [0, 4],
  [3, 3],
  [1, 2],
]
const CLASSES = [2, 0, 1]
/** The second state is told no class, the third no vector. */
const SOME: Condition = {
  class: { value: CLASSES, told: [1, 0, 1] },
  y: { value: Y, told: [1, 1, 0] },
  words: WORDS,
}

/** The network's formula, computed in doubles for each state by itself. */
function formula(p: Record<string, Matrix>, conditioning: Conditioning): number[] {
  const isTold = { class: [true, false, true], y: [true, true, false] }
  return X.flatMap((x, n) => {
    const nothing = (name: string) => p[`${name}.null`]![0]!
    const concatenates = conditioning === 'concat'
    const ofClass = concatenates
      ? [0, 1, 2].map((k) => Number(k === CLASSES[n]))
      : p['class.table']?.[CLASSES[n]!]
    const ofY = concatenates ? Y[n] : plus(times(Y[n]!, p['y.W']!), p['y.b'] as unknown as number[]).map(silu)
    const tokens = [
      isTold.class[n] ? ofClass! : nothing('class'),
      isTold.y[n] ? ofY! : nothing('y'),
      ...WORDS[n]!.map((word, place) => plus(p['words.table']![word]!, p['words.places']![place]!)),
    ]
    const words = plus(tokens[2]!, tokens[3]!).map((v) => v / 2)
    const c = concatenates ? [] : plus(tokens[0]!, tokens[1]!, words)
    const angles = [0, 1, 2].map((i) => 0.25 * 32 ** (i / 2) * LABEL)
    const e = [...angles.map(Math.sin), ...angles.map(Math.cos)]
    let h: readonly number[] = concatenates ? [...x, ...tokens[0]!, ...tokens[1]!, ...words] : x
    for (const layer of [0, 1]) {
      let z = plus(
        times(h, p[`W${layer}`]!),
        times(e, p[`U${layer}`]!),
        p[`b${layer}`] as unknown as number[],
      )
      const weight = (name: string) => p[`condition.${name}${layer}`]!
      if (conditioning === 'add') z = plus(z, times(c, weight('V')))
      if (conditioning === 'scale-shift') {
        const mean = z.reduce((sum, v) => sum + v, 0) / z.length
        const deviation = Math.sqrt(z.reduce((sum, v) => sum + (v - mean) ** 2, 0) / z.length + 1e-5)
        const scale = times(c, weight('S'))
        z = plus(
          z.map((v, i) => (1 + scale[i]!) * ((v - mean) / deviation)),
          times(c, weight('V')),
        )
      }
      if (conditioning === 'cross-attention') {
        const q = times(z, weight('Q'))
        const scores = tokens.map((token) => {
          const k = times(token, weight('K'))
          return Math.exp(q.reduce((sum, v, i) => sum + v * k[i]!, 0) / Math.sqrt(q.length))
        })
        const total = scores.reduce((sum, v) => sum + v, 0)
        z = plus(
          z,
          ...tokens.map((token, i) => times(token, weight('V')).map((v) => (v * scores[i]!) / total)),
        )
      }
      h = z.map(silu)
    }
    return plus(times(h, p['W2']!), p['b2'] as unknown as number[])
  })
}

describe('conditions of a network', () => {
  for (const conditioning of ['add', 'scale-shift', 'concat', 'cross-attention'] as const)
    test(`${conditioning}: its formula, computed in doubles`, () => {
      const network = mlp({ dim: 2, hidden: [3, 4], embedding: 6, conditions: KINDS, conditioning })
      // Scales and nulls that begin at zero would hide in the formula: every parameter is drawn anew.
      const params = Object.fromEntries(
        Object.entries(network.initial(named('shapes'))).map(([name, value]) => [
          name,
          named(name).normalTensor(value.shape),
        ]),
      )
      const p = Object.fromEntries(
        Object.entries(params).map(([name, value]) => [name, value.arraySync()]),
      ) as Record<string, Matrix>
      const x = tf.tensor2d(X)
      approximately(take(network(params, x, tf.tensor1d([LABEL]), SOME)), formula(p, conditioning), 1e-5)
    })

  for (const backend of ['cpu', 'wasm'] as const)
    for (const conditioning of ['add', 'scale-shift', 'concat', 'cross-attention'] as const)
      test(`${conditioning}: second derivatives agree with differences of first ones, on ${backend}`, () =>
        on(backend, () => {
          const network = mlp({ dim: 2, hidden: [5, 5], embedding: 6, conditions: KINDS, conditioning })
          const params = Object.fromEntries(
            Object.entries(network.initial(named('shapes'))).map(([name, value]) => [
              name,
              named(name).normalTensor(value.shape).mul(0.7),
            ]),
          )
          const slope = tf.grad((x: tf.Tensor) =>
            network(params, x, tf.tensor1d([LABEL]), SOME)
              .square()
              .sum(),
          )
          const x = tf.tensor2d(X)
          const v = named('direction').normalTensor([3, 2])
          // H v, as the gradient of ⟨∇f, v⟩, and as a central difference of ∇f along v.
          const exactly = take(tf.grad((x: tf.Tensor) => slope(x).mul(v).sum())(x))
          const h = 0.01
          const difference = take(
            slope(x.add(v.mul(h)))
              .sub(slope(x.sub(v.mul(h))))
              .div(2 * h),
          )
          const size = Math.max(...difference.map(Math.abs))
          // Single precision over a step of h leaves three digits, the third derivative less than one percent.
          approximately(
            exactly.map((value) => value / size),
            difference.map((value) => value / size),
            0.02,
          )
        }))

  const model = denoiser(
    vp(),
    mlp({ dim: 2, hidden: [8, 8], embedding: 8, conditions: { class: 3, y: 2 } }),
    { stream: named('parameters') },
  )
  const noise = (condition?: Condition) =>
    take(tf.tidy(() => model.predict(tf.tensor2d(X), 0.4, condition).noise))

  test('one value for all is that value for each, and a tensor is as good as an array', () => {
    const each = noise({ class: [2, 2, 2], y: [Y[0]!, Y[0]!, Y[0]!] })
    approximately(noise({ class: 2, y: Y[0]! }), each, 1e-6)
    approximately(noise({ class: tf.tensor1d([2, 2, 2], 'int32'), y: tf.tensor2d([Y[0]!]) }), each, 1e-6)
    assert.notDeepEqual(noise({ class: 1, y: Y[0]! }), noise({ class: 2, y: Y[0]! }))
  })

  test('nothing, null, nulls by name and a value told to nobody are the same', () => {
    const nothing = noise()
    assert.deepEqual(noise(null), nothing)
    assert.deepEqual(noise({ class: null, y: null }), nothing)
    const told = [0, 0, 0]
    approximately(noise({ class: { value: 1, told }, y: { value: Y, told } }), nothing, 1e-6)
    const some = noise({ class: { value: 1, told: [0, 1, 0] }, y: null })
    approximately(some.slice(0, 2), nothing.slice(0, 2), 1e-6)
    approximately(some.slice(2, 4), noise({ class: 1, y: null }).slice(2, 4), 1e-6)
  })

  test('a model that is always told the same needs no telling, and samples', async () => {
    const told = given(model, { class: 1, y: [0.3, 0.4] })
    const x = tf.tensor2d(X)
    approximately(take(told.score(x, 0.3)), take(model.score(x, 0.3, { class: 1, y: [0.3, 0.4] })), 0)
    approximately(take(told.at(0.3).score(x)), take(told.score(x, 0.3)), 0)
    const one = take(await sample(ddim(told, { steps: 3 }), 4, { stream: named('start') }))
    const other = take(await sample(ddim(given(model, null), { steps: 3 }), 4, { stream: named('start') }))
    assert.notDeepEqual(one, other)
  })

  test('what does not fit is named', () => {
    assert.throws(() => noise({ class: 3, y: null }), /class must be whole numbers from 0 to 2.* 3/)
    assert.throws(() => noise({ class: -1, y: null }), /class must be whole numbers from 0 to 2.* -1/)
    assert.throws(() => noise({ class: 0.5, y: null }), /class must be whole numbers.* 0.5/)
    assert.throws(
      () => noise({ class: tf.tensor1d([0, 1, 7], 'int32'), y: null }),
      /class must be whole numbers from 0 to 2.* 7/,
    )
    assert.throws(() => noise({ class: 1 }), /the condition lacks y: it has class/)
    assert.throws(() => noise({ class: [0, 1], y: null }), /class must have the shape \[\].*\[3\].*has \[2\]/)
    assert.throws(() => noise({ class: 0, y: [1, 2, 3] }), /y must have the shape \[2\].*\[3, 2\].*has \[3\]/)
    assert.throws(() => noise({ class: 0, y: null, colour: 1 }), /cannot be told colour, only class, y/)
    assert.throws(() => noise(3 as never), /a condition is a record of named values/)
    assert.throws(() => noise({ class: { value: 1, told: [1] }, y: null }), /tells class to 1 states.* 3/)
    assert.throws(
      () => noise({ class: 'cat' as never, y: null }),
      /class must be a number, numbers or a tensor/,
    )
    const plain = denoiser(vp(), mlp({ dim: 2, hidden: [4] }), { stream: named('plain') })
    assert.throws(() => plain.score(tf.tensor2d(X), 0.5, { class: 1 }), /it takes no condition/)
    assert.throws(() => mlp({ dim: 2, conditions: { class: 0 } }), /class: classes must be a positive whole/)
    assert.throws(
      () => mlp({ dim: 2, conditions: { y: { length: 2 } as never } }),
      /\{ classes \}, \{ vector \}/,
    )
    assert.throws(() => mlp({ dim: 2, conditions: { y: 2 }, conditioning: 'film' as never }), /conditioning/)
    assert.throws(() => denoiser(vp(), mlp({ dim: 2 }), { drop: 1.5 }), /drop.*\[0, 1\].*1.5/)
    assert.throws(() => given({} as never, null), /given: the first argument must be a denoiser/)
  })
})

describe('condition dropout', () => {
  test('tells nothing to the share that is asked for, all values together', () => {
    const n = 20_000
    const condition = dropped(
      { class: 1, y: { value: [1, 2], told: new Float32Array(n).fill(1) } },
      n,
      0.15,
      named('drop'),
    )
    const [a, b] = ['class', 'y'].map((name) => Array.from((condition![name] as PartlyTold).told))
    assert.deepEqual(a, b)
    const kept = a!.reduce((sum, k) => sum + k, 0) / n
    // Five standard errors.
    assert.ok(Math.abs(kept - 0.85) < 5 * Math.sqrt((0.85 * 0.15) / n), `kept ${kept}`)
    assert.deepEqual(dropped({ class: 1 }, 5, 0, named('none')), { class: 1 })
  })

  test('the loss with everything dropped is the loss without condition', () => {
    const model = denoiser(vp(), mlp({ dim: 2, hidden: [8], embedding: 8, conditions: { class: 2 } }), {
      stream: named('dropout'),
    })
    const x = data.moons().draw(64, named('x'))
    const loss = (condition: Condition, drop: number) =>
      take(denoising(model, x, { condition, drop, stream: named('loss') }))
    approximately(loss({ class: 1 }, 1), loss(null, 0), 1e-6)
    assert.ok(Math.abs(loss({ class: 1 }, 0)[0]! - loss(null, 0)[0]!) > 1e-4)
    assert.throws(() => loss({ class: 1 }, NaN), /drop.*NaN/)
  })
})

describe('training with labels', () => {
  const law = data.mixture({ weights: [0.25, 0.75], means: [[-1], [1]], deviations: 0.1 })
  const labelled: LabelledData = {
    ...law,
    classes: ['left', 'right'],
    drawLabelled(n, stream) {
      const x = law.draw(n, stream)
      return { x, labels: Int32Array.from(x.dataSync(), (v) => Number(v > 0)) }
    },
  }

  test('one network learns each class, and all of them together', async () => {
    await selectBackend('wasm', files)
    const model = denoiser(vp(), mlp({ dim: 1, hidden: [24, 24], embedding: 8, conditions: { class: 2 } }), {
      predicts: 'v',
      drop: 0.2,
      stream: named('both'),
    })
    await train(model, labelled, { steps: 400, batch: 128, rate: 1e-2, ema: 0.98, stream: named('training') })
    const mean = (condition: Condition) =>
      take(tf.tidy(() => model.predict(tf.zeros([1, 1]), 1, condition).x0))[0]!
    // At t = 1 nothing of the data is left: the prediction is the mean, −1 and 1 of the classes and ½ of both. A short
    // training comes within 0.15 of it.
    approximately([mean({ class: 0 }), mean({ class: 1 }), mean(null)], [-1, 1, 0.5], 0.15)
    await selectBackend('cpu', files)
  })

  test('a parameter without part in the loss stays as it is, such as the null of what everybody is told', async () => {
    const model = denoiser(vp(), mlp({ dim: 1, hidden: [4], embedding: 4, conditions: { class: 2 } }), {
      drop: 0,
      stream: named('no null'),
    })
    const before = [...model.params['class.null']!.dataSync()]
    await train(model, labelled, { steps: 2, batch: 8, stream: named('steps') })
    assert.deepEqual([...model.params['class.null']!.dataSync()], before)
  })

  test('a condition made from the samples reaches the loss, and a model that takes none is told none', async () => {
    const seen: unknown[] = []
    const params = { a: tf.variable(tf.scalar(1)) }
    const silent = {
      name: 'silent',
      shape: [1],
      draw: (n: number, stream?: RandomStream) => law.draw(n, stream),
    }
    const told = telling(law, (x) => ({ y: x.mul(2) }))
    const loss = (x: tf.Tensor, _: RandomStream, condition: Condition = null) => {
      seen.push(condition && take((condition['y'] as tf.Tensor).sub(x.mul(2)).abs().max()))
      return params.a.square().asScalar()
    }
    const stream = named('telling')
    await train({ params, loss, conditions: { y: { vector: 1 } } }, told, { steps: 1, stream })
    await train({ params, loss }, told, { steps: 1, stream })
    assert.deepEqual(seen, [[0], null])
    await assert.rejects(
      train({ params, loss, conditions: { y: { vector: 1 } } }, silent, { steps: 1 }),
      /told conditions, but silent has none/,
    )
    assert.throws(() => telling({} as never, () => null), /telling: the first argument/)
    assert.throws(() => telling(law, 3 as never), /telling: the second argument/)
  })
})
