import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  annealedLangevin,
  autoguidance,
  classifierFree,
  ddim,
  ddpm,
  denoiser,
  dpmpp2M,
  edm,
  edmHead,
  euler,
  follow,
  geometricScales,
  given,
  guided,
  heun,
  intervalGuidance,
  langevinCorrector,
  mlp,
  ncsn,
  ncsnHead,
  rectified,
  reverseDiffusion,
  rk45,
  sample,
  trajectory,
  ve,
  vp,
  type GaussianProcess,
  type Head,
  type MlpOptions,
  type NetworkDenoiser,
  type Quantity,
  type Sampler,
} from '../../../src/models'
import { RandomStream, setFusing, setHost, type Path } from '../../../src/tensor'
import { LINEAR_SAMPLERS } from '../samplers/linearSamplers'
import { assertNear, onBuilds, read } from '../wasm/builds'

const named = (name: string): RandomStream => new RandomStream(6, name)

/** A denoiser whose output is of size one, as fresh ones' are not. */
function model(
  process: GaussianProcess,
  predicts: Quantity | Head,
  options: Partial<MlpOptions> = {},
): NetworkDenoiser {
  const made = denoiser(process, mlp({ dim: 2, hidden: [12, 7], embedding: 4, ...options }), {
    predicts,
    stream: named('network'),
  })
  const depth = (options.hidden ?? [12, 7]).length
  tf.tidy(() => {
    for (const name of [`W${depth}`, `b${depth}`])
      made.params[name]!.assign(tf.mul(named(name).normalTensor(made.params[name]!.shape), 0.3))
  })
  return made
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

/** That sampling by kernels made for it gives what single operations give. */
async function agree(sampler: Sampler, n = 21, tolerance = 2e-5): Promise<void> {
  const drawn: Float32Array[] = []
  const told = await paths(async () => {
    for (const fused of [true, false])
      drawn.push(read(await sample(sampler, n, { stream: named('samples'), fused })).values)
  })
  assert.deepEqual(
    told.map(({ work, fused }) => [work, fused]),
    [
      ['sampling', true],
      ['sampling', false],
    ],
    told[0]!.detail,
  )
  const [fused, plain] = drawn as [Float32Array, Float32Array]
  assert.equal(fused.length, 2 * n)
  assertNear(fused, plain, tolerance)
}

const HEADS: Readonly<Record<string, () => NetworkDenoiser>> = {
  'noise on VP': () => model(vp(), 'noise'),
  'x0 on VP': () => model(vp(), 'x0'),
  'score on VE': () => model(ve({ sigmaMax: 5 }), 'score'),
  'v on VP': () => model(vp(), 'v'),
  'EDM’s on EDM': () => model(edm({ sigmaMax: 5 }), edmHead(edm({ sigmaMax: 5 }))),
}

onBuilds('fused sampling', (build) => {
  for (const [name, make] of Object.entries(LINEAR_SAMPLERS))
    test(`${name}: fused and plain agree`, async () => {
      for (const head of build === 'relaxed' ? Object.values(HEADS) : [HEADS['v on VP']!]) {
        const denoiser = head()
        // What is divided by a small α or σ in the first steps multiplies roundings.
        await agree(make(denoiser), 21, 3e-4)
        tf.dispose(denoiser.params)
      }
    })

  test('velocity on the straight path, NCSN’s heads on their scales, DDPM’s table', async () => {
    await agree(euler(model(rectified(), 'velocity'), { steps: 9, end: 0 }))
    for (const by of ['index', 'scale'] as const) {
      const process = ve({ sigmaMax: 4 })
      await agree(reverseDiffusion(model(process, ncsnHead(process, { by })), { steps: 6 }), 21, 1e-4)
    }
    await agree(ancestral(model(ddpm(), 'noise'), { steps: 12 }), 21, 1e-4)
    const scales = ncsn({ sigmas: geometricScales(3, 0.5, 4) })
    const annealed = annealedLangevin(model(scales, ncsnHead(scales)), {
      epsilon: 0.05,
      each: 3,
      denoise: true,
    })
    await agree(annealed, 21, 1e-4)
  })

  test('guidance: two passes with shares, one where γ is 0 or 1, and in an interval', async () => {
    const m = model(vp(), 'noise', { conditions: { class: 3, y: 2 } })
    const condition = { class: 2, y: [0.3, -1] }
    for (const scale of [0, 1, 2.5])
      await agree(dpmpp2M(classifierFree(m, condition, { scale }), { steps: 6 }), 21, 1e-4)
    const within = intervalGuidance(m, condition, { scale: 3, levels: [0.5, 2] })
    await agree(heun(within, { steps: 6 }), 21, 1e-4)
    await agree(ddim(given(m, condition), { steps: 6 }))
    await agree(ddim(m, { steps: 6 }))
  })

  test('encoding goes up, and other parameters are other numbers', async () => {
    const m = model(vp(), 'v')
    const other = m.withParams(
      Object.fromEntries(Object.entries(m.params).map(([name, value]) => [name, tf.mul(value, 0.5)])),
    )
    await agree(ddim(other, { steps: 6 }))
    const x = named('data').normalTensor<tf.Rank.R2>([9, 2])
    const up = heun(m, { steps: 6, start: 1e-3, end: 1 })
    const [a, b] = [await follow(up, x, { fused: true }), await follow(up, x, { fused: false })]
    const [fused, plain] = [read(a).values, read(b).values]
    assertNear(fused, plain, 1e-4)
  })

  test('one particle, none, and widths that fill no tile', async () => {
    for (const n of [1, 16, 17]) await agree(ddim(model(vp(), 'v', { hidden: [5] }), { steps: 3, eta: 1 }), n)
    await agree(ddim(model(vp(), 'v', { hidden: [] }), { steps: 3 }))
    const nobody = await sample(ddim(model(vp(), 'v'), { steps: 3 }), 0).catch((error: unknown) => error)
    assert.ok(nobody instanceof RangeError)
  })
})

onBuilds('fused sampling, looked at', () => {
  const sampler = (): Sampler => dpmpp2M(model(vp(), 'v'), { steps: 8 })

  test('observers see every state, as the plain path shows them', async () => {
    const seen = async (fused: boolean): Promise<(readonly [number, number, number, number])[]> => {
      const states: (readonly [number, number, number, number])[] = []
      const x = await sample(sampler(), 5, {
        stream: named('seen'),
        fused,
        observe: ({ step, t, evaluations, x }) =>
          void states.push([step, t, evaluations, Number(x.dataSync()[3]!.toFixed(3))]),
      })
      x.dispose()
      return states
    }
    assert.deepEqual(await seen(true), await seen(false))
  })

  test('trajectories are kept every so many states', async () => {
    const kept = async (fused: boolean) => {
      const { times, states, evaluations } = await trajectory(sampler(), 5, {
        every: 3,
        stream: named('kept'),
        fused,
      })
      return { times, evaluations, ...read(states) }
    }
    const [a, b] = [await kept(true), await kept(false)]
    assert.deepEqual([a.times, a.evaluations, a.shape], [b.times, b.evaluations, b.shape])
    for (const [i, value] of a.values.entries()) assert.ok(Math.abs(value - b.values[i]!) < 1e-4)
  })

  test('no tensor stays behind, also where an observer throws or the walk is stopped', async () => {
    const made = sampler()
    const before = tf.memory().numTensors
    const x = await sample(made, 40, { fused: true })
    assert.equal(tf.memory().numTensors, before + 1)
    x.dispose()
    const observe = ({ step }: { readonly step: number }): void => {
      if (step === 3) throw new Error('enough')
    }
    await assert.rejects(sample(made, 40, { fused: true, observe }), /enough/)
    assert.equal(tf.memory().numTensors, before)
    let polls = 0
    setHost({
      poll() {
        if (++polls === 2) throw new Error('stopped')
      },
      breathe: () => Promise.resolve(),
    })
    try {
      await assert.rejects(sample(made, 40, { fused: true, observe: () => {} }), /stopped/)
    } finally {
      setHost()
    }
    assert.equal(tf.memory().numTensors, before)
  })

  test('a person who steps from state to state sees them all; others are shown the ends', async () => {
    const titles = async (watching: boolean): Promise<string[]> => {
      const heard: string[] = []
      setHost({
        poll() {},
        breathe: () => Promise.resolve(),
        reached: (milestone) => void heard.push(milestone().title),
        watching: () => watching,
      })
      try {
        tf.dispose(await sample(sampler(), 3, { fused: true }))
      } finally {
        setHost()
      }
      return heard
    }
    assert.equal((await titles(true)).length, 9)
    assert.equal((await titles(false)).length, 2)
  })

  test('progress is told while a long walk goes on', async () => {
    const done: number[] = []
    setHost({
      poll() {},
      breathe: () => Promise.resolve(),
      beginTask: () => ({ at: (step) => void done.push(step), end() {} }),
    })
    try {
      const long = ddim(model(vp(), 'v', { hidden: [64, 64] }), { steps: 2000 })
      tf.dispose(await sample(long, 256, { fused: true }))
    } finally {
      setHost()
    }
    assert.ok(new Set(done).size > 3)
    assert.equal(Math.max(...done), 2000)
    assert.deepEqual(
      done,
      [...done].sort((a, b) => a - b),
    )
  })

  test('what a particle becomes does not depend on how many walk', async () => {
    const noisy = ancestral(model(vp(), 'v'), { steps: 6 })
    const draw = async (n: number): Promise<Float32Array> =>
      read(await sample(noisy, n, { stream: named('particles'), fused: true })).values
    const many = await draw(100)
    for (const n of [1, 7, 33]) assert.deepEqual(await draw(n), many.subarray(0, 2 * n))
  })
})

onBuilds('sampling that is not fused', () => {
  const reasonOf = async (sampler: Sampler, options = {}): Promise<string> => {
    const [told] = await paths(async () => tf.dispose(await sample(sampler, 4, options)))
    assert.equal(told!.fused, false)
    return told!.detail
  }

  describe('says why', () => {
    test('hooks, correctors by norms and adaptive steps', async () => {
      const m = model(vp(), 'v')
      for (const sampler of [
        ddim(m, { steps: 2, after: (x) => x }),
        ddim(m, { steps: 2, corrector: langevinCorrector({ norm: 'batch' }) }),
        rk45(m, { tolerance: 0.1 }),
      ])
        assert.match(await reasonOf(sampler), /steps are not known ahead/)
    })

    test('models that are no perceptron under one head', async () => {
      const process = vp()
      const m = model(process, 'v')
      const other = model(process, 'v', { hidden: [3] })
      assert.match(
        await reasonOf(ddim(autoguidance(m, other, { weight: 2 }), { steps: 2 })),
        /not a network under a head/,
      )
      assert.match(
        await reasonOf(
          ddim(
            guided(m, (x) => x),
            { steps: 2 },
          ),
        ),
        /not a network under a head/,
      )
      const replaced = { ...m, predict: (...all: Parameters<typeof m.predict>) => m.predict(...all) }
      assert.match(await reasonOf(ddim(replaced, { steps: 2 })), /not a network under a head/)
      const shifted = model(vp(), 'v', { conditions: { class: 2 }, conditioning: 'scale-shift' })
      assert.match(
        await reasonOf(ddim(given(shifted, { class: 1 }), { steps: 2 })),
        /in another way than by adding/,
      )
    })

    test('conditions of each particle, and errors stay those of the plain path', async () => {
      const m = model(vp(), 'v', { conditions: { class: 3 } })
      assert.match(
        await reasonOf(ddim(given(m, { class: [0, 1, 2, 0] }), { steps: 2 })),
        /conditions differ from particle to particle/,
      )
      await assert.rejects(sample(ddim(given(m, { class: 7 }), { steps: 2 }), 4), /whole numbers from 0 to 2/)
    })

    test('where it is switched off, for one call or for all', async () => {
      const sampler = ddim(model(vp(), 'v'), { steps: 2 })
      assert.match(await reasonOf(sampler, { fused: false }), /switched off/)
      setFusing(false)
      try {
        assert.match(await reasonOf(sampler), /switched off/)
      } finally {
        setFusing(true)
      }
    })
  })
})
