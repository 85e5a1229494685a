/** Gaussian processes, and the tables and scales that they are made of. */
export { vp, type AnyBeta, type LinearBeta } from './vp'
export { subVp } from './subVp'
export { ve, type VeOptions } from './ve'
export { edm } from './edm'
export { cosineProcess } from './cosineProcess'
export { rectified } from './rectified'
export { diffusion, type DiffusionOptions } from './diffusion'
export { ncsn } from './ncsn'
export { ddpm } from './ddpm'
export {
  cosineBetas,
  geodiffBetas,
  linearBetas,
  quadraticBetas,
  scaledLinearBetas,
  sigmoidBetas,
  zeroTerminalSnr,
  type SigmoidOptions,
} from './betas'
export { geometricScales } from './scales'
export {
  forwardPath,
  forwardStep,
  type ForwardOptions,
  type ForwardPath,
  type ForwardScheme,
} from './forward'
