/**
 * Reverse-mode differentiation, faster.
 *
 * TensorFlow.js 4.22 finds the operations that lead from the parameters to the loss with objects whose keys are the tensors'
 * ever larger numbers, and asks them once a parameter for every input of every operation. In a training step of a
 * small network that takes as long as its products. Here is the same, with sets.
 */
import * as tf from '@tensorflow/tfjs'

interface TapeNode {
  readonly kernelName: string
  readonly inputs: Readonly<Record<string, tf.Tensor>>
  readonly outputs: readonly tf.Tensor[]
  readonly saved: readonly tf.Tensor[]
  readonly gradient?: (dys: readonly (tf.Tensor | null)[]) => Readonly<Record<string, () => tf.Tensor>>
}

/** An operation on the way from x to y, and which of its inputs depend on x. */
interface Step {
  readonly node: TapeNode
  readonly inputs: readonly string[]
}

/** The part of the engine that is changed or used, which its types keep private. */
interface Differentiator {
  readonly state: { activeTape: TapeNode[] | null; readonly gradientDepth: number }
  startTape(): void
  endTape(): void
  scopedRun<T>(start: () => void, end: () => void, f: () => T): T
  tidy<T>(name: string, f: () => T): T
  gradients(
    f: () => tf.Tensor,
    xs: readonly tf.Tensor[],
    dy?: tf.Tensor | null,
    allowNoGradients?: boolean,
  ): { value: tf.Tensor; grads: tf.Tensor[] }
}

/** What derivatives are being recorded in, for each record under way. */
const recording: (readonly tf.Tensor[])[] = []

/** Whether derivatives are being recorded, and only first ones: nobody differentiates the result of this differentiation. */
export function recordsFirstDerivatives(): boolean {
  return recording.length === 1 && (tf.engine() as unknown as Differentiator).state.gradientDepth === 1
}

/** Whether a tensor may depend on what derivatives are being recorded in: it is among that, or was made since. */
export function isDifferentiated({ id }: tf.Tensor): boolean {
  const { activeTape } = (tf.engine() as unknown as Differentiator).state
  return (
    recording.some((xs) => xs.some((x) => x.id === id)) ||
    (activeTape ?? []).some(({ outputs }) => outputs.some((output) => output.id === id))
  )
}

let done = false

/** Puts ours in the place of TensorFlow.js's differentiation, for the whole program; a second call does nothing. */
export function fasterDifferentiation(): void {
  if (done) return
  done = true
  const engine = tf.engine() as unknown as Differentiator
  engine.gradients = (f, xs, dy, allowNoGradients = false) => {
    tf.util.assert(xs.length > 0, () => 'gradients() received an empty list of xs.')
    if (dy && dy.dtype !== 'float32') throw new Error(`dy must have 'float32' dtype, but has '${dy.dtype}'`)
    try {
      const y = engine.scopedRun(
        () => {
          engine.startTape()
          recording.push(xs)
        },
        () => {
          recording.pop()
          engine.endTape()
        },
        () => engine.tidy('forward', f),
      )
      tf.util.assert(y instanceof tf.Tensor, () => 'The result y returned by f() must be a tensor.')
      const steps = stepsBetween(engine.state.activeTape!, xs, y)
      if (!allowNoGradients && !steps.length)
        throw new Error(
          'Cannot compute gradient of y=f(x) with respect to x. Make sure that the f you passed encloses all operations ' +
            'that lead from x to y.',
        )
      return engine.tidy('backward', () => {
        const gradients = new Map([[y.id, dy ?? tf.ones(y.shape)]])
        for (let i = steps.length - 1; i >= 0; i--) goBack(steps[i]!, gradients)
        return { value: y, grads: xs.map((x) => gradients.get(x.id)!) }
      })
    } finally {
      // What was saved on the way belongs to the tape, and goes with it: also where something failed, such as for want of memory.
      if (engine.state.gradientDepth === 0) {
        for (const { saved } of engine.state.activeTape ?? []) for (const tensor of saved) tensor.dispose()
        engine.state.activeTape = null
      }
    }
  }
}

/** The operations that lead from any of `xs` to `y`, in the order in which they were done. */
function stepsBetween(tape: readonly TapeNode[], xs: readonly tf.Tensor[], y: tf.Tensor): Step[] {
  const fromX = new Set(xs.map(({ id }) => id))
  const dependent = tape.filter(({ inputs, outputs }) => {
    for (const name in inputs)
      if (fromX.has(inputs[name]!.id)) {
        for (const { id } of outputs) fromX.add(id)
        return true
      }
    return false
  })
  const toY = new Set([y.id])
  const steps: Step[] = []
  // What leads to y may do so through operations that do not depend on x; nothing that does depends on those.
  for (let i = dependent.length - 1; i >= 0; i--) {
    const node = dependent[i]!
    if (!node.outputs.some(({ id }) => toY.has(id))) continue
    const inputs = Object.keys(node.inputs).filter((name) => fromX.has(node.inputs[name]!.id))
    for (const name of inputs) toY.add(node.inputs[name]!.id)
    steps.push({ node, inputs })
  }
  return steps.reverse()
}

/** Adds to the gradients of a step's inputs what comes through it from those of its outputs. */
function goBack({ node, inputs }: Step, gradients: Map<number, tf.Tensor>): void {
  if (!node.gradient)
    throw new Error(`Cannot compute gradient: gradient function not found for ${node.kernelName}.`)
  const ofInputs = node.gradient(node.outputs.map(({ id }) => gradients.get(id) ?? null))
  for (const name of inputs) {
    const gradient = ofInputs[name]
    if (!gradient)
      throw new Error(
        `Cannot backprop through input ${name}. Available gradients found: ${Object.keys(ofInputs).join(',')}.`,
      )
    const x = node.inputs[name]!
    const dx = tf.tidy(gradient)
    if (dx.dtype !== 'float32' || !tf.util.arraysEqual(dx.shape, x.shape))
      throw new Error(
        `Error in gradient for op ${node.kernelName}. The gradient of input '${name}' of shape '${x.shape.join(',')}' ` +
          `has dtype '${dx.dtype}' and shape '${dx.shape.join(',')}'`,
      )
    const before = gradients.get(x.id)
    if (before) {
      gradients.set(x.id, tf.add(before, dx))
      before.dispose()
    } else gradients.set(x.id, dx)
  }
}
