/** How often a variable's numbers were changed where they are, which nothing else shows: its memory stays the same. */
import type * as tf from '@tensorflow/tfjs'

const revisions = new WeakMap<tf.Variable, number>()

/** Notes that the numbers of `variables` were changed in place; `assign`, which gives other memory, need not say so. */
export function revised(...variables: readonly tf.Variable[]): void {
  for (const variable of variables) revisions.set(variable, revisionOf(variable) + 1)
}

/** A number that grows with every change in place. */
export function revisionOf(variable: tf.Variable): number {
  return revisions.get(variable) ?? 0
}
