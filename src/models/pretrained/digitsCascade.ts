/**
 * A cascade of digits, 8 × 8 → 16 × 16 → 32 × 32: a model draws coarse digits, two others refine them. All learn from the same digits of
 * 32 × 32, so that the coarse ones are means over blocks of the fine ones.
 *
 * Ho et al., 2022, https://arxiv.org/abs/2106.15282
 */
import { digits } from '../data/images/digits'
import { denoiser, type NetworkDenoiser } from '../denoiser'
import { refinable, refiningConditions, shrunk } from '../pictures/cascade'
import { cosineProcess } from '../processes/cosineProcess'
import { unet } from '../unet'
import type { ModelBuilder } from './builder'

const data = () => digits({ size: 32 })

export const digitsCascade8 = {
  name: 'digits-cascade-8',
  about: 'The first of a cascade: handwritten digits, 8 × 8, told the class or nothing',
  build: (stream) => {
    const network = unet({ shape: [8, 8, 1], channels: 16, multipliers: [1, 1], conditions: { class: 10 } })
    return denoiser(cosineProcess(), network, { predicts: 'v', drop: 0.125, stream })
  },
  data: () => shrunk(data(), 4),
} satisfies ModelBuilder<NetworkDenoiser>

export const digitsCascade16 = {
  name: 'digits-cascade-16',
  about: 'The second of a cascade: refines digits of 8 × 8 to 16 × 16, told the class',
  build: (stream) => refiner(16, stream),
  data: () => refinable(shrunk(data(), 2)),
} satisfies ModelBuilder<NetworkDenoiser>

export const digitsCascade32 = {
  name: 'digits-cascade-32',
  about: 'The last of a cascade: refines digits of 16 × 16 to 32 × 32, told the class',
  build: (stream) => refiner(32, stream),
  data: () => refinable(data()),
} satisfies ModelBuilder<NetworkDenoiser>

/** What is far away was settled by the model before: convolutions of a narrow network are enough. */
function refiner(size: 16 | 32, stream: Parameters<typeof digitsCascade8.build>[0]): NetworkDenoiser {
  const shape = [size, size, 1] as const
  const network = unet({
    ...{ shape, channels: 8, groups: 4, attention: [] },
    conditions: { class: 10, ...refiningConditions(shape) },
  })
  return denoiser(cosineProcess(), network, { predicts: 'v', drop: 0, stream })
}
