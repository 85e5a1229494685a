/**
 * An autoencoder of coloured shapes: 16 × 16 × 3 numbers become 4 × 4 × 4, which `shapes-latent` draws. On its card stands the factor that
 * gives codes variance one.
 *
 * Rombach et al., 2022, section 3.1, https://arxiv.org/abs/2112.10752
 */
import { shapes } from '../data/images/shapes'
import { pictureAutoencoder, type PictureAutoencoder } from '../pictures/autoencoder'
import type { ModelBuilder } from './builder'

export const shapesAutoencoder = {
  name: 'shapes-autoencoder',
  about: 'An autoencoder of coloured shapes, 16 × 16, whose codes are 4 × 4 with four channels',
  build: (stream) => pictureAutoencoder({ shape: [16, 16, 3], latent: 4, channels: 24, beta: 3e-4, stream }),
  data: () => shapes({ things: 'any' }),
} satisfies ModelBuilder<PictureAutoencoder>
