/** What is handed to models, losses and samplers by mistake is named, with what it should be: cells run unchecked. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  assignment,
  data,
  ddim,
  denoiser,
  denoising,
  denoisingScoreMatching,
  exact,
  field,
  follow,
  head,
  hyvarinenScoreMatching,
  mlp,
  posteriorMode,
  sinkhorn,
  slerp,
  slicedScoreMatching,
  train,
  vp,
} from '../../src/models'
import { RandomStream, selectBackend } from '../../src/tensor'
import { files } from './backends'

before(() => selectBackend('cpu', files))

const stream = new RandomStream(5, 'arguments')
const law = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const known = exact(vp(), law)
const linear = field((x: tf.Tensor) => tf.neg(x))
const learned = () => denoiser(vp(), mlp({ dim: 2, hidden: [4] }), { stream })
/** Takes away the types, as a cell has none. */
const untyped = (value: unknown): never => value as never

type Case = readonly [
  name: string,
  call: () => unknown,
  kind: typeof TypeError | typeof RangeError,
  message: RegExp,
]

const cases: readonly Case[] = [
  [
    'states that are none',
    () => known.score(untyped(undefined), 0.3),
    TypeError,
    /takes states as a tensor .* not undefined/,
  ],
  [
    'states in an array',
    () => known.predict(untyped([1, 2]), 0.3),
    TypeError,
    /not an array; tf\.tensor makes/,
  ],
  [
    'states of a network in an array',
    () => learned().predict(untyped([[1, 2]]), 0.3),
    TypeError,
    /the model takes states/,
  ],
  [
    'states of another length',
    () => known.predict(tf.zeros([4, 3]), 0.3),
    RangeError,
    /\[n, 1\], but .* \[4, 3\]/,
  ],
  [
    'no time',
    () => learned().predict(tf.zeros([4, 2]), untyped(undefined)),
    TypeError,
    /t must be a number, .* undefined/,
  ],
  [
    'a time in letters',
    () => known.predict(tf.zeros([4, 1]), untyped('0.3')),
    TypeError,
    /t must be a number, .* 0\.3/,
  ],
  [
    'times in a tensor',
    () => known.predict(tf.zeros([2, 1]), untyped(tf.tensor1d([0.1, 0.2]))),
    TypeError,
    /a tensor/,
  ],
  ['a time after the last', () => known.predict(tf.zeros([4, 1]), 2), RangeError, /from 0 to 1 .* t = 2/],
  ['a time that is no number', () => known.predict(tf.zeros([4, 1]), NaN), RangeError, /t = NaN/],
  [
    'times for fewer states',
    () => learned().predict(tf.zeros([4, 2]), [0.1, 0.2]).x0,
    RangeError,
    /2 times .* \[4, 2\]/,
  ],
  [
    'an unknown quantity',
    () => head(vp(), untyped('score²')),
    RangeError,
    /quantity must be one of .*, but is score²/,
  ],
  [
    'a weight that is a name',
    () => denoising(learned(), tf.zeros([4, 2]), { weight: untyped('min-snr') }),
    TypeError,
    /weight must be a function of time/,
  ],
  [
    'a rate in letters',
    () => train(learned(), data.moons(), { steps: 1, batch: 4, rate: untyped('3'), stream }),
    RangeError,
    /rate must be positive, but is "3"/,
  ],
  [
    'a start that is none',
    () => follow(ddim(known, { steps: 2 }), untyped('noise')),
    TypeError,
    /follow takes states .* noise/,
  ],
  [
    'data that are no tensor',
    () => slicedScoreMatching(linear, untyped([1, 2])),
    TypeError,
    /slicedScoreMatching takes states/,
  ],
  [
    'data that are missing',
    () => hyvarinenScoreMatching(linear, untyped(undefined)),
    TypeError,
    /not undefined/,
  ],
  [
    'no σ',
    () => denoisingScoreMatching(linear, tf.zeros([4, 2]), untyped(undefined)),
    RangeError,
    /sigma must be positive .* NaN/,
  ],
  [
    'a tensor where doubles are due',
    () => posteriorMode(law, untyped(tf.zeros([4, 1])), 0.3),
    TypeError,
    /noisy must be a Float64Array/,
  ],
  [
    'codes of two shapes',
    () => slerp(tf.zeros([4, 3]), tf.zeros([4, 2]), 0.5),
    RangeError,
    /a is \[4, 3\] and b is \[4, 2\]/,
  ],
  [
    'costs in a tensor',
    () => assignment(untyped(tf.zeros([2, 2])), 2),
    TypeError,
    /cost must be a Float64Array/,
  ],
  [
    'costs in rows',
    () => sinkhorn(untyped([[0, 1]]), 1, 2, { epsilon: 1 }),
    TypeError,
    /cost must be a Float64Array/,
  ],
]

describe('arguments that make no sense are named', () => {
  for (const [name, call, kind, message] of cases)
    test(name, () =>
      assert.rejects(
        () => Promise.try(call),
        (error: Error) => {
          assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`)
          assert.match(error.message, message)
          return true
        },
      ),
    )
})
