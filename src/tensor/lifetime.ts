/**
 * Frees tensors that nothing can use any more.
 *
 * Every tensor that is made is entered in a ledger. When a cell ends, the session's values are walked, and what the walk
 * does not meet is disposed of. A walk cannot see into a closure's variables, a promise, a generator or a private field:
 * once it has met one of those, tensors it did not meet may still be in use, so they are left to JavaScript's garbage
 * collector, and their memory follows when it finds them unused.
 */
import * as tf from '@tensorflow/tfjs'
import { reach } from './walk'

/** The part of the engine that is watched, which its types keep private. */
interface Engine {
  trackTensor: (this: unknown, tensor: tf.Tensor, backend: unknown) => void
  disposeTensor: (this: unknown, tensor: Description) => void
}

/** All that the engine needs to free a tensor's memory when the tensor itself is gone. */
interface Description {
  readonly dataId: object
  readonly dtype: tf.DataType
  readonly size: number
}

export interface Memory {
  /** Live tensors. */
  readonly tensors: number
  /** Bytes that their values take. */
  readonly bytes: number
}

export interface EndOptions {
  /** Where something unseen is under way, such as an unfinished asynchronous function: disposes of nothing at once. */
  readonly uncertain?: boolean
}

export class TensorLedger {
  /** Tensors not yet judged, and tensors that the last walk met. */
  readonly #entered = new Set<tf.Tensor>()
  /** Tensors in the care of the garbage collector. */
  readonly #uncertain = new Map<number, WeakRef<tf.Tensor>>()
  readonly #collected: FinalizationRegistry<Description & { readonly id: number }>
  readonly #engine: Engine
  readonly #own: Engine
  #recording = false

  constructor() {
    this.#engine = tf.engine() as unknown as Engine
    this.#own = { trackTensor: this.#engine.trackTensor, disposeTensor: this.#engine.disposeTensor }
    this.#collected = new FinalizationRegistry(({ id, ...description }) => {
      this.#uncertain.delete(id)
      this.#own.disposeTensor.call(this.#engine, description)
    })
  }

  /** Enters every tensor made from here on; a second call does nothing. */
  begin(): void {
    if (this.#recording) return
    this.#recording = true
    this.#engine.trackTensor = (tensor, backend) => {
      this.#own.trackTensor.call(this.#engine, tensor, backend)
      this.#entered.add(tensor)
    }
    this.#engine.disposeTensor = (tensor) => {
      this.#own.disposeTensor.call(this.#engine, tensor)
      this.#forget(tensor as tf.Tensor)
    }
  }

  /**
   * Disposes of every entered tensor that `roots` do not lead to, or leaves it to the garbage collector where something
   * that can hide tensors was met on the way.
   *
   * @param roots the session's values, and whatever else is in use.
   * @param isOpaque whether an object, or the objects of a class, can hide tensors: a closure over local variables, a
   * class with private members.
   */
  end(
    roots: Iterable<unknown>,
    isOpaque: (object: object) => boolean = () => false,
    { uncertain = false }: EndOptions = {},
  ): void {
    const { tensors, complete } = reach(roots, isOpaque)
    const unmet = this.#all().filter((tensor) => !tensors.has(tensor))
    if (complete && !uncertain && underway === 0) tf.dispose(unmet)
    else for (const tensor of unmet) this.#leave(tensor)
  }

  /** Every live tensor that was entered. */
  tensors(): readonly tf.Tensor[] {
    return this.#all()
  }

  /** Live tensors and their bytes, of the whole program. */
  memory(): Memory {
    const { numTensors, numBytes } = tf.memory()
    return { tensors: numTensors, bytes: numBytes }
  }

  /** Enters no more tensors, and lets go of those entered without disposing of them. */
  close(): void {
    if (this.#recording) Object.assign(this.#engine, this.#own)
    this.#recording = false
    for (const tensor of this.#all()) this.#forget(tensor)
  }

  #all(): tf.Tensor[] {
    const uncertain = [...this.#uncertain.values()].flatMap((reference) => reference.deref() ?? [])
    return [...this.#entered, ...uncertain]
  }

  #forget(tensor: tf.Tensor): void {
    this.#entered.delete(tensor)
    if (this.#uncertain.delete(tensor.id)) this.#collected.unregister(tensor)
  }

  #leave(tensor: tf.Tensor): void {
    // TensorFlow.js's own register keeps a variable for ever, and gives it to optimizers: only a complete walk frees it.
    if (!this.#entered.has(tensor) || isRegistered(tensor)) return
    this.#entered.delete(tensor)
    this.#uncertain.set(tensor.id, new WeakRef(tensor))
    const { id, dataId, dtype, size } = tensor
    this.#collected.register(tensor, { id, dataId, dtype, size }, tensor)
  }
}

let underway = 0

/**
 * Runs an asynchronous computation that keeps tensors where no walk can see them: while it lasts, and a cell that did not
 * wait for it ends, nothing is disposed of that it may need.
 */
export async function keepingTensors<T>(work: () => Promise<T>): Promise<T> {
  underway++
  try {
    return await work()
  } finally {
    underway--
  }
}

function isRegistered(tensor: tf.Tensor): boolean {
  return tf.engine().registeredVariables[(tensor as tf.Variable).name] === tensor
}

/**
 * A variable that only its owner knows: unlike `tf.variable`, TensorFlow.js does not register it, so that it is freed
 * with its model, and optimizers that are given no list do not train it.
 *
 * @param value its first value, which stays the caller's.
 */
export function parameter<R extends tf.Rank>(value: tf.Tensor<R>, trainable = true): tf.Variable<R> {
  const variable = tf.variable(value, trainable)
  delete tf.engine().registeredVariables[variable.name]
  return variable
}
