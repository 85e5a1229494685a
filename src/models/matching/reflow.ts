/**
 * Reflow: pairs each noise with where the flow takes it. Paths of an ODE do not cross, so straight lines between these ends
 * hardly do, and a flow trained on these pairs is straighter than the one that made them, with the same law of x₀.
 *
 * Liu, Gong and Liu, 2023, algorithm 1, https://arxiv.org/abs/2209.03003
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, counted, currentStream, keepingTensors, poll, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import { expectCount, type Data } from '../data/data'
import { inScope, type Denoiser } from '../denoiser'
import { standardNormal, type LabelledPairs, type Pairs } from './paired'
import { heunStep } from './heun'
import { expectSteps, expectUnitInterval } from './straightness'

export interface ReflowOptions {
  /** Into how many classes the model's data fall: each pair is made of one, all as often, and keeps it as its label. Default: none is told. */
  readonly classes?: number
  /** How many pairs are made; draws choose among them. Default 4096. */
  readonly n?: number
  /** Heun steps from t = 1 to 0. Default 50. */
  readonly steps?: number
  /** Where x₁ comes from. Default: standard normal noise. */
  readonly source?: Data
  readonly stream?: RandomStream
}

/** Numbers that go through the model together: of many pictures at once a network's own memory would be large. */
const TOGETHER = 2 ** 16

/**
 * Follows the flow of `model` from n points at t = 1 to t = 0.
 *
 * @returns the pairs (x₀, x₁) as data: each draw takes pairs at random, with repetition.
 */
export function reflow(
  model: Denoiser,
  options: ReflowOptions & { readonly classes: number },
): Promise<LabelledPairs>
export function reflow(model: Denoiser, options?: ReflowOptions): Promise<Pairs>
export function reflow(
  model: Denoiser,
  { n = 4096, steps = 50, source, classes, stream = currentStream() }: ReflowOptions = {},
): Promise<Pairs> {
  expectUnitInterval('reflow', model)
  expectCount(n)
  expectSteps('reflow', steps)
  if (classes !== undefined && !(Number.isSafeInteger(classes) && classes > 0))
    throw new RangeError(`reflow: classes must be a positive whole number, but is ${String(classes)}`)
  const { shape } = model
  const size = shape.reduce((product, length) => product * length, 1)
  const portion = Math.max(1, Math.floor(TOGETHER / size))
  const labels = classes === undefined ? undefined : Int32Array.from({ length: n }, (_, i) => i % classes)
  return keepingTensors(async () => {
    const start = (source ?? standardNormal(shape)).draw(n, stream)
    const x1 = Float32Array.from(await start.data())
    const drawn = start.shape.slice(1).join(', ')
    start.dispose()
    if (drawn !== shape.join(', '))
      throw new RangeError(
        `reflow: source must draw states of the model's shape, [n, ${shape.join(', ')}], but draws [n, ${drawn}]`,
      )
    const x0 = new Float32Array(x1.length)
    for (const i of counted('reflow', Math.ceil(n / portion))) {
      const [from, to] = [i * portion, Math.min(n, (i + 1) * portion)]
      const noise = tf.tensor(x1.subarray(from * size, to * size), [to - from, ...shape])
      const x = await toData(model, noise, steps, labels ? { class: labels.subarray(from, to) } : null)
      x0.set(await x.data(), from * size)
      x.dispose()
    }
    return listedPairs('reflowed pairs', shape, { x0, x1, ...(labels && { labels }) })
  })
}

/** Follows the flow from t = 1 to 0. @param x is disposed of. */
async function toData(
  model: Denoiser,
  x: tf.Tensor,
  steps: number,
  condition: Condition,
): Promise<tf.Tensor> {
  try {
    for (let i = 0; i < steps; i++) {
      poll()
      if (i % 10 === 9) await breathe()
      const now = x
      x = inScope(now, () => heunStep(model, now, 1 - i / steps, 1 - (i + 1) / steps, condition))
      now.dispose()
    }
    return x
  } catch (error) {
    x.dispose()
    throw error
  }
}

interface Listed {
  readonly x0: Float32Array
  readonly x1: Float32Array
  readonly labels?: Int32Array
}

/** Pairs to be drawn at random from a list. */
function listedPairs(name: string, shape: readonly number[], { x0, x1, labels }: Listed): Pairs {
  const size = shape.reduce((product, length) => product * length, 1)
  const drawListed = (n: number, stream: RandomStream) => {
    expectCount(n)
    const values = new Float32Array(2 * n * size)
    const chosen = stream.integers(n, 0, x0.length / size)
    for (const [row, pair] of chosen.entries()) {
      values.set(x0.subarray(pair * size, (pair + 1) * size), 2 * row * size)
      values.set(x1.subarray(pair * size, (pair + 1) * size), (2 * row + 1) * size)
    }
    return { x: tf.tensor(values, [n, 2, ...shape]), chosen }
  }
  const pairs: Pairs = {
    name,
    shape: [2, ...shape],
    draw: (n, stream = currentStream()) => drawListed(n, stream).x,
  }
  if (!labels) return pairs
  const labelled: LabelledPairs = {
    ...pairs,
    classes: Array.from({ length: 1 + labels.reduce((a, b) => Math.max(a, b), 0) }, (_, k) => String(k)),
    drawLabelled(n, stream = currentStream()) {
      const { x, chosen } = drawListed(n, stream)
      return { x, labels: Int32Array.from(chosen, (pair) => labels[pair]!) }
    },
  }
  return labelled
}
