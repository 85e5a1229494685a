import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, learnedSchedule, mlp, train, vdm, type Network } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const V = 0.25
const law = data.mixture({ means: [[0]], deviations: Math.sqrt(V) })
/** The exact noise predictor of N(0, V) as a network of x_t and λ, with a parameter that does nothing. */
const perfect: Network = Object.assign(
  (params: Readonly<Record<string, tf.Tensor>>, x: tf.Tensor, label: tf.Tensor1D): tf.Tensor => {
    const alpha2 = label.mul(2).sigmoid().expandDims(1)
    const sigma2 = label.mul(-2).sigmoid().expandDims(1)
    return x.mul(sigma2.sqrt()).div(alpha2.mul(V).add(sigma2)).add(params.idle!.mul(0))
  },
  { shape: [1], conditions: {}, initial: () => ({ idle: tf.scalar(0) }) },
)

describe('learned schedules', () => {
  test('rise from γ₀ to γ₁, with α² = ς(−γ), σ² = ς(γ) and the derivatives of all', async () => {
    const schedule = learnedSchedule({ from: -6, to: 4, units: 5 })
    // Any parameters give a schedule that rises.
    const stream = new RandomStream(1, 'schedule')
    for (const name of ['a', 'b', 'c', 'm']) {
      const value = schedule.params[`schedule/${name}`]!
      tf.tidy(() => value.assign(value.add(stream.normalTensor(value.shape))))
    }
    const process = await schedule.process()
    const gamma = (t: number) => -2 * process.logSnr(t)
    approximately([gamma(0), gamma(1)], [-6, 4], 1e-6)
    const times = [0.05, 0.3, 0.61, 0.97]
    for (const t of times) {
      assert.ok(gamma(t + 0.02) > gamma(t))
      approximately(process.alpha(t) ** 2, 1 / (1 + Math.exp(gamma(t))), 1e-12)
      approximately(process.alpha(t) ** 2 + process.sigma(t) ** 2, 1, 1e-12)
      approximately(
        process.alphaPrime(t),
        slope((h) => process.alpha(t + h)),
        1e-7,
      )
      approximately(
        process.variancePrime(t),
        slope((h) => process.sigma(t + h) ** 2),
        1e-7,
      )
    }
    const at = schedule.at(tf.tensor1d(times))
    approximately(take(at.gamma), times.map(gamma), 1e-5)
    approximately(
      take(at.gammaPrime),
      times.map((t) => slope((h) => gamma(t + h))),
      1e-5,
    )
    approximately(take(at.alpha), times.map(process.alpha), 1e-5)
    approximately(take(at.sigma), times.map(process.sigma), 1e-5)
    assert.throws(() => learnedSchedule({ from: 2, to: 1 }), /from < to/)
    assert.throws(() => learnedSchedule({ units: 0 }), /units/)
  })

  test('learn at their ends, or between them, as asked', () => {
    const schedule = learnedSchedule()
    const t = tf.tensor1d([0.2, 0.7])
    const size = (learns: 'ends' | 'between' | 'both') => {
      const { grads } = tf.variableGrads(() => {
        const { gamma, gammaPrime } = schedule.at(t, learns)
        return gamma.add(gammaPrime).square().sum().asScalar()
      }, Object.values(schedule.params))
      return Object.entries(schedule.params).map(([name, p]): [string, number] => [
        name.endsWith('ends') ? 'ends' : 'between',
        Math.hypot(...take(grads[p.name] ?? tf.zerosLike(p))),
      ])
    }
    for (const [part, norm] of size('both')) assert.ok(norm > 0, part)
    for (const [part, norm] of size('ends')) assert.equal(norm > 0, part === 'ends')
    for (const [part, norm] of size('between')) assert.equal(norm > 0, part === 'between')
  })
})

describe('variational diffusion', () => {
  test('the loss is the bound: prior, integral and reconstruction of a Gaussian, in closed form', () => {
    const model = vdm(perfect, {
      schedule: learnedSchedule({ from: -5, to: 3 }),
      stream: new RandomStream(2, 'vdm'),
    })
    const x = law.draw(20_000, new RandomStream(2, 'x'))
    const square = take(x.square().mean())[0]!
    const { prior, diffusion, reconstruction, estimates } = model.terms(x, new RandomStream(2, 'terms'))
    const primitive = (gamma: number) => 0.5 * (gamma - Math.log(V + Math.exp(gamma)))
    const a = 1 / (1 + Math.exp(3))
    approximately(take(prior), [0.5 * (-Math.log(1 - a) + a * (square - 1))], 1e-5)
    approximately(take(reconstruction), [0.5 * (Math.log(2 * Math.PI) + 1 - 5)], 1e-6)
    const each = take(estimates)
    const mean = each.reduce((sum, value) => sum + value, 0) / each.length
    const error = Math.sqrt(each.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / each.length
    const [found] = take(diffusion)
    assert.ok(Math.abs(found! - (primitive(3) - primitive(-5))) < 5 * error, `${found}`)
    // The loss has the same value.
    const [loss] = take(model.loss(x, new RandomStream(2, 'terms')))
    const bound = 0.5 * (-Math.log(1 - a) + a * (square - 1)) + found! + 0.5 * (Math.log(2 * Math.PI) - 4)
    approximately(loss!, bound, 1e-4)
    x.dispose()
  })

  test('training moves the ends apart, and what is between towards the least variance', async () => {
    const schedule = learnedSchedule({ from: -6, to: 5 })
    const model = vdm(perfect, { schedule, stream: new RandomStream(3, 'vdm') })
    /** The variance of a one-time estimate, and the least that any schedule with these ends can have. */
    const variance = async () => {
      const process = await schedule.process()
      const gamma = (t: number) => -2 * process.logSnr(t)
      const size = (g: number) => V / (V + Math.exp(g))
      const n = 4000
      // E[ε − ε̂]⁴ = 3 size²; the sums are by the midpoint rule.
      let [second, least] = [0, 0]
      for (let i = 0; i < n; i++) {
        const [t, width] = [(i + 0.5) / n, 1 / n]
        const rise = (gamma((i + 1) / n) - gamma(i / n)) / width
        second += width * 0.25 * rise ** 2 * 3 * size(gamma(t)) ** 2
        least += width * 0.5 * rise * Math.sqrt(3) * size(gamma(t))
      }
      return { second, least: least ** 2, first: gamma(0), last: gamma(1) }
    }
    const start = await variance()
    await train(model, law, { steps: 400, batch: 256, rate: 2e-2, stream: new RandomStream(3, 'train') })
    const end = await variance()
    assert.ok(end.first < start.first && end.last > start.last, `${end.first} … ${end.last}`)
    assert.ok(start.second > 1.5 * start.least, `start: ${start.second} against ${start.least}`)
    assert.ok(end.second < 1.1 * end.least, `end: ${end.second} against ${end.least}`)
  })

  test('is told conditions, and now and then nothing', () => {
    const network = mlp({ dim: 1, hidden: [8], conditions: { class: 2 } })
    const model = vdm(network, { drop: 0, stream: new RandomStream(4, 'network') })
    assert.deepEqual(model.conditions, { class: { classes: 2 } })
    const x = law.draw(16, new RandomStream(4, 'x'))
    const loss = (label: number | null, of = model) =>
      take(of.loss(x, new RandomStream(4, 'loss'), label === null ? null : { class: label }))[0]!
    const terms = (label: number | null) =>
      take(
        model.terms(x, new RandomStream(4, 'loss'), label === null ? null : { class: label }).diffusion,
      )[0]!
    assert.ok(Math.abs(loss(0) - loss(1)) > 1e-4)
    approximately(loss(1) - loss(0), terms(1) - terms(0), 1e-4)
    const never = vdm(network, { drop: 1, stream: new RandomStream(4, 'network') })
    approximately(loss(0, never), loss(1, never), 0)
    assert.throws(() => vdm(network, { drop: 2 }), /drop/)
  })

  test('a network trained with its schedule is a denoiser for samplers', async () => {
    const model = vdm(mlp({ dim: 1, hidden: [8] }), { stream: new RandomStream(4, 'network') })
    assert.ok('schedule/ends' in model.params && 'W0' in model.params)
    const denoiser = await model.denoiser()
    assert.equal(denoiser.process.name, 'learned schedule')
    const x = tf.tensor2d([[0.3], [1]])
    assert.deepEqual(denoiser.predict(x, 0.5).x0.shape, [2, 1])
  })
})
