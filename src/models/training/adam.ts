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
import { adamUpdates, parameter, type AdamStep } from '../../tensor'
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
      const each = <T>(f: (name: string, value: tf.Variable) => T): [string, T][] =>
        Object.entries(params).map(([name, value]) => [name, f(name, value)])
      const moments = (): TrainableParams => Object.fromEntries(each((_, value) => zeros(value)))
      const [m, v] = [moments(), moments()]
      const tensors = Object.fromEntries(
        each((name) => [[`m/${name}`, m[name]!] as const, [`v/${name}`, v[name]!] as const]).flatMap(
          ([, both]) => both,
        ),
      )
      const next = (rate: number, ahead = 0): AdamStep => ({
        beta1,
        beta2,
        size: rate / (1 - beta1 ** (state.steps + ahead + 1)),
        correction: 1 / (1 - beta2 ** (state.steps + ahead + 1)),
        epsilon,
        keep: 1 - rate * decay,
      })
      const state: OptimizerState = {
        steps: 0,
        tensors,
        adam: { m, v, next },
        step(gradients: Gradients, rate: number): void {
          const numbers = next(rate)
          state.steps++
          adamUpdates(
            Object.entries(gradients).map(([name, gradient]) => ({
              theta: params[name]!,
              m: m[name]!,
              v: v[name]!,
              gradient,
            })),
            numbers,
          )
        },
        dispose: () => tf.dispose(tensors),
      }
      return state
    },
  }
}
