/** Progressive distillation on Gaussians, whose DDIM steps are linear. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { asDenoiser, denoiser } from '../../../src/models/denoiser'
import { exact } from '../../../src/models/exact'
import { copyParams, progressiveDistillation, progressiveTarget } from '../../../src/models/maps'
import { mlp } from '../../../src/models/mlp'
import { Prediction } from '../../../src/models/prediction'
import { ddpm, rectified, vp } from '../../../src/models/processes'
import { follow } from '../../../src/models/sample'
import { ddim } from '../../../src/models/samplers/ddim'
import type { State, Time } from '../../../src/models/state'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(51, name)
const v = 0.4
const law = data.mixture({ means: [[0]], deviations: Math.sqrt(v) })
const process = vp()
const N = 4

/** The student that has learned all: its x̂₀ is the target, for steps of 1/N. */
function learned<S extends State>(teacher = exact<S>(process, law)) {
  const down = (t: Time): Time =>
    typeof t === 'number' ? t - 1 / N : Float64Array.from(t, (time) => Math.max(time - 1 / N, 0))
  return asDenoiser<S>(process, [1], (x, t) => {
    const x0 = progressiveTarget(teacher, x, t, down(t))
    return new Prediction(process, t, [
      { value: x0, ofX0: () => 1, ofNoise: (t) => -process.alpha(t) / process.sigma(t) },
      { value: x, ofX0: () => 0, ofNoise: (t) => 1 / process.sigma(t) },
    ])
  })
}

describe('progressive distillation', () => {
  test('a student that meets its target does in N steps what the teacher does in 2N', async () => {
    const teacher = exact<Float64Array>(process, law)
    const start = Float64Array.of(-1.5, 0.3, 2)
    const twice = await follow(ddim(teacher, { steps: 2 * N }), start)
    approximately(await follow(ddim(learned<Float64Array>(), { steps: N }), start), twice, 1e-12)
    const once = await follow(ddim(teacher, { steps: N }), start)
    assert.ok(Math.abs(once[2]! - twice[2]!) > 0.01)
  })

  test('its loss is zero there, and the weighted distance between the two predictions elsewhere', () => {
    const n = 20_000
    const x0 = law.draw(n, named('x0'))
    const teacher = exact(process, law)
    const zero = take(
      progressiveDistillation(learned<tf.Tensor>(), teacher, x0, { steps: N, stream: named('zero') }),
    )[0]!
    assert.ok(zero < 1e-8, `loss ${zero}`)
    // The teacher as its own student: x̂₀ = αv/v_t x, and two steps have the factors of DDIM.
    const variance = (t: number) => process.alpha(t) ** 2 * v + process.sigma(t) ** 2
    const step = (t: number, s: number) =>
      (process.alpha(s) * process.alpha(t) * v + process.sigma(s) * process.sigma(t)) / variance(t)
    let expected = 0
    for (let i = 1; i <= N; i++) {
      const [t, m, s] = [i / N, (i - 0.5) / N, (i - 1) / N]
      const [at, st, as, ss] = [process.alpha(t), process.sigma(t), process.alpha(s), process.sigma(s)]
      const target = (step(t, m) * step(m, s) - ss / st) / (as - (ss / st) * at)
      expected += (Math.max((at / st) ** 2, 1) * ((at * v) / variance(t) - target) ** 2 * variance(t)) / N
    }
    const own = take(progressiveDistillation(teacher, teacher, x0, { steps: N, stream: named('own') }))[0]!
    approximately(own / expected, 1, 5 * Math.sqrt(8 / n))
  })

  test('student and teacher are told the same, and now and then both nothing', () => {
    const classes = data.mixture({ means: [[-1], [1]], deviations: Math.sqrt(v) })
    const teacher = exact(process, classes)
    const down = (t: Time) => Float64Array.from(t as Float64Array, (time) => Math.max(time - 1 / N, 0))
    const student = asDenoiser(process, [1], (x: tf.Tensor, t, condition) => {
      const x0 = progressiveTarget(teacher, x, t, down(t), condition)
      return new Prediction(process, t, [{ value: x0, ofX0: () => 1, ofNoise: () => 0 }])
    })
    const x0 = classes.draw(500, named('told'))
    const condition = { class: 1 }
    const loss = take(
      progressiveDistillation(student, teacher, x0, { steps: N, condition, stream: named('both') }),
    )[0]!
    assert.equal(loss, 0)
    const untold = asDenoiser(process, [1], (x: tf.Tensor, t) => student.predict(x, t, { class: 0 }))
    const other = take(
      progressiveDistillation(untold, teacher, x0, { steps: N, condition, stream: named('both') }),
    )[0]!
    assert.ok(other > 0.01, `told another class, the loss is ${other}`)
    const asked: unknown[] = []
    const watching = asDenoiser(process, [1], (x: tf.Tensor, t, told) => {
      asked.push(told)
      return teacher.predict(x, t)
    })
    const nobody = { class: { value: 1, told: new Float32Array(500) } }
    take(
      progressiveDistillation(watching, watching, x0, {
        steps: N,
        condition,
        drop: 1,
        stream: named('both'),
      }),
    )
    assert.deepEqual(asked, [nobody, nobody, nobody])
  })

  test('works where the last step has no signal left, and lists of times are the times one by one', () => {
    const teacher = exact<Float64Array>(rectified(), law)
    const x = Float64Array.of(0.5, -1)
    const both = progressiveTarget(teacher, x, Float64Array.of(1, 0.5), Float64Array.of(0.5, 0))
    approximately(both[0]!, progressiveTarget(teacher, x.slice(0, 1), 1, 0.5)[0]!, 1e-12)
    approximately(both[1]!, progressiveTarget(teacher, x.slice(1), 0.5, 0)[0]!, 1e-12)
    assert.throws(() => progressiveTarget(teacher, x, 1, [0.5, 0.5]), /both be one time, or lists/)
  })

  test('students start from their teacher’s parameters, and learn', () => {
    const make = (name: string, hidden = [6]) =>
      denoiser(process, mlp({ dim: 1, hidden, embedding: 4 }), { predicts: 'v', stream: named(name) })
    const [teacher, student] = [make('teacher'), make('student')]
    copyParams(student, teacher)
    const x = named('x').normalTensor([5, 1])
    assert.deepEqual(take(student.score(x, 0.4)), take(teacher.score(x, 0.4)))
    const { grads } = tf.variableGrads(
      () =>
        progressiveDistillation(student, teacher, law.draw(32, named('b')), { steps: 2, stream: named('g') }),
      Object.values(student.params),
    )
    for (const p of Object.values(student.params)) assert.ok(take(grads[p.name]!).some((g) => g !== 0))
    assert.throws(
      () => copyParams(make('a', [7]), teacher),
      /has shape \[1, 7\] in the student, but \[1, 6\]/,
    )
    assert.throws(() => copyParams(make('a', [6, 6]), teacher), /the student has W0/)
  })

  test('options that make no sense are named', () => {
    const teacher = exact(process, law)
    const x0 = tf.zeros([4, 1])
    assert.throws(() => progressiveDistillation(teacher, teacher, x0, { steps: 0 }), /steps must be/)
    assert.throws(
      () => progressiveDistillation(teacher, exact(rectified(), law), x0, { steps: 2 }),
      /not the teacher's/,
    )
    assert.throws(() => progressiveTarget({} as never, x0, 1, 0.5), /must be a denoiser/)
    assert.throws(() => copyParams({} as never, {} as never), /the student must be a model with parameters/)
    const table = exact(ddpm(), law)
    assert.throws(
      () => progressiveDistillation(table, table, x0, { steps: 2 }),
      /on an interval, not a table/,
    )
    assert.throws(() => progressiveDistillation({} as never, teacher, x0, { steps: 2 }), /must be a denoiser/)
  })
})
