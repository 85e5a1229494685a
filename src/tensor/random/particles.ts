/**
 * Noise for particles that walk: what one of them meets depends on which one it is, and on nothing else about the others,
 * neither on how many there are nor on how they are divided among threads.
 *
 * A walk takes one block from a stream. Its first two words are the walk's key, under which component c of particle i's
 * draw number j in step k is made of the Philox block with the counter
 *
 *   (⌊c/4⌋, i, k, j),   least significant word first:
 *
 * words 0 and 1 make the components 4⌊c/4⌋ and 4⌊c/4⌋ + 1, words 2 and 3 the next two, as `RandomStream` makes a pair of
 * normals from two words. Step 0 is the walk's start, x_T. The block's other two words are the key of a plain stream for
 * whatever else a step draws.
 */
import * as tf from '@tensorflow/tfjs'
import { wasmParticleNormals } from '../wasm/random'
import { webGpuParticleNormals } from '../webgpu/particles'
import { philox, type PhiloxKey } from './philox'
import { normalsOf, RandomStream } from './stream'

/** The stream of one walk, which knows the particles that draw from it. */
export class ParticleStream extends RandomStream {
  /** What the particles' normals are drawn under; undefined where the parent's normals are its own affair. */
  readonly walkKey: PhiloxKey | undefined
  /** How many numbers a particle has. */
  readonly size: number
  readonly #parent: RandomStream
  #step = 0
  #draws = 0

  /**
   * @param parent gives one block. Where it is of a class of its own that says what normals are, such as a test's, it keeps
   * the say.
   * @param size how many numbers a particle has.
   */
  constructor(parent: RandomStream, size: number) {
    const scripted = parent.normal !== RandomStream.prototype.normal && !(parent instanceof ParticleStream)
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = scripted ? [] : parent.words(4)
    super(parent.seed ?? 0, parent.name, [k2, k3])
    this.walkKey = scripted ? undefined : [k0, k1]
    this.size = size
    this.#parent = parent
  }

  /** Whether a step has begun. */
  get begun(): boolean {
    return this.#step > 0
  }

  /** The step whose noise is drawn from now on; 0 is the start. */
  begin(step: number): void {
    this.#step = step
    this.#draws = 0
  }

  override words(n: number): Uint32Array {
    return this.walkKey ? super.words(n) : this.#parent.words(n)
  }

  /** Where `n` numbers make up whole particles, their next draw; plain normals elsewhere. */
  override normal(n: number): Float64Array {
    if (!this.walkKey) return this.#parent.normal(n)
    if (!this.size || n % this.size !== 0) return super.normal(n)
    return particleNormals(this.walkKey, n / this.size, this.size, this.#step, this.#draws++)
  }

  /** For a shape [n, …] whose rows are particles, their next draw; plain normals elsewhere. */
  override normalTensor<R extends tf.Rank = tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
    if (!this.walkKey) return this.#parent.normalTensor(shape)
    const rowSize = tf.util.sizeFromShape((shape as number[]).slice(1))
    if (!this.size || shape.length < 2 || rowSize !== this.size) return super.normalTensor(shape)
    const draw = this.#draws++
    const which = [shape, this.size, this.walkKey, this.#step, draw] as const
    const made = wasmParticleNormals(...which) ?? webGpuParticleNormals(...which)
    if (made) return made as tf.Tensor<R>
    const values = particleNormals(this.walkKey, shape[0], this.size, this.#step, draw)
    return tf.tensor(Float32Array.from(values), shape, 'float32')
  }
}

/**
 * The stream for the particles of a walk that is to draw from `stream`: itself where a start was drawn from it for just such
 * particles and no step has begun; elsewhere a new one.
 *
 * @param size how many numbers a particle has.
 */
export function particlesOf(stream: RandomStream, size: number): ParticleStream {
  if (stream instanceof ParticleStream && !stream.begun && stream.size === size) return stream
  return new ParticleStream(stream, size)
}

/**
 * Draw number `draw` of a step, in double precision.
 *
 * @param n particles, from the first on.
 * @param size how many numbers each of them has.
 * @returns row after row.
 */
export function particleNormals(
  key: PhiloxKey,
  n: number,
  size: number,
  step: number,
  draw: number,
): Float64Array {
  const blocks = Math.ceil(size / 4)
  const words = new Uint32Array(4 * blocks)
  const normals = new Float64Array(n * size)
  for (let i = 0; i < n; i++) {
    for (let block = 0; block < blocks; block++) philox(key, [block, i, step, draw], words, 4 * block)
    normals.set(normalsOf(words).subarray(0, size), i * size)
  }
  return normals
}
