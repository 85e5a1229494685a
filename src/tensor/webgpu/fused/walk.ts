/** Walks in numbers on WebGPU: many steps in one dispatch, by the shader in `walkShader.ts`. */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { WalkExecutor, WalkRun } from '../../fused'
import { dimOf, registersOf, type Walk } from '../../fused/walk'
import { poll } from '../../host'
import { Pace } from '../../pace'
import type { PhiloxKey } from '../../random/philox'
import { copy, submit } from '../commands'
import { dispatch, makeOutput, MOST_GROUPS } from '../dispatch'
import { warm } from '../pipelines'
import { written, type Places } from './plan'
import { tileOf, tooWide } from './tile'
import { walkShader, type WalkShader } from './walkShader'
import { packedWeights } from './weights'

/** Tiles that any device takes one step of at once. */
const FIRST_PORTION = 256

export const webGpuWalks: WalkExecutor = {
  name: () => 'WebGPU',
  refuses: ({ widths }) => tooWide(widths),
  begin: beginWalk,
}

/** @param mostGroups workgroups of a dispatch at most; they take what is more by turns. */
export async function beginWalk(
  walk: Walk,
  start: tf.Tensor2D,
  key: PhiloxKey,
  mostGroups = MOST_GROUPS,
): Promise<WalkRun> {
  const backend = tf.backend() as WebGPUBackend
  const shader = walkShader(walk.plan.widths)
  await warm(backend.device, [shader])
  return new WebGpuWalk(backend, shader, walk, start, key, mostGroups)
}

class WebGpuWalk implements WalkRun {
  #done = 0
  readonly #backend: WebGPUBackend
  readonly #shader: WalkShader
  readonly #walk: Walk
  readonly #key: PhiloxKey
  readonly #mostGroups: number
  readonly #particles: number
  readonly #places: Places
  /** Of shape [R + 1, n, d]. */
  readonly #registers: tf.TensorInfo
  readonly #plan: tf.TensorInfo
  readonly #weights: tf.Tensor1D
  readonly #pace = new Pace(FIRST_PORTION)

  constructor(
    backend: WebGPUBackend,
    shader: WalkShader,
    walk: Walk,
    start: tf.Tensor2D,
    key: PhiloxKey,
    mostGroups: number,
  ) {
    this.#backend = backend
    this.#shader = shader
    this.#walk = walk
    this.#key = key
    this.#mostGroups = mostGroups
    this.#particles = start.shape[0]
    const shape = [registersOf(walk.plan) + 1, start.shape[0], dimOf(walk.plan)]
    expectRoom(backend, shape)
    const { words, places } = written(walk.plan)
    this.#places = places
    this.#plan = backend.makeTensorInfo([words.length], 'int32', words)
    this.#weights = tf.keep(packedWeights(walk.weights))
    this.#registers = makeOutput(backend, shape)
    copy(backend, start, 0, this.#registers, 0, start.size)
  }

  get done(): number {
    return this.#done
  }

  async advance(to: number): Promise<void> {
    if (!this.#particles) {
      this.#done = to
      return
    }
    const tiles = Math.ceil(this.#particles / tileOf(this.#walk.plan.widths)!.rows)
    const last = Math.min(to, this.#done + Math.max(1, Math.floor(this.#pace.portion / tiles)))
    // Where one step of all particles is too much at once, they take it in turns.
    for (let tile = 0; tile < tiles;) {
      const end = Math.min(tiles, tile + (last > this.#done + 1 ? tiles : this.#pace.portion))
      const started = performance.now()
      this.#dispatch(tile, end, last)
      await this.#backend.queue.onSubmittedWorkDone()
      this.#pace.took((end - tile) * (last - this.#done), performance.now() - started)
      tile = end
      if (tile < tiles) poll()
    }
    this.#done = last
  }

  #dispatch(firstTile: number, endTile: number, to: number): void {
    const { plan, biases } = this.#walk
    dispatch(
      this.#backend,
      this.#shader,
      { registers: this.#registers, weights: this.#weights, biases, plan: this.#plan },
      {
        ...this.#places,
        particles: this.#particles,
        firstTile,
        endTile,
        firstStep: this.#done,
        endStep: to,
        key0: this.#key[0],
        key1: this.#key[1],
        registers: registersOf(plan),
        slots: plan.slots,
      },
      [Math.min(endTile - firstTile, this.#mostGroups)],
    )
    submit(this.#backend)
  }

  state(): tf.Tensor2D {
    const out = makeOutput(this.#backend, [this.#particles, dimOf(this.#walk.plan)])
    copy(this.#backend, this.#registers, 0, out, 0, tf.util.sizeFromShape(out.shape))
    return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor2D
  }

  dispose(): void {
    this.#weights.dispose()
    for (const { dataId } of [this.#registers, this.#plan]) this.#backend.disposeData(dataId)
  }
}

/** @throws RangeError where the registers are larger than a buffer of this device may be. */
function expectRoom({ device: { limits } }: WebGPUBackend, shape: readonly number[]): void {
  const bytes = 4 * shape.reduce((product, size) => product * size, 1)
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)
  if (bytes > most)
    throw new RangeError(
      `sampling ${shape[1]} particles at once needs a buffer of ${bytes} bytes, and this GPU has ${most} at most: sample fewer at a time`,
    )
}
