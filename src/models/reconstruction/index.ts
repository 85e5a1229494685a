/** Reconstruction: sampling what agrees with a measurement, from models of everything. */
export { diffpir, type DiffpirOptions } from './diffpir'
export { exactConditional } from './exactConditional'
export { measure, measurement, type Measurement } from './measurement'
export {
  colourBasis,
  grey,
  linearOperator,
  mask,
  type LinearOperator,
  type OperatorOptions,
} from './operator'
export { dps, dpsGuide, pigdm, pigdmGuide, type DpsMeasurement, type DpsOptions } from './posteriorSampling'
export { projection } from './projection'
export { repaint, type RepaintOptions } from './repaint'
export { replacement, type ReplacementOptions } from './replacement'
export { faithfulness, sdedit, type FaithfulnessPoint, type SdeditOptions } from './sdedit'
export { svd, type Svd } from './svd'
export { twisted, type TwistedOptions } from './twisted'
