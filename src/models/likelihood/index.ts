/** Likelihoods of diffusion models, and what the probability-flow ODE's codes are good for. */
export { mixtureDivergence } from './analyticTrace'
export { bitsOffset, bitsPerDimension, type BitsOptions } from './bits'
export { decode, encode, interpolateCodes, slerp } from './codes'
export { circulation, curl, logDensityRatio, type LineOptions } from './lineIntegral'
export {
  logLikelihood,
  odeDensity,
  type Likelihood,
  type LikelihoodOptions,
  type OdeDensity,
  type Prior,
} from './logLikelihood'
export type { OdeOptions } from './solve'
export type { Trace, TraceOptions } from './velocity'
export { klBound, likelihoodWeight, type KlBound, type KlBoundOptions } from './weighting'
