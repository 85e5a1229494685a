import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  adamW,
  cosine,
  data,
  ddpm,
  denoiser,
  denoising,
  edm,
  edmHead,
  mlp,
  ncsnHead,
  rectified,
  sgd,
  telling,
  timeSampling,
  train,
  ve,
  vp,
  weights,
  type Data,
  type DenoiserOptions,
  type GaussianProcess,
  type Head,
  type MlpOptions,
  type NetworkDenoiser,
  type Quantity,
  type Trainable,
  type TrainOptions,
} from '../../../src/models'
import { RandomStream, selectBackend, setFusing, setHost, withFusing, type Path } from '../../../src/tensor'
import { files } from '../backends'
import { assertNear, onBuilds, read } from '../wasm/builds'

const named = (name: string): RandomStream => new RandomStream(7, name)
const moons = data.moons({ noise: 0.05 })
const eight = data.eightGaussians()

interface Case {
  readonly process: GaussianProcess
  readonly predicts: Quantity | Head
  readonly network?: Partial<MlpOptions>
  readonly options?: Partial<DenoiserOptions>
  readonly data?: Data
  readonly training?: Partial<TrainOptions<NetworkDenoiser>>
}

function model({ process, predicts, network = {}, options = {} }: Case): NetworkDenoiser {
  return denoiser(process, mlp({ dim: 2, hidden: [13, 8, 7], embedding: 6, ...network }), {
    predicts,
    stream: named('network'),
    ...options,
  })
}

/** What paths are told while `f` runs. */
async function paths(f: () => Promise<unknown>): Promise<Path[]> {
  const told: Path[] = []
  setHost({ poll() {}, breathe: () => Promise.resolve(), tellPath: (path) => void told.push(path) })
  try {
    await f()
  } finally {
    setHost()
  }
  return told
}

/** Trains one way, from a seed. */
async function trained(of: Case, fused: boolean) {
  const made = model(of)
  const stream = named('training')
  const settings = { steps: 50, batch: 37, rate: 1e-3, stream, fused, ...of.training }
  const { losses } = await train(made, of.data ?? moons, settings)
  const params = Object.fromEntries(
    Object.entries(made.params).map(([name, value]) => [name, read(value).values]),
  )
  return { losses, params, position: stream.position }
}

const measured = telling(moons, (x, stream) => ({
  y: tf.tidy(() => x.add(stream.normalTensor(x.shape))),
}))

const CASES: Readonly<Record<string, Case>> = {
  'noise on VP': { process: vp(), predicts: 'noise' },
  'x0 on VP': { process: vp(), predicts: 'x0' },
  'v on VP': { process: vp(), predicts: 'v' },
  'score on VE, weighted': { process: ve({ sigmaMax: 5 }), predicts: 'score' },
  'velocity of a rectified flow': { process: rectified(), predicts: 'velocity' },
  'noise on a table': { process: ddpm(), predicts: 'noise' },
  'EDM’s head, weighted, at log-normal times': {
    process: edm({ sigmaMax: 5 }),
    predicts: edmHead(edm({ sigmaMax: 5 })),
    options: { times: timeSampling.logNormal() },
  },
  'NCSN’s head by scale': { process: ve({ sigmaMax: 5 }), predicts: ncsnHead(ve({ sigmaMax: 5 })) },
  'another weight': { process: vp(), predicts: 'noise', options: { weight: weights.minSnr(vp()) } },
  'no hidden layer': { process: vp(), predicts: 'noise', network: { hidden: [] } },
  'clipped gradients, AdamW, an average, a rate that changes': {
    process: vp(),
    predicts: 'noise',
    training: { clip: 0.5, optimizer: adamW({ decay: 0.1 }), ema: 0.9, rate: cosine(1e-3) },
  },
  'gradient descent': {
    process: vp(),
    predicts: 'noise',
    training: { optimizer: sgd({ momentum: 0.9 }), rate: 1e-2 },
  },
  classes: {
    process: vp(),
    predicts: 'noise',
    network: { conditions: { class: 8 } },
    options: { drop: 0.3 },
    data: eight,
  },
  'vectors, told to all': {
    process: vp(),
    predicts: 'noise',
    network: { conditions: { y: 2 } },
    options: { drop: 0 },
    data: measured,
  },
  'vectors, told to nobody': {
    process: vp(),
    predicts: 'noise',
    network: { conditions: { y: 2 } },
    options: { drop: 1 },
    data: measured,
    training: { clip: 0.5 },
  },
}

onBuilds('training in one pass', (build) => {
  for (const [name, of] of Object.entries(CASES))
    test(`agrees with single operations: ${name}`, async () => {
      const told = await paths(async () => {
        const fused = await trained(of, true)
        const plain = await trained(of, false)
        assert.equal(fused.position, plain.position)
        for (const [i, loss] of fused.losses.entries()) assertNear([loss], [plain.losses[i]!], 1e-5)
        for (const name of Object.keys(plain.params))
          assertNear(fused.params[name]!, plain.params[name]!, 1e-4)
      })
      assert.deepEqual(told, [
        { work: 'training', fused: true, detail: `WASM SIMD (${build})` },
        { work: 'training', fused: false, detail: 'fused paths are switched off' },
      ])
    })

  for (const [name, of] of [
    ['alone', { process: vp(), predicts: 'v' }],
    ['with conditions', CASES['classes']!],
  ] as const)
    test(`agrees where a loss of one’s own calls denoising: ${name}`, async () => {
      const loss: TrainOptions<NetworkDenoiser>['loss'] = (model, x, stream, condition) => {
        const options = { stream, condition, drop: 0.2, compare: 'x0', times: (u: number) => u ** 2 } as const
        // As a part of a sum, so that its gradient is scaled.
        return tf.add<tf.Scalar>(
          tf.mul(denoising(model, x, options), 3),
          tf.mul(tf.sum(tf.square(model.params['W1']!)), 1e-3),
        )
      }
      const both = { ...of, training: { loss, clip: 10 } }
      const [fused, plain] = [await trained(both, true), await trained(both, false)]
      assert.equal(fused.position, plain.position)
      for (const [i, loss] of fused.losses.entries()) assertNear([loss], [plain.losses[i]!], 1e-5)
      for (const name of Object.keys(plain.params)) assertNear(fused.params[name]!, plain.params[name]!, 1e-4)
    })

  test('second derivatives, and those in the batch, are those of single operations', () => {
    const made = model({ process: vp(), predicts: 'noise' })
    const [w, x] = [made.params['W1']!, named('batch').normalTensor([9, 2])]
    const loss = (x: tf.Tensor) => denoising(made, x, { stream: named('draws') })
    const second = () => {
      const gradient = () => tf.grad(() => loss(x))(w)
      return tf.grad(() => tf.sum(tf.square(gradient())))(w)
    }
    for (const f of [
      second,
      () => tf.grad((x: tf.Tensor) => loss(tf.mul(x, 2)))(x),
      () => tf.grad(loss)(x),
    ]) {
      const [fused, plain] = [true, false].map((on) => read(withFusing(on, f)).values)
      assert.ok(plain!.some((value) => value !== 0))
      assert.deepEqual(fused, plain)
    }
    tf.dispose([made.params, x])
  })

  test('goes operation by operation where something else is trained, and says why', async () => {
    const of: Case = { process: vp(), predicts: 'noise' }
    const made = model(of)
    const settings = { steps: 1, batch: 8, stream: named('reasons') }
    const ways: readonly (readonly [RegExp, boolean, () => Promise<unknown>])[] = [
      [/switched off/, false, () => train(made, moons, { ...settings, fused: false })],
      [/own/, false, () => train(made, moons, { ...settings, fused: false, loss: ownLoss })],
      [/own/, false, () => train(made, moons, { ...settings, loss: byTheScore })],
      [/no perceptron/, false, () => train(model({ ...of, network: FILM }), eight, settings)],
      // These call `denoising`, which is one operation by itself.
      [/denoising loss.*own/, true, () => train(made, moons, { ...settings, loss: ownLoss })],
      [/not all of its parameters/, true, () => train(someOf(made), moons, settings)],
      [/not a denoising loss/, true, () => train({ ...made, loss: ownLossOf(made) }, moons, settings)],
    ]
    for (const [why, fused, way] of ways) {
      const told = await paths(way)
      assert.deepEqual(
        told.map((path) => path.fused),
        [fused],
        why.source,
      )
      assert.match(told[0]!.detail, why)
    }
    setFusing(false)
    try {
      const [path] = await paths(() => train(made, moons, settings))
      assert.deepEqual(path, { work: 'training', fused: false, detail: 'fused paths are switched off' })
    } finally {
      setFusing(true)
    }
    tf.dispose(made.params)
  })

  test('a loss that is not finite ends it, with the parameters and moments of the step before', async () => {
    const made = model({ process: vp(), predicts: 'noise' })
    let batches = 0
    const breaking: Data = {
      ...moons,
      draw: (n, stream) => (++batches < 3 ? moons.draw(n, stream) : tf.fill([n, 2], NaN)),
    }
    const numbers = () => Object.values(made.params).map((value) => Array.from(value.dataSync()))
    let before: number[][] = []
    const stream = named('breaking')
    const training = train(made, breaking, {
      steps: 5,
      batch: 8,
      stream,
      evaluateEvery: 1,
      evaluate: () => {
        before = numbers()
        return 0
      },
    })
    await assert.rejects(training, /training stopped at step 3: the loss \(NaN\) is not finite/)
    assert.ok(before.length > 0)
    assert.deepEqual(numbers(), before)
    tf.dispose(made.params)
  })

  test('data of another shape are refused', async () => {
    const made = model({ process: vp(), predicts: 'noise' })
    const wide: Data = { ...moons, draw: (n, stream) => stream!.normalTensor([n, 3]) }
    await assert.rejects(
      train(made, wide, { steps: 1, stream: named('wide') }),
      /states of shape \[n, 2\], but was given a tensor of shape \[256, 3\]/,
    )
    tf.dispose(made.params)
  })
})

const FILM = { conditions: { class: 8 }, conditioning: 'scale-shift' } as const

const ownLoss = (model: NetworkDenoiser, x: tf.Tensor, stream: RandomStream): tf.Scalar =>
  denoising(model, x, { stream })

/** A loss that calls no other. */
const byTheScore = (model: NetworkDenoiser, x: tf.Tensor): tf.Scalar =>
  tf.mean(tf.square(model.score(x, 0.5))).asScalar()

const ownLossOf =
  (model: NetworkDenoiser): Trainable['loss'] =>
  (x, stream) =>
    denoising(model, x, { stream })

/** The same model with one parameter less to train. */
function someOf(model: NetworkDenoiser): Trainable {
  const { W0: _, ...params } = model.params
  return { params, loss: model.loss }
}

test('on plain JavaScript it goes operation by operation', async () => {
  await selectBackend('cpu', files)
  const made = model({ process: vp(), predicts: 'noise' })
  const [path] = await paths(() => train(made, moons, { steps: 1, batch: 8, stream: named('cpu') }))
  assert.equal(path?.fused, false)
  assert.match(path.detail, /on the backend cpu/)
  tf.dispose(made.params)
})
