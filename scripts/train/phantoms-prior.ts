import * as tf from '@tensorflow/tfjs'
import {
  cosine,
  diffpir,
  grids,
  measure,
  measurement,
  metrics,
  radon,
  sample,
  totalVariation,
  warmUp,
  type Denoiser,
  type Radon,
} from '../../src/models'
import type { Measured } from '../../src/models/pretrained'
import { phantomsPrior } from '../../src/models/pretrained/phantomsPrior'
import type { RandomStream } from '../../src/tensor'
import { recipe } from './recipe'

/** Phantoms that are reconstructed, samples of each, and phantoms that λ of total variation is tuned on. */
const [HELD, SAMPLES, TUNED] = [20, 8, 8]
const LAMBDAS = [3e-6, 1e-5, 3e-5, 1e-4, 3e-4]
const TV = { steps: 300, inner: 10 }
/** Of the largest number that is measured. */
const NOISE = 0.005

export default recipe({
  builder: phantomsPrior,
  seed: 20,
  steps: 6000,
  batch: 16,
  settings: () => ({ rate: warmUp(cosine(2e-3), 200), clip: 1, ema: 0.999 }),
  measure: reconstruction,
})

/** How near reconstructions from six views come to phantoms that were held out. */
async function reconstruction(
  model: Denoiser,
  stream: RandomStream,
): Promise<Readonly<Record<string, Measured>>> {
  const scanner = radon([32, 32, 1], { views: 6 })
  const bodies = phantomsPrior.data()
  const lambda = await tuned(scanner, bodies.draw(TUNED, stream.split('tuning')), stream)
  const x0 = bodies.draw(HELD, stream.split('held out'))
  const { y, noise } = scanned(scanner, x0, stream.split('noise'))
  const fbp = scanner.filteredBackProjection<tf.Tensor>(y).clipByValue(0, 1)
  const tv = await totalVariation(measurement(scanner, y, { noise }), HELD, { lambda, ...TV })
  const each = tf.tile(y.expandDims(1), [1, SAMPLES, 1]).reshape([HELD * SAMPLES, scanner.outputs])
  const settings = { steps: 40, grid: grids.karras(), start: 3, end: 0.002 }
  const samples = await sample(
    diffpir(model, measurement(scanner, each, { noise }), settings),
    HELD * SAMPLES,
    {
      stream: stream.split('samples'),
    },
  )
  const mean = samples.reshape([HELD, SAMPLES, 32, 32, 1]).mean<tf.Tensor>(1)

  const where = `${HELD} phantoms, 6 views, noise of ${100 * NOISE} % of the largest number measured`
  const decibels = async (x: tf.Tensor): Promise<readonly number[]> =>
    (await metrics.psnr(x, x0, { range: 1 })).each
  const [ofMean, ofFbp, ofTv] = [await decibels(mean), await decibels(fbp), await decibels(tv)]
  const told = (values: readonly number[], of: string): Measured => ({ ...withError(values), of })
  const gained = (over: readonly number[]): readonly number[] => ofMean.map((db, i) => db - over[i]!)
  return {
    psnrOfFbp: told(ofFbp, `filtered back projection, clipped to [0, 1], in dB: ${where}`),
    psnrOfTv: told(
      ofTv,
      `FISTA-TV with λ = ${lambda}, tuned on ${TUNED} other phantoms, in dB: the same scans`,
    ),
    psnr: told(
      ofMean,
      `mean of ${SAMPLES} posterior samples by DiffPIR in ${settings.steps} steps, in dB: the same scans`,
    ),
    gainOverFbp: told(gained(ofFbp), 'psnr − psnrOfFbp, phantom by phantom, in dB'),
    gainOverTv: told(gained(ofTv), 'psnr − psnrOfTv, phantom by phantom, in dB'),
  }
}

function scanned(scanner: Radon, x0: tf.Tensor, stream: RandomStream) {
  const noise = NOISE * scanner.apply(x0).max().dataSync()[0]!
  return { noise, y: measure<tf.Tensor>(scanner, x0, { noise, stream }) }
}

/** The λ by which total variation reconstructs these best. */
async function tuned(scanner: Radon, x0: tf.Tensor, stream: RandomStream): Promise<number> {
  const { y } = scanned(scanner, x0, stream.split('noise of tuning'))
  let best = { lambda: NaN, decibels: -Infinity }
  for (const lambda of LAMBDAS) {
    const found = await totalVariation(measurement(scanner, y), TUNED, { lambda, ...TV })
    const { value } = await metrics.psnr(found, x0, { range: 1 })
    found.dispose()
    if (value > best.decibels) best = { lambda, decibels: value }
  }
  return best.lambda
}

function withError(values: readonly number[]): { readonly value: number; readonly standardError: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1)
  return { value: mean, standardError: Math.sqrt(variance / values.length) }
}
