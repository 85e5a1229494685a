/**
 * Adam: a step against the gradient, with every parameter's own scale,
 *
 *   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,
 *   θ ← θ − rate · (m̂ / (√v̂ + ε) + decay · θ),   m̂ = m / (1 − β₁ᵏ),   v̂ = v / (1 − β₂ᵏ),
 *
 * where decay = 0 is Adam itself and anything else AdamW.
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, https://arxiv.org/abs/1412.6980; Loshchilov and
 * Hutter, "Decoupled weight decay regularization", ICLR 2019, https://arxiv.org/abs/1711.05101
 */
import * as tf from '@tensorflow/tfjs'
import { adamUpdate, parameter } from '../../tensor'
import type { TrainableParams } from '../network'
import { expectShare, type Gradients, type Optimizer, type OptimizerState } from './optimizer'

export interface AdamOptions {
  /** β₁, in [0, 1). Default 0.9. */
  readonly beta1?: number
  /** β₂, in [0, 1). Default 0.999. */
  readonly beta2?: number
  /** ε, positive. Default 1e-8. */
  readonly epsilon?: number
}

export interface AdamWOptions extends AdamOptions {
  /** How much of the parameters a unit step takes away, not negative. Default 0.01. */
  readonly decay?: number
}

/** Adam. */
export function adam(options: AdamOptions = {}): Optimizer {
  return rule('adam', { ...options, decay: 0 })
}

/** Adam with decoupled weight decay. */
export function adamW(options: AdamWOptions = {}): Optimizer {
  return rule('adamW', options)
}

function rule(
  name: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0.01 }: AdamWOptions,
): Optimizer {
  expectShare(`${name}: beta1`, beta1)
  expectShare(`${name}: beta2`, beta2)
  if (!(epsilon > 0 && epsilon < Infinity))
    throw new RangeError(`${name}: epsilon must be positive, but is ${epsilon}`)
  if (!(decay >= 0 && decay < Infinity))
    throw new RangeError(`${name}: decay must not be negative, but is ${decay}`)

  return {
    name,
    start(params: TrainableParams): OptimizerState {
      const zeros = (value: tf.Tensor): tf.Variable => tf.tidy(() => parameter(tf.zerosLike(value), false))
      const moments = new Map(
        Object.entries(params).map(([name, value]) => [name, { m: zeros(value), v: zeros(value) }]),
      )
      const tensors = Object.fromEntries(
        [...moments].flatMap(([name, { m, v }]) => [
          [`m/${name}`, m],
          [`v/${name}`, v],
        ]),
      )
      const state: OptimizerState = {
        steps: 0,
        tensors,
        step(gradients: Gradients, rate: number): void {
          state.steps++
          const size = rate / (1 - beta1 ** state.steps)
          const keep = 1 - rate * decay
          const correction = 1 / (1 - beta2 ** state.steps)
          for (const [name, g] of Object.entries(gradients)) {
            const { m, v } = moments.get(name)!
            adamUpdate(params[name]!, m, v, g, { beta1, beta2, size, correction, epsilon, keep })
          }
        },
        dispose: () => tf.dispose(tensors),
      }
      return state
    },
  }
}
