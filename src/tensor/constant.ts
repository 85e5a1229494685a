/**
 * What is computed inside a loss but is no part of its derivative, such as samples of the model.
 *
 * TensorFlow.js records every operation while a gradient is taken. What is made here is not recorded, so that the gradient
 * neither flows through it nor pays for it; gradients may be taken inside all the same.
 */
import * as tf from '@tensorflow/tfjs'

interface Tape {
  readonly state: { activeTape: unknown; gradientDepth: number }
}

/** @returns what `f` returns, as a constant. */
export function constant<T>(f: () => T): T {
  const { state } = tf.engine() as unknown as Tape
  const { activeTape, gradientDepth } = state
  state.activeTape = null
  state.gradientDepth = 0
  try {
    return f()
  } finally {
    state.activeTape = activeTape
    state.gradientDepth = gradientDepth
  }
}
