/** Normalizing flows: bijections with their log-determinants, and the densities made of them. */
import { actnorm } from './actnorm'
import { autoregressive } from './autoregressive'
import { inverted } from './chain'
import { continuous } from './continuous'
import { additiveCoupling, affineCoupling } from './coupling'
import { affine, logit, scaling, sigmoid, tanh } from './elementwise'
import { convolution1x1, linear } from './linear'
import { logisticMixtureCoupling } from './logisticMixture'
import { permutation, squeeze } from './permutation'
import { planar } from './planar'
import { residual } from './residual'
import { splineCoupling } from './spline'
import { triangular } from './triangular'

/** The bijections that flows are made of. */
export const bijections = {
  actnorm,
  additiveCoupling,
  affine,
  affineCoupling,
  autoregressive,
  continuous,
  convolution1x1,
  inverted,
  linear,
  logisticMixtureCoupling,
  logit,
  permutation,
  planar,
  residual,
  scaling,
  sigmoid,
  splineCoupling,
  squeeze,
  tanh,
  triangular,
}

export { bases, type Density } from './base'
export { bijection, type Bijection, type Mapped, type Maps, type ShapeOption } from './bijection'
export { compose } from './chain'
export { convolutional, perceptron, type Conditioner, type ConditionerMaker } from './conditioner'
export type { ContinuousOptions } from './continuous'
export type { AffineCouplingOptions, CouplingLayerOptions } from './coupling'
export { learnedNoise, uniformNoise, type Dequantiser, type LearnedNoiseOptions } from './dequantiser'
export { discrete, type DiscreteFlow, type DiscreteOptions } from './discrete'
export { flow, type Flow, type FlowLaw, type FlowOptions } from './flow'
export { inpaint, type InpaintOptions } from './inpaint'
export { latentPoint, sheetAngles } from './latentSheet'
export type { LinearOptions } from './linear'
export type { LogisticMixtureOptions } from './logisticMixture'
export { contracted, spectralNorm } from './lipschitz'
export { checkerboard, checkerboardOfPlaces, flipped, halves, type Mask } from './masks'
export {
  glow,
  glowStep,
  imageRealNvp,
  nice,
  realNvp,
  splineFlow,
  type CouplingFlowOptions,
  type GlowOptions,
  type ImageRealNvpOptions,
} from './recipes'
export { multiScale, type MultiScaleOptions } from './multiScale'
export { residualFlow, type ResidualOptions } from './residual'
export type { SplineCouplingOptions } from './spline'
