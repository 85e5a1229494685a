/** Ordinary differential equations: solvers with fixed and adaptive steps, and the traces that likelihoods need. */
export {
  exactDivergence,
  jacobian,
  perMember,
  probedDivergence,
  probes,
  type ProbeKind,
  type ValueAndDivergence,
  type VectorField,
} from './divergence'
export {
  adaptive,
  evenTimes,
  expectTolerance,
  integrate,
  solveNow,
  type AdaptiveOptions,
  type Parts,
  type Slope,
  type Solution,
} from './integrate'
export { dormandPrince, tableau, tableaux, type EmbeddedTableau, type Method, type Tableau } from './tableau'
