/**
 * What bodies look like in tomography, whatever was measured of them: a prior of textured phantoms of 32 × 32, in EDM's form, with no
 * conditions. It serves any operator, any number of views, and magnetic resonance as well.
 *
 * Karras et al., 2022, https://arxiv.org/abs/2206.00364; Song et al., 2022, https://arxiv.org/abs/2111.08005
 */
import { phantoms } from '../data/images/phantoms'
import { denoiser, type NetworkDenoiser } from '../denoiser'
import { edmHead } from '../head'
import { edm } from '../processes/edm'
import { timeFeatures } from '../timeFeatures'
import { timeSampling } from '../times'
import { unet } from '../unet'
import type { ModelBuilder } from './builder'

/** The root mean square of the data. */
const SIGMA_DATA = 0.22
/** A hundred times that: even the mean of a picture drowns. */
const process = edm({ sigmaMax: 20 })

export const phantomsPrior = {
  name: 'phantoms-prior',
  about: 'A prior of textured phantoms, 32 × 32, for reconstruction from few measurements',
  build: (stream) =>
    denoiser(
      process,
      unet({
        shape: [32, 32, 1],
        channels: 8,
        multipliers: [2, 3, 4],
        attention: [],
        // EDM's label is ¼ log σ, from −1.6 to 0.8.
        time: timeFeatures.geometric(32, { slowest: 1, fastest: 12 }),
      }),
      {
        predicts: edmHead(process, { sigmaData: SIGMA_DATA }),
        // Where reconstruction decides: between the texture's noise level and the body's.
        times: timeSampling.logNormal({ mean: Math.log(0.12), deviation: 1.3 }),
        stream,
      },
    ),
  data: () => phantoms({ size: 32, texture: 0.05 }),
} satisfies ModelBuilder<NetworkDenoiser>
