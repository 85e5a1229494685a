/** The generative models: what `genbook` offers to cells, apart from pictures. */
export * from './data'
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
export { head, type Head, type Pair } from './head'
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
export { asDenoiser, denoiser, given, type Denoiser, type NetworkDenoiser, type Trainable } from './denoiser'
export { exact } from './exact'
export { denoising, spreadTimes, type DenoisingOptions } from './losses'
export {
  cosine,
  train,
  type Loss,
  type Rate,
  type TrainingProgress,
  type TrainingRun,
  type TrainOptions,
} from './train'
export {
  sample,
  walk,
  type SampleOptions,
  type Sampler,
  type SamplerState,
  type Step,
  type TimeOptions,
} from './sample'
export { ddim, ddimStep } from './samplers/ddim'
export { ancestral, ancestralStep, type ReverseVariance } from './samplers/ancestral'
export type { LinearStep } from './samplers/linear'
export { combine, type Coefficient, type State, type Time } from './state'
export * from './mistakes'
export * from './verify'
