/** Changes of a variable's numbers where they are: how often, which nothing else shows, and that nobody shares them. */
import * as tf from '@tensorflow/tfjs'

const revisions = new WeakMap<tf.Variable, number>()

/** Notes that the numbers of `variables` were changed in place; `assign`, which gives other memory, need not say so. */
export function revised(...variables: readonly tf.Variable[]): void {
  for (const variable of variables) revisions.set(variable, revisionOf(variable) + 1)
}

/** A number that grows with every change in place. */
export function revisionOf(variable: tf.Variable): number {
  return revisions.get(variable) ?? 0
}

/** Gives a variable memory of its own, since clones and variables made from one another share theirs. */
export function unshare(variable: tf.Variable): void {
  if (tf.backend().refCount(variable.dataId) > 1) tf.tidy(() => variable.assign(tf.mul(variable, 1)))
}
