/** Diffusion models: reverse kernels, bounds, weights, learned variances and schedules. */
export {
  drawReverse,
  reverseKernel,
  reverseVariance,
  type ReverseKernel,
  type ReverseStep,
  type VarianceChoice,
} from './reverse'
export { analyticStep, analyticVariance, type AnalyticOptions, type AnalyticVariance } from './analytic'
export { learnedVariance, varianceRange, type LearnedVariance } from './learnedVariance'
export { elbo, gaussianKl, priorKl, type Elbo, type ElboOptions, type ElboTerm } from './elbo'
export { continuousElbo, snrSlope, type ContinuousElbo, type ContinuousElboOptions } from './continuous'
export { snr, weights } from './weights'
export {
  learnedSchedule,
  type LearnedSchedule,
  type LearnedScheduleOptions,
  type ScheduleAt,
} from './learnedSchedule'
export { vdm, type Vdm, type VdmTerms } from './vdm'
export { ancestralTerms, flowTerms, langevinTerms, type StepTerms } from './analogy'
export { lossByNoise, type LossByNoiseOptions, type NoiseLevelLoss } from './lossByNoise'
