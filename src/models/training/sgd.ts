/**
 * Stochastic gradient descent, with momentum or without,
 *
 *   u ← μ u + g,   θ ← θ − rate · u.
 *
 * Polyak, "Some methods of speeding up the convergence of iteration methods", 1964,
 * https://doi.org/10.1016/0041-5553(64)90137-5
 */
import * as tf from '@tensorflow/tfjs'
import { parameter } from '../../tensor'
import { expectShare, type Optimizer, type OptimizerState } from './optimizer'

/** @param momentum μ, in [0, 1). Default 0. */
export function sgd({ momentum = 0 }: { momentum?: number } = {}): Optimizer {
  expectShare('sgd: momentum', momentum)
  return {
    name: 'sgd',
    start(params) {
      const velocities: Record<string, tf.Variable> = {}
      if (momentum > 0)
        for (const [name, value] of Object.entries(params))
          velocities[name] = tf.tidy(() => parameter(tf.zerosLike(value), false))
      const state: OptimizerState = {
        steps: 0,
        tensors: Object.fromEntries(Object.entries(velocities).map(([name, u]) => [`u/${name}`, u])),
        step(gradients, rate) {
          state.steps++
          for (const [name, g] of Object.entries(gradients))
            tf.tidy(() => {
              const [theta, u] = [params[name]!, velocities[name]]
              u?.assign(u.mul(momentum).add(g))
              theta.assign(theta.sub(tf.mul(u ?? g, rate)))
            })
        },
        dispose: () => tf.dispose(velocities),
      }
      return state
    },
  }
}
