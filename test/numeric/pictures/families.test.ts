/** Families of diffusion models with networks for pictures, against Gaussian pictures, of which all is known. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  consistencyDistillation,
  consistencyFrom,
  copyParams,
  cosine,
  ddim,
  ddpm,
  decode,
  denoiser,
  dit,
  edm,
  edmHead,
  elbo,
  encode,
  interpolateCodes,
  learnedVariance,
  linearBetas,
  logLikelihood,
  bitsPerDimension,
  multistep,
  ncsn,
  ncsnHead,
  progressiveDistillation,
  rectified,
  reflow,
  flowMatching,
  geometricScales,
  reverseKernel,
  sample,
  straightness,
  timeSampling,
  train,
  unet,
  vdm,
  vp,
  type Denoiser,
  type NetworkDenoiser,
  type TrainOptions,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'
import {
  errorShare,
  exactPictures,
  gaussianPictures,
  logDensity,
  scaledAlong,
  SIDE,
  variances,
} from './gaussian'

before(() => selectBackend('wasm', files))

const named = (name: string) => new RandomStream(61, name)
const shape = [SIDE, SIDE, 1] as const
const small = () => unet({ shape, channels: 8, multipliers: [1], groups: 4 })
const held = () => gaussianPictures.draw(256, named('held out'))
const settings = (name: string) =>
  ({
    steps: 160,
    batch: 48,
    rate: cosine(6e-3),
    ema: 0.97,
    stream: named(name),
  }) satisfies TrainOptions<never>

/** The network has learned how pixels hang together: it errs by little of what looking at each alone would. */
function expectLearned(model: Denoiser, times: readonly number[]): void {
  const [x0, noise] = [held(), named('noise').normalTensor([256, ...shape])]
  for (const t of times) {
    const share = errorShare(model, x0, noise, t)
    assert.ok(share < 0.35, `at t = ${t} the error is ${share} of that of looking at each pixel alone`)
  }
  tf.dispose([x0, noise])
}

/** Second moments along the basis, as shares of what they should be. */
function momentsOf(x: tf.Tensor): number[] {
  const shares = scaledAlong(
    x,
    variances.map((v) => 1 / Math.sqrt(v)),
  )
  // The four smoothest and the four roughest, each as one number.
  return take(
    tf.tidy(() => {
      const along = (from: number, to: number) =>
        scaledAlong(
          shares,
          variances.map((v) => Number(v > from && v <= to)),
        )
          .square()
          .sum()
          .div(x.shape[0] * variances.filter((v) => v > from && v <= to).length)
      return tf.stack([along(0.4, Infinity), along(0, 0.4)])
    }),
  )
}

/** A rectified flow by flow matching, trained once. */
const flow = (() => {
  let trained: Promise<NetworkDenoiser> | undefined
  const make = async () => {
    const model = denoiser(rectified(), small(), { predicts: 'velocity', stream: named('flow') })
    await train(model, gaussianPictures, settings('flow'))
    return model
  }
  return () => (trained ??= make())
})()

describe('families on Gaussian pictures', () => {
  test('flow matching learns how pixels hang together', async () => {
    expectLearned(await flow(), [0.3, 0.5, 0.7])
  })

  test('EDM learns how pixels hang together, and draws what the exact model draws', async () => {
    const model = denoiser(edm(), small(), {
      predicts: edmHead(edm(), { sigmaData: 0.7 }),
      times: timeSampling.logNormal({ mean: -0.5, deviation: 1 }),
      stream: named('EDM'),
    })
    await train(model, gaussianPictures, settings('EDM'))
    expectLearned(model, [0.3, 1, 3])
    const times = [80, 20, 8, 4, 2, 1, 0.5, 0.25, 0.1, 0.02]
    const drawn = async (model: Denoiser) =>
      momentsOf(await sample(ddim(model, { times }), 400, { stream: named('samples') }))
    const [moments, exact] = [await drawn(model), await drawn(exactPictures(edm()))]
    // From the same noise, so that the difference is the network's.
    for (const [i, moment] of moments.entries())
      assert.ok(
        Math.abs(moment / exact[i]! - 1) < 0.25,
        `second moments ${moments.join()}, of the exact model ${exact.join()}`,
      )
  })

  test('NCSN as it first was, its network told which scale it sees, learns how pixels hang together', async () => {
    const scales = ncsn({ sigmas: geometricScales(2, 0.4, 6) })
    const model = denoiser(scales, small(), {
      predicts: ncsnHead(scales, { by: 'index' }),
      stream: named('NCSN'),
    })
    await train(model, gaussianPictures, settings('NCSN'))
    expectLearned(model, [1, 3, 5])
  })

  test('VDM: the bound lies above the entropy, and near it; its denoiser has learned too', async () => {
    const model = vdm(small(), { stream: named('VDM') })
    await train(model, gaussianPictures, settings('VDM'))
    const x = gaussianPictures.draw(1024, named('bound'))
    const { prior, diffusion, reconstruction } = model.terms(x, named('terms'))
    const bound = take(prior)[0]! + take(diffusion)[0]! + take(reconstruction)[0]!
    const entropies = logDensity(x).map((nats) => -nats)
    const entropy = entropies.reduce((a, b) => a + b) / entropies.length
    const alone = variances.reduce((a, b) => a + b) / variances.length
    const independent = (variances.length / 2) * Math.log(2 * Math.PI * Math.E * alone)
    assert.ok(bound > entropy - 0.5, `the bound ${bound} is below the entropy ${entropy}`)
    // What hangs together is worth `independent − entropy` nats; most of them are found.
    const found = (independent - bound) / (independent - entropy)
    assert.ok(found > 0.6, `of the nats between ${independent} and ${entropy}, ${found} are found`)
    const learned = await model.denoiser()
    expectLearned(learned, [0.4, 0.5, 0.6])
    tf.dispose(x)
  })

  test('improved DDPM: learned variances of pictures make the bound of a few steps better than either fixed one', async () => {
    const process = ddpm({ betas: linearBetas(8, 0.05, 0.7) })
    const mean = denoiser(process, small(), { predicts: 'noise', stream: named('mean') })
    const model = learnedVariance(mean, small(), { bound: 0.1, stream: named('variance') })
    await train(model, gaussianPictures, settings('improved DDPM'))
    expectLearned(mean, [2, 3, 4])
    const x = gaussianPictures.draw(512, named('bound'))
    const kernels = [model.kernel, reverseKernel(mean, { variance: 'forward' }), reverseKernel(mean)]
    const [learned, forward, posterior] = await Promise.all(
      kernels.map(async (kernel) => (await elbo(kernel, x, { decoder: 0.1, stream: named('elbo') })).total),
    )
    assert.ok(
      learned! < forward! && learned! < posterior!,
      `${learned} nats, with β ${forward} and with β̃ ${posterior}`,
    )
    x.dispose()
  })

  test('distilled on pictures: one step of a consistency model, and half as many steps of a student', async () => {
    const teacher = await flow()
    const [sigmaMin, sigmaMax] = [0.05, 10]
    const noise = named('noise').normalTensor([256, ...shape])
    const start = noise.mul(sigmaMax)
    // The consistency function of a Gaussian is linear.
    const ends = scaledAlong(
      start,
      variances.map((v) => Math.sqrt((v + sigmaMin ** 2) / (v + sigmaMax ** 2))),
    )
    const away = (x: tf.Tensor): number => take(x.sub(ends).square().mean().div(ends.square().mean()))[0]!

    const model = consistencyFrom(teacher, { sigmaMin, sigmaMax })
    const before = away(model.origin(start, sigmaMax))
    await train(model, gaussianPictures, {
      ...settings('distilled'),
      steps: 80,
      rate: cosine(3e-3),
      loss: consistencyDistillation(teacher, { levels: 8, decay: 0.5 }),
    })
    const after = away(model.origin(start, sigmaMax))
    assert.ok(after < before / 3 && after < 0.1, `away from the ends of paths by ${before}, then ${after}`)
    assert.deepEqual(take(model.origin(noise, sigmaMin)), [...noise.dataSync()], 'f(x, σ_min) = x')
    const twice = await sample(multistep(model, { sigmas: [sigmaMax, 1] }), 500, { stream: named('twice') })
    for (const moment of momentsOf(twice)) assert.ok(moment > 0.6 && moment < 1.4, `second moment ${moment}`)

    // A student of one step, from a teacher of two.
    const student = denoiser(rectified(), small(), { predicts: 'velocity', stream: named('student') })
    copyParams(student, teacher)
    await train(student, gaussianPictures, {
      ...settings('student'),
      steps: 60,
      rate: cosine(3e-3),
      loss: (own, batch, stream) => progressiveDistillation(own, teacher, batch, { steps: 1, stream }),
    })
    const walk = async (model: Denoiser, steps: number) => {
      const x = await sample(ddim(model, { steps }), 64, { stream: named('walk') })
      return { x, values: [...x.dataSync()] }
    }
    const [two, one, untaught] = [await walk(teacher, 2), await walk(student, 1), await walk(teacher, 1)]
    const distance = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)
    const share = distance(one.values, two.values) / distance(untaught.values, two.values)
    assert.ok(share < 0.2, `the student is away from its teacher’s two steps by ${share} of what it was`)
  })

  test('reflow on pictures straightens paths, and pairs keep where they lead', async () => {
    const model = denoiser(rectified(), small(), { predicts: 'velocity', stream: named('again') })
    copyParams(model, await flow())
    const crooked = (await straightness(model, { n: 128, steps: 12, stream: named('straight') })).value
    const pairs = await reflow(model, { n: 1024, steps: 8, stream: named('pairs') })
    await train(model, pairs, {
      ...settings('again'),
      steps: 80,
      rate: cosine(3e-3),
      loss: (own, batch, stream) => flowMatching(own, batch, { stream }),
    })
    const straight = (await straightness(model, { n: 128, steps: 12, stream: named('straight') })).value
    assert.ok(straight < crooked / 3, `straightness ${crooked}, then ${straight}`)
  })
})

describe('likelihoods and codes of pictures', () => {
  const exactly = exactPictures(vp())

  test('bits per dimension by the ODE are those of the Gaussian, with the exact trace and with random vectors', async () => {
    const x = gaussianPictures.draw(6, named('x'))
    const from = 0.01
    const [alpha, sigma] = [vp().alpha(from), vp().sigma(from)]
    const noisy = scaledAlong(
      x,
      variances.map(() => alpha),
    )
    const bits = (nats: number[]) => nats.map((n) => bitsPerDimension(n, SIDE * SIDE, { offset: 7 }))
    const truth = bits(logDensity(noisy, alpha, sigma))
    const prior = {
      logDensity: (z: tf.Tensor) => tf.tensor1d(logDensity(z, vp().alpha(1), vp().sigma(1))),
    }
    const options = { from, steps: 60, method: 'rk4' as const, prior }
    const exact = await logLikelihood(exactly, noisy, options)
    // Sixty steps of the fourth order, in single precision.
    approximately(bits(take(exact.logDensity)), truth, 2e-3)
    const probes = 24
    const probed = await logLikelihood(exactly, noisy, {
      ...options,
      trace: 'rademacher',
      probes,
      stream: named('probes'),
    })
    // ∇·v is linear, so the estimate's error is that of Σ over pairs of pixels: below 0.35 nats for one vector, by hand.
    const off = bits(take(probed.logDensity)).map((b, i) => Math.abs(b - truth[i]!))
    assert.ok(Math.max(...off) < 0.2, `off by ${off.join(', ')} bits`)
    assert.ok(Math.max(...off) > 1e-4, 'random vectors are random')
  })

  test('of a network, the exact trace is the sum of derivatives along each pixel', async () => {
    const model = denoiser(vp(), small(), { predicts: 'v', stream: named('network') })
    const last = model.params['last.W']!
    last.assign(named('last').normalTensor(last.shape))
    const x = gaussianPictures.draw(2, named('x'))
    const [s, t] = [0.4, 0.4 + 1e-3]
    // Over a short time the change of log p is that time's worth of divergence, here by central differences.
    const { logDensity: density, code } = await logLikelihood(model, x, {
      from: s,
      to: t,
      steps: 1,
      method: 'euler',
    })
    const prior = take(
      tf.tidy(() => {
        const sigma = vp().sigma(t)
        return code
          .reshape([2, -1])
          .square()
          .div(sigma ** 2)
          .add(Math.log(2 * Math.PI * sigma ** 2))
          .sum(1)
          .mul(-0.5)
      }),
    )
    const divergence = take(density).map((d, i) => (d - prior[i]!) / (t - s))
    const h = 0.02
    const numbers = await x.data()
    const differences = [0, 0]
    for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
      const moved = [h, -h].map((by) => {
        const values = Float32Array.from(numbers)
        for (const i of [0, 1]) values[i * SIDE * SIDE + pixel]! += by
        return take(model.predict(tf.tensor(values, x.shape), s).velocity)
      })
      for (const i of [0, 1])
        differences[i]! +=
          (moved[0]![i * SIDE * SIDE + pixel]! - moved[1]![i * SIDE * SIDE + pixel]!) / (2 * h)
    }
    // The change is read from densities of about 20 in single precision over 1/1000 of time.
    approximately(divergence, differences, 0.05 + 0.01 * Math.abs(differences[0]!))
  })

  test('pictures between pictures, and cooler ones, are those of the linear code', async () => {
    const [a, b] = [gaussianPictures.draw(3, named('a')), gaussianPictures.draw(3, named('b'))]
    const options = { steps: 40, from: 0.01 }
    const path = await interpolateCodes(exactly, a, b, { points: 3, ...options })
    approximately([...path[0]!.dataSync()], [...a.dataSync()], 5e-3)
    approximately([...path[2]!.dataSync()], [...b.dataSync()], 5e-3)
    const z = await encode(exactly, a, options)
    const ratio = variances.map((v) => {
      const at = (t: number) => vp().alpha(t) ** 2 * v + vp().sigma(t) ** 2
      return Math.sqrt(at(1) / at(0.01))
    })
    approximately([...z.dataSync()], take(scaledAlong(a, ratio)), 5e-3)
    const cool = await decode(exactly, z.mul(0.5), options)
    approximately(take(cool), take(a.mul(0.5)), 5e-3)
  })

  test('codes are the data’s own: a U-Net’s and a transformer’s are near each other, and near the exact ones', async () => {
    const models = [
      denoiser(vp(), small(), { predicts: 'v', stream: named('one') }),
      denoiser(vp(), dit({ shape, patch: 1, width: 16, depth: 2, heads: 2 }), {
        predicts: 'v',
        stream: named('other'),
      }),
    ]
    const x = gaussianPictures.draw(64, named('coded'))
    const options = { steps: 20, from: 0.02, method: 'heun' as const }
    const codes: number[][] = []
    for (const model of [...models, exactly]) {
      if (model !== exactly) {
        await train(model as NetworkDenoiser, gaussianPictures, settings('codes'))
        expectLearned(model, [0.2, 0.4])
      }
      codes.push(take(await encode(model, x, options)))
    }
    const [one, other, truth] = codes as [number[], number[], number[]]
    const distance = (p: number[], q: number[]) =>
      Math.sqrt(p.reduce((sum, value, i) => sum + (value - q[i]!) ** 2, 0))
    // The next picture's code instead of its own.
    const shifted = [...truth.slice(SIDE * SIDE), ...truth.slice(0, SIDE * SIDE)]
    const far = distance(truth, shifted)
    for (const near of [distance(one, other), distance(one, truth), distance(other, truth)])
      assert.ok(near < far / 3, `codes are ${near} apart, those of other pictures ${far}`)
  })
})
