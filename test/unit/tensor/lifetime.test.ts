import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as tf from '@tensorflow/tfjs'
import { denoiser, mlp, sample, ddim, train, vp, data } from '../../../src/models'
import {
  cellTf,
  holding,
  keepingTensors,
  parameter,
  RandomStream,
  selectBackend,
  TensorLedger,
} from '../../../src/tensor'
import { files } from '../../numeric/backends'

before(() => selectBackend('cpu', files))

let ledger: TensorLedger
let start: number
beforeEach(() => {
  start = tf.memory().numTensors
  ledger = new TensorLedger()
  ledger.begin()
})
afterEach(() => {
  ledger.end([])
  ledger.close()
})

/** Tensors alive beyond those of before the test. */
const live = () => ledger.memory().tensors - start
const OPAQUE = new WeakSet<object>()
const isOpaque = (object: object) => OPAQUE.has(object)
const opaque = <T extends object>(value: T): T => {
  OPAQUE.add(value)
  return value
}

describe('what the walk meets stays, the rest is freed', () => {
  test('a thousand runs of a cell leave as many tensors as one', () => {
    const session: Record<string, unknown> = {}
    for (let run = 0; run < 1000; run++) {
      session['x'] = tf.randomNormal([4, 4])
      session['norm'] = (session['x'] as tf.Tensor).square().sum().sqrt()
      ledger.end([session], isOpaque)
      assert.equal(live(), 2)
    }
  })

  test('a tensor of an earlier cell is freed once nothing leads to it', () => {
    const session: Record<string, unknown> = { a: tf.zeros([2]), b: tf.zeros([3]) }
    ledger.end([session])
    assert.equal(live(), 2)
    delete session['a']
    ledger.end([session])
    assert.equal(live(), 1)
    assert.deepEqual((session['b'] as tf.Tensor).arraySync(), [0, 0, 0])
  })

  test('arrays, maps, sets, symbols, instances, statics, prototypes, accessors and cycles are walked', () => {
    class Model {
      static shared = tf.scalar(1)
      weights = [tf.scalar(2)]
      self = this
    }
    const key = Symbol('key')
    const captured = holding(() => undefined, tf.scalar(9))
    const roots = [
      [tf.scalar(0), { deep: { deeper: tf.scalar(3) } }],
      new Map<unknown, unknown>([[tf.scalar(4), new Set([tf.scalar(5)])]]),
      { [key]: tf.scalar(6) },
      new Model(),
      Object.create({ inherited: tf.scalar(7) }),
      Object.assign(() => undefined, { property: tf.scalar(8) }),
      captured,
    ]
    tf.scalar(99)
    ledger.end(roots, isOpaque)
    assert.equal(live(), 10)
  })

  test('getters are not called', () => {
    const root = {
      tensor: tf.scalar(1),
      get trap(): never {
        throw new Error('called')
      },
      get dataSync(): never {
        throw new Error('called')
      },
    }
    ledger.end([root])
    assert.equal(live(), 1)
  })

  test('variables and layers models are kept with their weights, and freed with them', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] })
    const session: Record<string, unknown> = { model, v: tf.variable(tf.scalar(1)) }
    ledger.end([session])
    assert.equal((model.predict(tf.ones([1, 2])) as tf.Tensor).size, 3)
    assert.equal((session['v'] as tf.Variable).arraySync(), 1)
    delete session['v']
    delete session['model']
    ledger.end([session])
    assert.equal(live(), 0)
  })

  test('NaN is a number like any other', () => {
    const x = tf.tensor1d([NaN, Infinity])
    ledger.end([{ x, y: NaN }])
    assert.deepEqual([...x.dataSync()], [NaN, Infinity])
  })

  test('large arrays and typed arrays are no burden', () => {
    const x = tf.scalar(1)
    ledger.end([{ numbers: new Float64Array(1e7), list: Array.from({ length: 1e6 }, (_, i) => i), x }])
    assert.equal(live(), 1)
    assert.equal(x.isDisposed, false)
  })
})

describe('odd arrays and proxies', () => {
  test('properties of arrays are walked like those of other objects', () => {
    class Batch extends Array<number> {
      mean = tf.scalar(1)
    }
    ledger.end([Object.assign([1, 2], { best: tf.scalar(2) }), Batch.from({ length: 1000 }, (_, i) => i)])
    assert.equal(live(), 2)
  })

  test('an array of four thousand million holes ends no walk late', () => {
    const holes: unknown[] = []
    holes.length = 2 ** 32 - 1
    const x = tf.scalar(1)
    ledger.end([{ holes, x }])
    assert.equal(x.isDisposed, false)
  })

  test('a replaced iterator is not called', () => {
    const list = Object.assign([tf.scalar(1)], {
      [Symbol.iterator]: () => {
        throw new Error('called')
      },
    })
    ledger.end([list])
    assert.equal(live(), 1)
  })

  test('a revoked proxy stops nothing', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const x = tf.scalar(1)
    ledger.end([{ proxy, x }])
    assert.equal(x.isDisposed, false)
  })
})

describe('what may be hidden is not disposed of', () => {
  const hiding: Record<string, (x: tf.Tensor) => object> = {
    'a closure that the compiler marked': (x) => opaque(() => x),
    'an object of a class that the compiler marked': (x) => {
      const Private = opaque(
        class {
          readonly #x = x
          get() {
            return this.#x
          }
        },
      )
      return new Private()
    },
    'a promise': (x) => Promise.resolve(x),
    'a generator': (x) =>
      (function* () {
        yield x
      })(),
    'an asynchronous generator': (x) =>
      (async function* () {
        await Promise.resolve()
        yield x
      })(),
    'an iterator': (x) => [x].values(),
    'a bound function': (x) => function (this: tf.Tensor) {}.bind(x),
    'a weak map': (x) => {
      const key = {}
      return Object.assign(new WeakMap([[key, x]]), { key })
    },
    'a proxy that refuses to be looked at': (x) =>
      new Proxy(
        { x },
        {
          ownKeys() {
            throw new Error('no')
          },
        },
      ),
  }
  for (const [name, hide] of Object.entries(hiding))
    test(name, () => {
      const x = tf.scalar(5)
      const root = hide(x)
      ledger.end([root], isOpaque)
      assert.equal(x.isDisposed, false)
      assert.equal(x.arraySync(), 5)
      // Once the hiding place is gone, the next walk frees it.
      ledger.end([], isOpaque)
      assert.equal(x.isDisposed, true)
    })

  test('an unfinished asynchronous computation', async () => {
    let finish = () => {}
    const x = tf.scalar(5)
    const work = keepingTensors(async () => {
      await new Promise<void>((resolve) => (finish = resolve))
      return x.arraySync()
    })
    ledger.end([])
    finish()
    assert.equal(await work, 5)
  })

  test('the caller may say that something unseen is under way', () => {
    const x = tf.scalar(5)
    ledger.end([], isOpaque, { uncertain: true })
    assert.equal(x.isDisposed, false)
  })

  test('a variable that TensorFlow.js registered stays with optimizers', () => {
    const root = opaque(() => 0)
    const v = tf.variable(tf.scalar(3))
    const f = () => v.square() as tf.Scalar
    ledger.end([root], isOpaque)
    tf.train.sgd(0.1).minimize(f)
    assert.ok(Math.abs(v.arraySync() - 2.4) < 1e-6)
  })

  test('memory follows when the garbage collector finds tensors unused', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const root = opaque(() => 0)
    const make = () => {
      for (let i = 0; i < 50; i++) {
        tf.zeros([10])
        parameter(tf.scalar(i)).assign(tf.scalar(2 * i))
      }
    }
    make()
    ledger.end([root], isOpaque)
    assert.equal(live(), 200)
    // Finalizers run in tasks of their own, some time after a collection.
    for (let i = 0; i < 50 && live() > 0; i++) {
      collect()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.equal(live(), 0)
  })
})

describe("the runtime's own closures say what they hold", () => {
  const model = () => denoiser(vp(), mlp({ dim: 2, hidden: [4], embedding: 4 }))
  const parts: Record<string, () => [unknown, () => unknown]> = {
    'a model': () => {
      const m = model()
      return [m, () => m.score(tf.zeros([1, 2]), 0.5)]
    },
    "a model's score": () => {
      const { score } = model()
      return [score, () => score(tf.zeros([1, 2]), 0.5)]
    },
    'a field': () => {
      const field = model().at(0.5)
      return [field, () => field.score(tf.zeros([1, 2]))]
    },
    "a field's score": () => {
      const { score } = model().at(0.5)
      return [score, () => score(tf.zeros([1, 2]))]
    },
    'a loss': () => {
      const { loss } = model()
      return [loss, () => loss(tf.zeros([1, 2]), new RandomStream(0, ''))]
    },
    'a sampler': () => {
      const sampler = ddim(model(), { steps: 2 })
      return [sampler, () => sampler.model.score(tf.zeros([1, 2]), 0.5)]
    },
    'a gradient': () => {
      const w = tf.scalar(3)
      const f = cellTf.grad(holding((x: tf.Tensor) => x.mul(w), w))
      return [f, () => f(tf.scalar(1))]
    },
  }
  for (const [name, make] of Object.entries(parts))
    test(name, () => {
      const [root, use] = make()
      ledger.end([root], isOpaque)
      assert.ok(use())
    })
})

describe('training and sampling', () => {
  test('leave nothing but the parameters and the samples', async () => {
    const moons = data.moons()
    const model = denoiser(vp(), mlp({ dim: 2, hidden: [8], embedding: 4 }))
    ledger.end([model])
    const before = live()
    await train(model, moons, { steps: 5, batch: 16, ema: 0.9 })
    const x = await sample(ddim(model, { steps: 4 }), 8)
    assert.equal(live(), before + 1)
    x.dispose()
  })
})
