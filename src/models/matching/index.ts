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
  coupling,
  entropicPairing,
  optimalPairing,
  squaredDistances,
  standardNormal,
  type Coupling,
  type CouplingOptions,
  type Pairing,
} from './coupling'
export { flowMatching, type FlowMatchingOptions } from './flowMatching'
export { straightness, type Straightness, type StraightnessOptions } from './straightness'
export { reflow, type ReflowOptions } from './reflow'
export { bridge, bridgeLoss, type Bridge, type NetworkBridge } from './bridge'
export { exactBridge } from './exactBridge'
export { interpolantSde, type InterpolantSdeOptions } from './interpolantSde'
