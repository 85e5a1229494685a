/**
 * The flows of the literature, as compositions.
 *
 *   nice      additive couplings with alternating masks, then one scaling z_i = S_ii x_i
 *   realNvp   affine couplings with alternating masks
 *   glow      squeeze, then steps of actnorm, 1 × 1 convolution and affine coupling of the channels; in levels, as `multiScale`
 *   imageRealNvp  in levels: couplings with checkerboards and, squeezed, with halves of the channels
 *
 * Dinh, Krueger and Bengio, "NICE", 2014, https://arxiv.org/abs/1410.8516; Dinh, Sohl-Dickstein and Bengio, "Density
 * estimation using Real NVP", 2016, https://arxiv.org/abs/1605.08803; Kingma and Dhariwal, "Glow", 2018,
 * https://arxiv.org/abs/1807.03039
 */
import { actnorm } from './actnorm'
import { shapeOf, type Bijection, type ShapeOption } from './bijection'
import { compose } from './chain'
import { convolutional, type ConditionerMaker } from './conditioner'
import { additiveCoupling, affineCoupling } from './coupling'
import { scaling } from './elementwise'
import { convolution1x1 } from './linear'
import { checkerboard, checkerboardOfPlaces, flipped, halves, type Mask } from './masks'
import { multiScale } from './multiScale'
import { squeeze } from './permutation'
import { splineCoupling } from './spline'

export type CouplingFlowOptions = ShapeOption & {
  /** How many coupling layers. Default 6. */
  readonly couplings?: number
  /** Widths of the hidden layers of each coupling's network. Default [64, 64]. */
  readonly hidden?: readonly number[]
  /** Which numbers the first coupling keeps; every other one keeps the others. Default: half of them. */
  readonly mask?: 'halves' | 'checkerboard' | Mask
  readonly conditioner?: ConditionerMaker
}

/** Additive couplings and a scaling. All but the scaling keep volume. */
export function nice(options: CouplingFlowOptions): Bijection {
  return compose([...alternating('nice', options, additiveCoupling), scaling(options)], 'NICE')
}

/** Affine couplings. @param bound of each layer's log-scale. Default 3. */
export function realNvp({ bound, ...options }: CouplingFlowOptions & { readonly bound?: number }): Bijection {
  return compose(
    alternating('realNvp', options, (layer) =>
      affineCoupling({ ...layer, ...(bound !== undefined && { bound }) }),
    ),
    'RealNVP',
  )
}

/** Couplings by rational-quadratic splines on [−bound, bound]. */
export function splineFlow({
  bins,
  bound,
  ...options
}: CouplingFlowOptions & { readonly bins?: number; readonly bound?: number }): Bijection {
  return compose(
    alternating('splineFlow', options, (layer) =>
      splineCoupling({
        ...layer,
        ...(bins !== undefined && { bins }),
        ...(bound !== undefined && { bound }),
      }),
    ),
    'spline flow',
  )
}

type Layer = ShapeOption & {
  readonly mask: Mask
  readonly hidden?: readonly number[]
  readonly conditioner?: ConditionerMaker
}

function alternating(
  name: string,
  { couplings = 6, mask = 'halves', hidden, conditioner, ...option }: CouplingFlowOptions,
  layer: (options: Layer) => Bijection,
): Bijection[] {
  expectCount(couplings, `${name}: couplings`)
  const shape = shapeOf(option, name)
  const first = typeof mask !== 'string' ? mask : named(mask, shape, name)
  return Array.from({ length: couplings }, (_, k) =>
    layer({
      shape,
      mask: k % 2 ? flipped(first) : first,
      ...(hidden && { hidden }),
      ...(conditioner && { conditioner }),
    }),
  )
}

function named(mask: string, shape: readonly number[], name: string): Mask {
  if (mask === 'halves') return halves(shape)
  if (mask === 'checkerboard') return checkerboard(shape)
  throw new RangeError(`${name}: mask must be 'halves', 'checkerboard' or a list of 0 and 1, but is ${mask}`)
}

export interface GlowOptions {
  /** [height, width, channels], height and width even. */
  readonly shape: readonly number[]
  /** Steps of actnorm, convolution and coupling. Default 4. */
  readonly steps?: number
  /** Channels inside the couplings' networks. Default 32. */
  readonly channels?: number
  readonly levels?: number
}

/** One step of Glow: actnorm, 1 × 1 convolution, affine coupling of half of the channels by the other half. */
export function glowStep({
  shape,
  channels = 32,
  seed = 0,
}: {
  readonly shape: readonly number[]
  readonly channels?: number
  /** Which random rotation the convolution begins with. Default 0. */
  readonly seed?: number
}): Bijection {
  return compose(
    [
      actnorm({ shape }),
      convolution1x1({ shape, seed }),
      affineCoupling({ shape, conditioner: convolutional({ channels }) }),
    ],
    'Glow step',
  )
}

/**
 * Glow. Adapt it to a first batch before training: its actnorms begin there.
 *
 * @param options.levels how many scales there are. Default 1: latent states keep their shape; of more, they are vectors.
 */
export function glow({ shape, steps = 4, channels = 32, levels = 1 }: GlowOptions): Bijection {
  expectCount(steps, 'glow: steps')
  expectCount(levels, 'glow: levels')
  const level = (inside: readonly number[], first: number): Bijection[] =>
    Array.from({ length: steps }, (_, k) => glowStep({ shape: inside, channels, seed: first + k }))
  if (levels > 1)
    return multiScale({
      shape,
      levels,
      channels,
      level: (inside, k) => compose(level(inside, k * steps), 'Glow level'),
      name: 'Glow',
    })
  const squeezed = squeeze({ shape })
  return compose([squeezed, ...level(squeezed.latentShape, 0)], 'Glow')
}

export interface ImageRealNvpOptions extends Omit<GlowOptions, 'steps'> {
  /** Couplings of each kind in a level. Default 3. */
  readonly couplings?: number
}

/**
 * RealNVP for pictures: in each level couplings of the channels of squeezed pictures by alternating checkerboards, then by alternating
 * halves of the channels, each preceded by actnorm, which stands in for the paper's batch normalisation.
 */
export function imageRealNvp({
  shape,
  couplings = 3,
  channels = 32,
  levels = 2,
}: ImageRealNvpOptions): Bijection {
  expectCount(couplings, 'imageRealNvp: couplings')
  const conditioner = convolutional({ channels })
  const level = (inside: readonly number[]): Bijection =>
    compose(
      // A single place has no checkerboard.
      [...(inside[0]! * inside[1]! > 1 ? [checkerboardOfPlaces(inside)] : []), halves(inside)].flatMap(
        (first) =>
          Array.from({ length: couplings }, (_, k) => [
            actnorm({ shape: inside }),
            affineCoupling({ shape: inside, mask: k % 2 ? flipped(first) : first, conditioner }),
          ]).flat(),
      ),
      'RealNVP level',
    )
  return multiScale({ shape, levels, channels, level, name: 'RealNVP' })
}

function expectCount(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${what} must be a positive whole number, but is ${value}`)
}
