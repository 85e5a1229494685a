/**
 * Walks in numbers: all that is needed to take particles through a sampler whose model is a perceptron, and nothing about
 * models. Whoever can follow these numbers, in WebAssembly, in a worker or in one shader, samples from every such model.
 *
 * **Registers.** Each particle has registers of d numbers: the state x, which begins as the start; M slots of
 * evaluations, each a pair (u, y) of what the network was asked about and what it answered; and K fresh noises z. In all
 * R = 1 + 2M + K, in this order:
 *
 *   x, u_0, …, u_{M−1}, y_0, …, y_{M−1}, z_0, …, z_{K−1}.
 *
 * A sum over them is a row of R coefficients. A register whose coefficient is 0 is left out of the sum, even where it is not
 * finite or has never been written.
 *
 * **A step** k = 1, …, S, with its evaluations e = stepEnds[k−2], …, stepEnds[k−1] − 1 (from 0 in the first step):
 *
 *   z_0, …, z_{draws[k−1]−1}   fresh standard normals, as below
 *   for each e:   u ← at[e] · registers,   v ← input[e] u
 *                 y ← Σ_p share[p] F(v; row[p])   over the passes p = passEnds[e−1], …, passEnds[e] − 1
 *                 (u, y) go into the slot slot[e]
 *   x ← next[k−1] · registers
 *
 * u and y are written once y is complete, so that `at` may use what was in the slot before. Slots keep their values from
 * step to step: that is how multistep methods remember. Classifier-free guidance is two passes with shares 1 − γ and γ.
 *
 * **The network** with row r of its biases, of widths n_0 = d, n_1, …, n_L = d:
 *
 *   h_0 = v,   h_{l+1} = SiLU(h_l W_l + b_l(r)) for l < L − 1,   F = h_{L−1} W_{L−1} + b_{L−1}(r).
 *
 * At one time for all particles, what a network is told of the time, and of a common condition, only ever adds a constant
 * vector to each layer. So it is in the table of biases, which has a row for each time and condition: b_0(r), …, b_{L−1}(r)
 * one after another.
 *
 * **Noise.** Under the walk's key, component c of particle i's noise z_j in step k comes from the Philox block with the
 * counter (⌊c/4⌋, i, k, j), least significant word first: words 0 and 1 make components 0 and 1 of these four, words 2 and 3
 * the other two, as `random/particles.ts` says. So a particle's path depends neither on how many walk with it, nor on how they
 * are divided.
 */
import type * as tf from '@tensorflow/tfjs'

/** The numbers of a walk beside its network: typed arrays, ready to be copied anywhere. */
export interface WalkPlan {
  /** n_0, …, n_L; n_0 and n_L are both d. There may be no hidden layer: [d, d]. */
  readonly widths: readonly number[]
  /** M. May be 0 for a walk that asks nothing. */
  readonly slots: number
  /** K, the most noises that a step draws. */
  readonly fresh: number
  /** Of shape [S]: how many evaluations there are up to and with each step. */
  readonly stepEnds: Uint32Array
  /** Of shape [S]: how many noises each step draws. */
  readonly draws: Uint32Array
  /** Of shape [S, R]: the next state. */
  readonly next: Float32Array
  /** Of shape [E, R]: what the network is asked about. */
  readonly at: Float32Array
  /** c_in, of shape [E]. */
  readonly input: Float32Array
  /** Of shape [E]: where each evaluation is remembered. */
  readonly slot: Uint32Array
  /** Of shape [E]: how many passes through the network there are up to and with each evaluation, at least one in each. */
  readonly passEnds: Uint32Array
  /** Of shape [P]: the row of biases of each pass. */
  readonly row: Uint32Array
  /** Of shape [P]: what share of its output counts. */
  readonly share: Float32Array
}

/** A walk with its network, whose tensors are wherever tensors are. */
export interface Walk {
  readonly plan: WalkPlan
  /** W_0, …, W_{L−1}, of shapes [n_l, n_{l+1}]. They are the model's own: neither to be written nor to be disposed of. */
  readonly weights: readonly tf.Tensor2D[]
  /** Of shape [rows, n_1 + … + n_L]. Belongs to whoever made the walk, and is disposed of by them. */
  readonly biases: tf.Tensor2D
}

/** d, the length of a state. */
export function dimOf({ widths }: WalkPlan): number {
  return widths[0]!
}

/** S. */
export function stepsOf({ stepEnds }: WalkPlan): number {
  return stepEnds.length
}

/** R. */
export function registersOf({ slots, fresh }: Pick<WalkPlan, 'slots' | 'fresh'>): number {
  return 1 + 2 * slots + fresh
}

/** Where each kind of register starts in a row of coefficients. */
export function placesOf({ slots }: Pick<WalkPlan, 'slots'>): {
  readonly x: number
  readonly u: number
  readonly y: number
  readonly z: number
} {
  return { x: 0, u: 1, y: 1 + slots, z: 1 + 2 * slots }
}

/** Products and sums of one particle in the steps from `from` to `to`, in the network alone: what the walk costs. */
export function productsOf({ widths, stepEnds, passEnds }: WalkPlan, from: number, to: number): number {
  const passes = (step: number): number => {
    const evaluations = step > 0 ? stepEnds[step - 1]! : 0
    return evaluations > 0 ? passEnds[evaluations - 1]! : 0
  }
  const each = widths.slice(1).reduce((sum, width, l) => sum + width * widths[l]!, 0)
  return each * (passes(to) - passes(from))
}
