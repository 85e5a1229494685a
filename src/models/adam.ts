/**
 * Adam: a step against the gradient, with every parameter's own scale,
 *
 *   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,
 *   θ ← θ − rate · m̂ / (√v̂ + 10⁻⁸),   m̂ = m / (1 − β₁ᵏ),   v̂ = v / (1 − β₂ᵏ).
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, https://arxiv.org/abs/1412.6980
 */
import * as tf from '@tensorflow/tfjs'
import { parameter } from '../tensor'
import type { TrainableParams } from './network'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

export class Adam {
  readonly params: TrainableParams
  readonly moments: ReadonlyMap<string, { readonly m: tf.Variable; readonly v: tf.Variable }>
  steps = 0

  constructor(params: TrainableParams) {
    this.params = params
    const zeros = (value: tf.Tensor): tf.Variable => tf.tidy(() => parameter(tf.zerosLike(value), false))
    this.moments = new Map(
      Object.entries(params).map(([name, value]) => [name, { m: zeros(value), v: zeros(value) }]),
    )
  }

  /** One step in place. @param gradients by the names of the parameters; what has none stays as it is. */
  step(gradients: Readonly<Record<string, tf.Tensor>>, rate: number): void {
    this.steps++
    const size = rate / (1 - BETA1 ** this.steps)
    const correction = 1 / (1 - BETA2 ** this.steps)
    for (const [name, g] of Object.entries(gradients)) {
      const { m, v } = this.moments.get(name)!
      const theta = this.params[name]!
      tf.tidy(() => {
        m.assign(m.mul(BETA1).add(g.mul(1 - BETA1)))
        v.assign(v.mul(BETA2).add(g.square().mul(1 - BETA2)))
        theta.assign(theta.sub(m.mul(size).div(v.mul(correction).sqrt().add(EPSILON))))
      })
    }
  }

  dispose(): void {
    for (const { m, v } of this.moments.values()) tf.dispose([m, v])
  }
}
