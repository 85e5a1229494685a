/** Samplers: denoisers in, walks from noise to data (or back) out. */
export { ddim, ddimInversion, ddimStep, type DdimOptions } from './ddim'
export { ancestral, ancestralStep, type AncestralOptions } from './ancestral'
export { euler, heun, rk4, type SolverOptions } from './flow'
export { rk45, type Rk45Options } from './rk45'
export { eulerMaruyama, sra1, stochasticHeun, type ReverseSdeOptions } from './reverseSde'
export { improvedEuler, type ImprovedEulerOptions } from './improvedEuler'
export {
  langevinCorrector,
  predictorCorrector,
  reverseDiffusion,
  type LangevinCorrectorOptions,
  type PredictorCorrectorOptions,
  type ReverseDiffusionOptions,
} from './reverseDiffusion'
export { edmHeun, type EdmOptions } from './edmHeun'
export { dpmSolver, type DpmSolverOptions } from './dpmSolver'
export { dpmpp2M, dpmpp2MSde, dpmpp2S, dpmpp3M, type DpmSolverPlusPlusOptions } from './dpmSolverPlusPlus'
export { unipc, type UniPcOptions } from './unipc'
export { errorsByNfe, type ErrorsByNfe, type ErrorsByNfeOptions } from './errors'
export type { AdaptiveOptions } from './adaptive'
export type { Combination, LinearStep, Stage } from './linear'
export type { SimpleStep } from './simple'
export { linearWalk } from './linearWalk'
export {
  walk,
  type After,
  type Corrector,
  type Hooks,
  type Sampler,
  type SamplerState,
  type Step,
  type WalkOptions,
} from './walk'
