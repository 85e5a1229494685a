/** Tomography with the shipped prior, beside what needs no prior. Its card has the same on more phantoms and samples. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  data,
  diffpir,
  fourier,
  grids,
  measure,
  measurement,
  metrics,
  pretrained,
  radon,
  sample,
  totalVariation,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { useShippedWeights } from '../shippedWeights'

before(async () => {
  useShippedWeights()
  await selectBackend('wasm', files)
})

const stream = (name: string) => new RandomStream(7, name)
const decibels = async (x: tf.Tensor, x0: tf.Tensor) => (await metrics.psnr(x, x0)).value
const walk = { steps: 20, grid: grids.karras(), start: 3, end: 0.002 }
const bodies = data.phantoms({ size: 32, texture: 0.05 })

/** The mean of several samples for each of n scans. */
async function posteriorMean(
  model: Awaited<ReturnType<typeof pretrained<'phantoms-prior'>>>,
  operator: Parameters<typeof measurement>[0],
  y: tf.Tensor,
  noise: number,
  samples: number,
): Promise<tf.Tensor> {
  const n = y.shape[0]
  const many = tf.tile(y.expandDims(1), [1, samples, 1]).reshape([n * samples, operator.outputs])
  const x = await sample(diffpir(model, measurement(operator, many, { noise }), walk), n * samples, {
    stream: stream('walk'),
  })
  return x.reshape([n, samples, 32, 32, 1]).mean(1)
}

test('from six views, the mean of posterior samples is better than filtered back projection and tuned total variation', async () => {
  const model = await pretrained('phantoms-prior')
  const scanner = radon([32, 32, 1], { views: 6 })
  const scan = (count: number, name: string) => {
    const x0 = bodies.draw(count, stream(name))
    const noise = 0.005 * scanner.apply<tf.Tensor>(x0).max().dataSync()[0]!
    return { x0, noise, y: measure<tf.Tensor>(scanner, x0, { noise, stream: stream(`${name}: noise`) }) }
  }
  const tv = (y: tf.Tensor, lambda: number) =>
    totalVariation(measurement(scanner, y), y.shape[0], { lambda, steps: 150, inner: 8 })
  const tuning = scan(3, 'tuning')
  const tried: { lambda: number; value: number }[] = []
  for (const lambda of [3e-6, 1e-5, 3e-5, 1e-4])
    tried.push({ lambda, value: await decibels(await tv(tuning.y, lambda), tuning.x0) })
  const { lambda } = tried.reduce((best, each) => (each.value > best.value ? each : best))

  const { x0, y, noise } = scan(5, 'held out')
  const [ofMean, ofFbp, ofTv] = [
    await decibels(await posteriorMean(model, scanner, y, noise, 4), x0),
    await decibels(scanner.filteredBackProjection<tf.Tensor>(y).clipByValue(0, 1), x0),
    await decibels(await tv(y, lambda), x0),
  ]
  const said = `mean of samples ${ofMean.toFixed(2)} dB, total variation ${ofTv.toFixed(2)}, back projection ${ofFbp.toFixed(2)}`
  assert.ok(ofMean >= ofFbp + 5, said)
  assert.ok(ofMean >= ofTv + 1, said)
  // The card, of twenty phantoms and eight samples, says so with room for its errors.
  const { gainOverFbp, gainOverTv } = model.card.metrics
  assert.ok(gainOverFbp!.value - 2 * gainOverFbp!.standardError! >= 5)
  assert.ok(gainOverTv!.value - 2 * gainOverTv!.standardError! >= 1)
})

test('the same prior serves a quarter of the rows of a Fourier transform', async () => {
  const model = await pretrained('phantoms-prior')
  const magnet = fourier([32, 32, 1], { acceleration: 4 })
  const x0 = bodies.draw(2, stream('magnet'))
  const noise = 0.005
  const y = measure<tf.Tensor>(magnet, x0, { noise, stream: stream('magnet: noise') })
  const folded = await decibels(magnet.adjoint<tf.Tensor>(y).clipByValue(0, 1), x0)
  const mean = await decibels(await posteriorMean(model, magnet, y, noise, 2), x0)
  assert.ok(
    mean >= folded + 3,
    `${mean.toFixed(2)} dB, with zeros for what was not measured ${folded.toFixed(2)}`,
  )
})
