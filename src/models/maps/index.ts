/** Flow maps: models that go along the probability-flow ODE in one step or a few. */
export { asFlowMap, jumps, solved, type FlowMap } from './flowMap'
export { exactFlowMap } from './exactFlowMap'
export { jvp } from './jvp'
export {
  asConsistency,
  consistency,
  consistencyFrom,
  consistencyScalings,
  type ConsistencyModel,
  type ConsistencyOptions,
  type NetworkConsistency,
} from './consistency'
export { multistep, type MultistepOptions } from './multistep'
export {
  consistencyLoss,
  pseudoHuber,
  squaredDistance,
  type ConsistencyLossOptions,
  type Distance,
} from './consistencyLoss'
export {
  consistencyDistillation,
  consistencyTraining,
  improvedConsistencyTraining,
  type ConsistencyObjective,
  type ConsistencyTrainingOptions,
  type DistillationOptions,
  type ImprovedConsistencyOptions,
} from './consistencyTraining'
export {
  consistencyLevels,
  doublingLevels,
  growingLevels,
  logNormalShares,
  targetDecay,
} from './consistencySchedule'
export { pathDistillation, type PathDistillationOptions } from './pathDistillation'
export {
  copyParams,
  progressiveDistillation,
  progressiveTarget,
  type ProgressiveOptions,
} from './progressive'
export {
  asMeanFlow,
  meanFlow,
  meanFlowLoss,
  meanFlowTarget,
  type MeanFlow,
  type MeanFlowOptions,
  type NetworkMeanFlow,
} from './meanFlow'
export { twoTimeMlp, type TwoTimeMlpOptions, type TwoTimeNetwork } from './twoTimes'
