/** Few-step curves of a model of digits: Fréchet distance by how often a sampler may ask the network. */
import {
  data,
  ddim,
  dpmpp2M,
  edmHeun,
  eulerMaruyama,
  metrics,
  pretrained,
  type Denoiser,
  type Measured,
  type Sampler,
} from '../../src/models'
import { RandomStream } from '../../src/tensor'
import { drawn } from './digitsQuality'

const N = 2000
const BUDGETS = [5, 10]

/** Samplers that ask `nfe` times, or once less. */
const samplers: Readonly<
  Record<string, { readonly words: string; readonly of: (told: Denoiser, nfe: number) => Sampler }>
> = {
  // As far down as DDIM goes, nearly: what noise is left at its usual end, t = 10⁻³, is a part of so small a distance.
  Dpmpp2M: {
    words: 'DPM-Solver++ (2M) down to t = 0.0002',
    of: (told, steps) => dpmpp2M(told, { steps, end: 2e-4 }),
  },
  Ddim: { words: 'DDIM', of: (told, steps) => ddim(told, { steps }) },
  // Two questions a step, and one for the last.
  Heun: { words: 'Heun', of: (told, nfe) => edmHeun(told, { steps: Math.ceil(nfe / 2) - 1 }) },
  EulerMaruyama: { words: 'Euler–Maruyama', of: (told, steps) => eulerMaruyama(told, { steps }) },
}

/**
 * Distances of 2000 samples each from the same 2000 digits, by all samplers from the same noise and classes.
 *
 * @param seed of the digits, and of every sampler's classes and noise.
 */
export async function fewSteps(
  model: Denoiser,
  seed: number,
  budgets: readonly number[] = BUDGETS,
): Promise<Record<string, Measured>> {
  const features = await pretrained('digits-features')
  const digits = data.digits({ size: 16 })
  const real = digits.draw(N, new RandomStream(seed, 'few steps: digits'))
  const measured: Record<string, Measured> = {}
  for (const nfe of budgets)
    for (const [name, { words, of }] of Object.entries(samplers)) {
      const stream = new RandomStream(seed, 'few steps: samples')
      const { x } = await drawn(model, (told) => of(told, nfe), digits, stream)
      const { value, standardError } = await metrics.frechet(real, x, { features })
      x.dispose()
      measured[`frechet${name}${nfe}`] = {
        value,
        standardError,
        of: `Fréchet distance of samples by ${words} that may ask ${nfe} times and digits, in digits-features, ${N} of each, the same noise and digits for all`,
      }
      console.log(`  ${words}, ${nfe}: ${value} ± ${standardError}`)
    }
  real.dispose()
  return measured
}
