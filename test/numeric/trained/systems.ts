/** What is trained, each in the settings of the examples; limits are in units of the floor. */
import type * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  annealedLangevin,
  cosine,
  ddim,
  ddpm,
  denoiser,
  euler,
  flow,
  flowMatching,
  geometricScales,
  grids,
  mlp,
  ncsn,
  realNvp,
  rectified,
  sample,
  subVp,
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

/** Twenty noise scales, from larger than the data to finer than their detail, and annealed Langevin dynamics down them. */
const scales = geometricScales(4, 0.03, 20)
const annealed = (model: Denoiser): Sampler =>
  annealedLangevin(model, { epsilon: 0.4 * scales.at(-1)! ** 2, each: 10, denoise: true })

/** Affine couplings, by maximum likelihood. */
const couplings: System['learn'] = async (law, stream) => {
  const model = flow(realNvp({ dim: 2, couplings: 8, hidden: [64, 64] }), {
    stream: stream.split('parameters'),
  })
  await train(model, law, { steps: STEPS, batch: BATCH, rate: cosine(2e-3), ema: 0.999, clip: 10, stream })
  return (n, from) => Promise.resolve(model.draw(n, from))
}

/**
 * Those of sub-VP, NCSN and RealNVP are what a first run measured, plus three standard errors: 1.026 and 1.199, 1.040 and
 * 0.964, 1.380 and 0.985.
 */
export const SYSTEMS: Readonly<Record<string, System>> = {
  DDPM: {
    learn: diffusion(ddpm(), even, (model) => ancestral(model, { steps: 100 })),
    limits: { '8 Gaussians': 2, moons: 4 },
  },
  'VP-SDE': {
    learn: diffusion(vp(), clean, (model) => ddim(model, { steps: 60, grid: grids.quadratic })),
    limits: { '8 Gaussians': 2, moons: 4 },
  },
  'sub-VP-SDE': {
    learn: diffusion(subVp(), clean, (model) => ddim(model, { steps: 60, grid: grids.quadratic })),
    limits: { '8 Gaussians': 1.203, moons: 1.394 },
  },
  NCSN: {
    learn: diffusion(ncsn({ sigmas: scales }), even, annealed),
    limits: { '8 Gaussians': 1.271, moons: 1.144 },
  },
  RealNVP: { learn: couplings, limits: { '8 Gaussians': 1.617, moons: 1.207 } },
  'flow matching': { learn: straight, limits: { '8 Gaussians': 2, moons: 3 } },
}
