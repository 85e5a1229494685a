/** Flow matching and what belongs to it: paths, couplings, bridges, reflow. */
export {
  interpolant,
  interpolants,
  interpolate,
  interpolateVelocity,
  type Interpolant,
  type InterpolantCurves,
} from './interpolant'
export { assignment } from './assignment'
export { drawFromPlan, sinkhorn, type SinkhornOptions } from './sinkhorn'
export {
  paired,
  entropicPairing,
  optimalPairing,
  squaredDistances,
  standardNormal,
  type LabelledPairs,
  type Pairs,
  type PairedOptions,
  type Pairing,
} from './paired'
export { flowMatching, type FlowMatchingOptions } from './flowMatching'
export { straightness, type Straightness, type StraightnessOptions } from './straightness'
export { reflow, type ReflowOptions } from './reflow'
export { bridge, bridgeLoss, type Bridge, type NetworkBridge } from './bridge'
export { exactBridge } from './exactBridge'
export { interpolantSde, type InterpolantSdeOptions } from './interpolantSde'
