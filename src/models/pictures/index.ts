/** Networks for pictures beside the U-Net. */
export { attentionMaps } from './attentionMaps'
export { captioner, type Captioner, type CaptionerOptions, type CaptionTokens } from './captioner'
export {
  refinable,
  refining,
  refiningConditions,
  shrunk,
  type RefinableOptions,
  type RefiningOptions,
} from './cascade'
export { dit, type DitOptions } from './dit'
export { encoder, type EncoderNetwork, type EncoderOptions } from './encoder'
export { pictureAutoencoder, type PictureAutoencoder, type PictureAutoencoderOptions } from './autoencoder'
export { panorama, seams, type PanoramaOptions } from './panorama'
export { summary, type LayerSummary, type NetworkSummary } from './summary'
