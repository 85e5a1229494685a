/** Networks for pictures beside the U-Net. */
export { dit, type DitOptions } from './dit'
export { encoder, type EncoderNetwork, type EncoderOptions } from './encoder'
export { pictureAutoencoder, type PictureAutoencoder, type PictureAutoencoderOptions } from './autoencoder'
export { summary, type LayerSummary, type NetworkSummary } from './summary'
