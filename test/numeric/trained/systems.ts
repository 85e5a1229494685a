/** What is trained, each in the settings of the examples; limits are in units of the floor. */
import type * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  cosine,
  ddim,
  ddpm,
  denoiser,
  euler,
  flowMatching,
  grids,
  mlp,
  rectified,
  sample,
  train,
  vp,
  type Data,
  type Denoiser,
  type GaussianProcess,
  type Sampler,
} from '../../../src/models'
import type { RandomStream } from '../../../src/tensor'
import { BATCH, STEPS, type Drawer, type System } from './trained'

const HIDDEN = [96, 96, 96]

/** A denoiser that predicts the noise, and how it is sampled. */
function diffusion(
  process: GaussianProcess,
  /** Warps the evenly spread times of training. */
  times: (u: number) => number,
  sampler: (model: Denoiser) => Sampler,
): System['learn'] {
  return async (law: Data, stream: RandomStream): Promise<Drawer> => {
    const network = mlp({ dim: 2, hidden: HIDDEN })
    const model = denoiser(process, network, { times, stream: stream.split('parameters') })
    await train(model, law, { steps: STEPS, batch: BATCH, rate: cosine(5e-3), ema: 0.999, stream })
    return (n, from): Promise<tf.Tensor> => sample(sampler(model), n, { stream: from })
  }
}

const even = (u: number): number => u
/** More of the times where the thin lines are decided. */
const clean = (u: number): number => u ** 2

/** The velocity of straight lines from data to noise, followed back by Euler's steps. */
const straight: System['learn'] = async (law, stream) => {
  const network = mlp({ dim: 2, hidden: HIDDEN })
  const model = denoiser(rectified(), network, { predicts: 'velocity', stream: stream.split('parameters') })
  await train(model, law, {
    steps: STEPS,
    batch: BATCH,
    rate: cosine(5e-3),
    ema: 0.999,
    loss: (model, batch, stream) => flowMatching(model, batch, { stream }),
    stream,
  })
  return (n, from) => sample(euler(model, { steps: 60 }), n, { stream: from })
}

export const SYSTEMS: Readonly<Record<string, System>> = {
  DDPM: {
    learn: diffusion(ddpm(), even, (model) => ancestral(model, { steps: 100 })),
    limits: { '8 Gaussians': 2, moons: 4 },
  },
  'VP-SDE': {
    learn: diffusion(vp(), clean, (model) => ddim(model, { steps: 60, grid: grids.quadratic })),
    limits: { '8 Gaussians': 2, moons: 4 },
  },
  'flow matching': { learn: straight, limits: { '8 Gaussians': 2, moons: 3 } },
}
