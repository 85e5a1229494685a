/** The generative models: what `genbook` offers to cells, apart from pictures. */
export * from './data'
export * from './metrics'
export {
  gaussianProcess,
  type Curve,
  type Curves,
  type GaussianProcess,
  type Posterior,
  type TimeRange,
  type Transition,
} from './process'
export * from './processes'
export type { Network, Params, TrainableParams } from './network'
export {
  type Condition,
  type ConditionKind,
  type ConditionKinds,
  type ConditionOptions,
  type ConditionValue,
} from './condition'
export type { Conditioning } from './conditioning'
export { telling, type ConditionedData } from './data/conditioned'
export { mlp, type MlpOptions } from './mlp'
export { edmHead, head, ncsnHead, type Head, type Pair } from './head'
export { field, type Field } from './field'
export {
  chain,
  langevin,
  langevinStep,
  runChain,
  unadjustedLangevin,
  unadjustedLangevinStep,
  type Chain,
  type ChainOptions,
  type ChainState,
  type ChainStep,
  type LangevinOptions,
} from './langevin'
export { Prediction, truth, type Part, type Quantity } from './prediction'
export {
  asDenoiser,
  denoiser,
  given,
  networkDenoiser,
  type Denoiser,
  type DenoiserOptions,
  type NetworkDenoiser,
  type Trainable,
} from './denoiser'
export { onProcess } from './onProcess'
export * from './exact'
export * from './families'
export { denoising, type DenoisingOptions } from './losses'
export { spreadTimes, timeSampling, type TimeSampling } from './times'
export * from './diffusion'
export * from './training'
export {
  train,
  type EvaluationPoint,
  type Loss,
  type TrainingProgress,
  type TrainingRun,
  type TrainOptions,
} from './train'
export { follow, sample, trajectory, type SampleOptions, type Trajectory } from './sample'
export { endTime, grids, timeAt, timesOf, type Grid, type TimeOptions } from './grids'
export * from './samplers'
export { combine, type Coefficient, type State, type Time } from './state'
export * from './mistakes'
export * from './verify'
export * from './matching'
export * from './maps'
export * from './guidance'
export * from './reconstruction'
export * from './flows'
export * from './score'
export * from './energy'
export * from './ncsn'
export * from './adaptation'
export * from './likelihood'
export * from './discrete'
export { timeFeatures, type TimeFeatures } from './timeFeatures'
export * from './unet'
export * from './pictures'
export * from './pretrained'
