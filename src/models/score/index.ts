/** Score matching: fields, their divergence, the losses that fit them, and what these cost. */
export type { Activation, PerceptronOptions } from './perceptron'
export { scoreNetwork, type ScoreModel, type ScoreNetworkOptions } from './network'
export { divergence, hutchinson, type ProjectionOptions } from './divergence'
export {
  denoisingScoreMatching,
  denoisingTerms,
  explicitScoreMatching,
  explicitTerms,
  hyvarinenScoreMatching,
  hyvarinenTerms,
  slicedScoreMatching,
  slicedScoreMatchingVR,
  slicedTerms,
  slicedVRTerms,
  type DenoisingScoreOptions,
} from './losses'
export { fisherDivergence, slicedFisherDivergence } from './fisher'
export { perturbed, posteriorMode, tweedie, type Perturbed } from './tweedie'
export { gradientVariance, type GradientVariance } from './variance'
export { countPasses, type Passes } from './cost'
export {
  scoreWeights,
  simulateForward,
  slicedSdeLoss,
  type Perturb,
  type ScoreWeight,
  type SlicedSdeOptions,
} from './sde'
export { multiscaleScoreMatching, type LevelScore, type ScalesOptions } from './scales'
