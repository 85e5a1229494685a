/**
 * Right second derivatives for TensorFlow.js 4.22.
 *
 * Reverse mode records a tape of operations. An operation whose gradient needs its own output (tanh, sigmoid, exp, sqrt,
 * softmax, …) saves a copy of it, and TensorFlow.js records the copy *before* the operation. When that gradient is itself
 * differentiated, the search along the tape meets the copy before anything leads to it, takes it for a constant, and
 * leaves out every term through it, with no error. Recording the copy after the operation that made it mends all of
 * them, and every order, at once.
 *
 * A few more fail, with an error, because their gradients call operations that have no gradient of their own: comparisons
 * (through `where`, as in selu and logSumExp), whose gradient is zero, a fused kernel for elu, written out here, and
 * splitting into one piece.
 *
 * Two more are wrong in first derivatives: of maximum, minimum and squaredDifference there are none where one tensor is repeated
 * along the other, and where an operation makes several tensors, the tape holds the very list that the caller gets, so that
 * `tf.split(x, 2).reverse()` exchanges their gradients.
 */
import * as tf from '@tensorflow/tfjs'
import { imageGradients } from './imageGradients'

/** The part of the engine that is changed, which its types keep private. */
interface Recorder {
  readonly state: { readonly activeTape: TapeNode[] }
  addTapeNode(
    name: string,
    inputs: Readonly<Record<string, tf.Tensor>>,
    outputs: readonly tf.Tensor[],
    gradient: unknown,
    saved: readonly tf.Tensor[],
    attributes: unknown,
  ): void
}

interface TapeNode {
  readonly inputs: Readonly<Record<string, tf.Tensor>>
}

let done = false

/** Mends TensorFlow.js's gradients, for the whole program; a second call does nothing. */
export function correctSecondDerivatives(): void {
  if (done) return
  done = true
  recordCopiesLast(tf.engine() as unknown as Recorder)
  for (const config of imageGradients) tf.registerGradient(config)
  for (const name of COMPARISONS) tf.registerGradient(constant(name))
  tf.registerGradient(splitting)
  for (const config of PAIRS) tf.registerGradient(config)
  tf.registerGradient(exponentialUnit(tf.Elu, 1, 1))
  tf.registerGradient(exponentialUnit(tf.Selu, SELU_ALPHA, SELU_SCALE))
}

function recordCopiesLast(engine: Recorder): void {
  const record = engine.addTapeNode.bind(engine)
  engine.addTapeNode = (name, inputs, outputs, gradient, saved, attributes) => {
    const tape = engine.state.activeTape
    const made = new Set(outputs.map((output) => output.id))
    // The copies of what the operation saved are the latest records; those of its outputs go behind it.
    const copies = tape.splice(tape.length - Math.min(saved.length, tape.length))
    const ofOutput = (node: TapeNode): boolean =>
      Object.values(node.inputs).some((input) => made.has(input.id))
    tape.push(...copies.filter((node) => !ofOutput(node)))
    // The caller gets the list itself, and may turn it round.
    record(name, inputs, [...outputs], gradient, saved, attributes)
    tape.push(...copies.filter(ofOutput))
  }
}

const COMPARISONS = [
  ...[tf.Greater, tf.GreaterEqual, tf.Less, tf.LessEqual, tf.Equal, tf.NotEqual],
  ...[tf.LogicalAnd, tf.LogicalOr, tf.LogicalNot],
]

/** The gradient of what jumps but never slopes. */
function constant(kernelName: string): tf.GradConfig {
  const inputs = kernelName === tf.LogicalNot ? ['x'] : ['a', 'b']
  return {
    kernelName,
    inputsToSave: inputs,
    gradFunc: (_dy, saved) =>
      Object.fromEntries(inputs.map((input, i) => [input, () => tf.zeros(saved[i]!.shape, 'float32')])),
  }
}

/** TensorFlow.js's own takes the pieces for a list, and there is none where a tensor is split into one. */
const splitting: tf.GradConfig = {
  kernelName: tf.SplitV,
  gradFunc: (dy, _saved, attrs) => ({
    x: () => tf.concat(Array.isArray(dy) ? dy : [dy], (attrs as { axis: number }).axis),
  }),
}

/** The gradient of a function of two tensors of which one may be repeated along the other, by its slope in each. */
function ofPair(
  kernelName: string,
  inA: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  inB: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor]
      const along = (slope: typeof inA, { shape }: tf.Tensor) => {
        const all = tf.mul(dy as tf.Tensor, slope(a, b))
        const axes = tf.broadcast_util.getReductionAxes(shape, all.shape)
        return axes.length ? tf.reshape(tf.sum(all, axes), shape) : all
      }
      return { a: () => along(inA, a), b: () => along(inB, b) }
    },
  }
}

const when = (condition: tf.Tensor): tf.Tensor => tf.cast(condition, 'float32')

/** Of equal numbers, the slope is the first one's. */
const PAIRS: readonly tf.GradConfig[] = [
  ofPair(
    tf.Maximum,
    (a, b) => when(tf.greaterEqual(a, b)),
    (a, b) => when(tf.less(a, b)),
  ),
  ofPair(
    tf.Minimum,
    (a, b) => when(tf.lessEqual(a, b)),
    (a, b) => when(tf.greater(a, b)),
  ),
  ofPair(
    tf.SquaredDifference,
    (a, b) => tf.mul(tf.sub(a, b), 2),
    (a, b) => tf.mul(tf.sub(b, a), 2),
  ),
]

/** Klambauer et al., "Self-normalizing neural networks", 2017. */
const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

/** Of y = scale · (x where x > 0, else alpha (eˣ − 1)). The exponent is kept from overflowing where it is not used. */
function exponentialUnit(kernelName: string, alpha: number, scale: number): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({
      x: () => {
        const slope = tf.where(tf.greater(x!, 0), tf.onesLike(x!), tf.exp(tf.minimum(x!, 0)).mul(alpha))
        return tf.mul(dy as tf.Tensor, slope).mul(scale)
      },
    }),
  }
}
