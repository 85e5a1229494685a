/** One of every kind of bijection, with parameters far from where they begin, and plain double arithmetic to test with. */
import * as tf from '@tensorflow/tfjs'
import { mlp } from '../../../src/models/mlp'
import {
  bases,
  bijections,
  glow,
  imageRealNvp,
  nice,
  perceptron,
  realNvp,
  residualFlow,
  splineFlow,
  type Bijection,
  type Density,
} from '../../../src/models/flows'
import type { Params } from '../../../src/models/network'
import { RandomStream } from '../../../src/tensor'

export interface Case {
  readonly name: string
  readonly make: () => Bijection
  /** Data are spread over the plane unless they must lie in (0, 1). */
  readonly inside?: boolean
  /** How far its parameters are moved: less where many layers would make it stretch by orders of magnitude. */
  readonly by?: number
  /** Of the differences that gradients are compared with: less where a score jumps, at the knots of a spline. */
  readonly step?: number
  /** Where its density lives. Default [−14, 14]: flows stretch. */
  readonly box?: readonly [number, number]
  /** The base that makes it a density. */
  readonly base?: Density
}

const hidden = [8, 8]
const network = () => mlp({ dim: 2, hidden: [8], embedding: 4 })

/** Bijections of the plane. */
export const plane: readonly Case[] = [
  { name: 'scaling', make: () => bijections.scaling({ dim: 2 }) },
  { name: 'affine', make: () => bijections.affine({ dim: 2 }) },
  { name: 'linear', make: () => bijections.linear({ dim: 2 }) },
  { name: 'triangular', make: () => bijections.triangular({ dim: 2 }) },
  { name: 'autoregressive', make: () => bijections.autoregressive({ dim: 2, hidden }) },
  { name: 'actnorm', make: () => bijections.actnorm({ dim: 2 }) },
  { name: 'permutation', make: () => bijections.permutation({ dim: 2 }) },
  { name: 'additive coupling', make: () => bijections.additiveCoupling({ dim: 2, hidden }) },
  { name: 'affine coupling', make: () => bijections.affineCoupling({ dim: 2, hidden }) },
  {
    name: 'spline coupling',
    make: () => bijections.splineCoupling({ dim: 2, hidden, bins: 3 }),
    by: 0.15,
    step: 0.004,
    box: [-7, 7],
  },
  {
    name: 'logistic mixture coupling',
    // By a mask; the couplings above are by halves, which do without one.
    make: () => bijections.logisticMixtureCoupling({ dim: 2, mask: [1, 0], hidden, components: 3 }),
  },
  { name: 'NICE', make: () => nice({ dim: 2, couplings: 3, hidden }) },
  { name: 'RealNVP', make: () => realNvp({ dim: 2, couplings: 3, hidden }) },
  {
    name: 'spline flow',
    make: () => splineFlow({ dim: 2, couplings: 2, hidden, bins: 4 }),
    step: 0.004,
    box: [-7, 7],
  },
  { name: 'planar', make: () => bijections.planar({ dim: 2 }) },
  { name: 'residual block', make: () => bijections.residual({ dim: 2, hidden }) },
  { name: 'residual flow', make: () => residualFlow({ dim: 2, blocks: 2, hidden: [8], lipschitz: 0.7 }) },
  { name: 'continuous flow, RK4', make: () => bijections.continuous({ network: network(), steps: 16 }) },
  {
    name: 'continuous flow, RK45',
    make: () => bijections.continuous({ network: network(), tolerance: 1e-5 }),
  },
  { name: 'inverse of a planar flow', make: () => bijections.inverted(bijections.planar({ dim: 2 })) },
  { name: 'tanh', make: () => bijections.tanh({ dim: 2 }), base: bases.uniform({ dim: 2, from: -1, to: 1 }) },
  { name: 'sigmoid', make: () => bijections.sigmoid({ dim: 2 }), base: bases.uniform({ dim: 2 }) },
  {
    name: 'logit',
    make: () => bijections.logit({ dim: 2 }),
    inside: true,
    box: [0, 1],
    base: bases.logistic({ dim: 2 }),
  },
]

/** Bijections of states of other shapes. */
export const shaped: readonly Case[] = [
  { name: 'linear on five numbers', make: () => bijections.linear({ dim: 5, seed: 3 }) },
  { name: 'triangular on five numbers', make: () => bijections.triangular({ dim: 5 }) },
  { name: 'autoregressive on five numbers', make: () => bijections.autoregressive({ dim: 5, hidden }) },
  {
    name: 'RealNVP on a board',
    make: () => realNvp({ shape: [3, 3], couplings: 2, hidden, mask: 'checkerboard' }),
  },
  {
    name: 'spline flow on five numbers',
    make: () => splineFlow({ dim: 5, couplings: 2, hidden, bins: 4 }),
    by: 0.15,
    step: 0.004,
  },
  { name: 'residual block on [2, 3]', make: () => bijections.residual({ shape: [2, 3], hidden }) },
  { name: 'actnorm on [2, 2, 3]', make: () => bijections.actnorm({ shape: [2, 2, 3] }) },
  { name: '1 × 1 convolution', make: () => bijections.convolution1x1({ shape: [2, 3, 4] }) },
  { name: 'squeeze', make: () => bijections.squeeze({ shape: [4, 2, 3] }) },
  { name: 'Glow', make: () => glow({ shape: [4, 4, 2], steps: 2, channels: 5 }), by: 0.1 },
  {
    name: 'Glow in two levels',
    make: () => glow({ shape: [4, 4, 1], steps: 1, channels: 4, levels: 2 }),
    by: 0.1,
  },
  {
    name: 'RealNVP of pictures in two levels',
    make: () => imageRealNvp({ shape: [4, 4, 1], couplings: 1, channels: 3 }),
    by: 0.1,
  },
  {
    name: 'NICE with a perceptron of its own',
    make: () => nice({ dim: 4, couplings: 2, conditioner: perceptron({ hidden: [6] }) }),
  },
]

/** Parameters near their first values, but not at them: last layers begin at zero. */
export function moved(bijection: Bijection, by = 0.3, seed = 1): Params {
  const stream = new RandomStream(seed, bijection.name)
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(bijection.initial(stream)).map(([name, value]) => [
        name,
        value.add(stream.normalTensor(value.shape).mul(by)),
      ]),
    ),
  )
}

/** States for a bijection: normal, or in (0, 1). */
export function states({ inside }: Case, shape: readonly number[], n: number, seed = 2): tf.Tensor {
  const stream = new RandomStream(seed, 'states')
  return inside ? stream.uniformTensor([n, ...shape], 0.05, 0.95) : stream.normalTensor([n, ...shape])
}

/** log |det| of a d × d matrix, by elimination with partial pivoting in doubles. */
export function logAbsDet(matrix: readonly (readonly number[])[]): number {
  const a = matrix.map((row) => [...row])
  let sum = 0
  for (let k = 0; k < a.length; k++) {
    let best = k
    for (let i = k; i < a.length; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[best]![k]!)) best = i
    ;[a[k], a[best]] = [a[best]!, a[k]!]
    sum += Math.log(Math.abs(a[k]![k]!))
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i]![k]! / a[k]![k]!
      for (let j = k; j < a.length; j++) a[i]![j]! -= factor * a[k]![j]!
    }
  }
  return sum
}
