/** Follows walks in numbers on WASM: tiles of particles stay in the cache for as many steps as a tenth of a second allows. */
import * as tf from '@tensorflow/tfjs'
import { registerWalks, type WalkExecutor, type WalkRun } from '../fused'
import { dimOf, productsOf, type Walk } from '../fused/walk'
import type { PhiloxKey } from '../random/philox'
import { ParticleWalk } from './walk'
import { workshop } from './workshop'

/** How long a call may take, in milliseconds: Stop is looked at between calls. */
const CALL = 80
/** Products and sums in a millisecond that any machine does, to begin with. */
const SLOWEST = 2e6

/** Enters the executor for WASM. */
export function registerWasmWalks(): void {
  registerWalks('wasm', () => {
    const build = workshop()?.build
    return build && executor(build === 'relaxed' ? 'WASM SIMD (relaxed)' : 'WASM SIMD')
  })
}

function executor(name: string): WalkExecutor {
  return { name: () => name, refuses: () => undefined, begin }
}

function begin({ plan, weights, biases }: Walk, start: tf.Tensor2D, key: PhiloxKey): WalkRun {
  const kernels = workshop()
  if (!kernels) throw new Error('The walk was planned for WASM, which is no longer in use.')
  const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>()
  const numbers = { plan, weights: weights.map(read), biases: read(biases), key }
  const n = start.shape[0]
  const walk = new ParticleWalk(kernels, numbers, read(start))
  let rate = SLOWEST
  return {
    get done() {
      return walk.done
    },
    advance(to) {
      const from = walk.done
      let next = from + 1
      while (next < to && n * productsOf(plan, from, next + 1) <= rate * CALL) next++
      const began = performance.now()
      walk.advance(next)
      const took = performance.now() - began
      if (took > 1) rate = (n * productsOf(plan, from, next)) / took
      return Promise.resolve()
    },
    state: () => tf.tensor2d(walk.states(), [n, dimOf(plan)]),
    dispose: () => walk.dispose(),
  }
}
