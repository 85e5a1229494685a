/** Energy-based models, p ∝ e^{−E}, and what is trained without ever knowing Z. */
export {
  energyField,
  energyNetwork,
  type EnergyField,
  type EnergyModel,
  type EnergyNetworkOptions,
} from './energy'
export {
  logPartition,
  negativeLogLikelihood,
  normalised,
  type Cells,
  type CellOptions,
  type Normalised,
} from './partition'
export {
  contrast,
  contrastiveDivergence,
  persistentChains,
  type ContrastiveDivergenceOptions,
  type ContrastiveOptions,
  type PersistentChains,
  type PersistentOptions,
} from './contrastive'
export { logSumExp } from './logSumExp'
export { boltzmannMachine, type BoltzmannMachine, type BoltzmannOptions } from './boltzmann'
export { denoisingAutoencoder, type AutoencoderOptions, type DenoisingAutoencoder } from './autoencoder'
export { jointEnergyModel, type JointEnergyModel, type JointEnergyOptions } from './jem'
