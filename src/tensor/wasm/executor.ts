/** Follows walks in numbers on WASM: tiles of particles stay in the cache for as many steps as a tenth of a second allows. */
import * as tf from '@tensorflow/tfjs'
import { registerWalks, type WalkExecutor, type WalkRun } from '../fused'
import { dimOf, productsOf, stepsOf, type Walk, type WalkPlan } from '../fused/walk'
import { breathe } from '../host'
import type { PhiloxKey } from '../random/philox'
import { tellFused } from '../paths'
import { sessionWorkers, threadCount, workerProblem } from '../workers'
import { shareWalk, type Walking } from '../workers/sharedWalk'
import type { WasmBuild } from './native'
import { ParticleWalk, type WalkNumbers, type Workshop } from './walk'
import { workshop } from './workshop'

/** How long a call may take, in milliseconds: Stop is looked at between calls. */
const CALL = 80
/** Products and sums in a millisecond that any machine does, to begin with. */
const SLOWEST = 2e6
/** Products and sums that are worth another thread: some ten milliseconds. */
const WORTH_SHARING = 1e8

/** Enters the executor for WASM. */
export function registerWasmWalks(): void {
  registerWalks('wasm', () => {
    const build = workshop()?.build
    return build && executor(build)
  })
}

function executor(build: WasmBuild): WalkExecutor {
  const simd = build === 'relaxed' ? 'WASM SIMD (relaxed)' : 'WASM SIMD'
  const name: WalkExecutor['name'] = (plan, particles) => {
    const threads = worthSharing(plan, particles) ? threadCount() : 1
    const problem = workerProblem()
    return [simd, ...(threads > 1 ? [`${threads} threads`] : []), ...(problem ? [problem] : [])].join(', ')
  }
  return {
    name,
    refuses: () => undefined,
    begin: async (walk, start, key) => {
      const known = workerProblem()
      const run = await begin(walk, start, key)
      return {
        ...run,
        get done() {
          return run.done
        },
        dispose() {
          run.dispose()
          // It went on with fewer threads than was told when it began.
          if (workerProblem() !== known) tellFused('sampling', name(walk.plan, start.shape[0]))
        },
      }
    },
  }
}

function worthSharing(plan: WalkPlan, particles: number): boolean {
  return particles * productsOf(plan, 0, stepsOf(plan)) >= WORTH_SHARING
}

async function begin({ plan, weights, biases }: Walk, start: tf.Tensor2D, key: PhiloxKey): Promise<WalkRun> {
  const kernels = workshop()
  if (!kernels) throw new Error('The walk was planned for WASM, which is no longer in use.')
  const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>()
  const numbers = { plan, weights: weights.map(read), biases: read(biases), key }
  const [n, d] = [start.shape[0], dimOf(plan)]
  const states = read(start)
  const pool = worthSharing(plan, n) ? await sessionWorkers(kernels.build) : undefined
  const walk = pool ? shareWalk(pool, numbers, states, SLOWEST) : ownWalk(kernels, numbers, states)
  return {
    get done() {
      return walk.done
    },
    advance: async (to) => walk.advance(to),
    state: () => tf.tensor2d(walk.states(), [n, d]),
    dispose: () => walk.dispose(),
  }
}

/** A walk on the memory of the tensors, by this thread alone. */
function ownWalk(kernels: Workshop, numbers: WalkNumbers, start: Float32Array): Walking {
  const { plan } = numbers
  const n = start.length / dimOf(plan)
  const walk = new ParticleWalk(kernels, numbers, start)
  let rate = SLOWEST
  return {
    get done() {
      return walk.done
    },
    async advance(to) {
      const from = walk.done
      let next = from + 1
      while (next < to && n * productsOf(plan, from, next + 1) <= rate * CALL) next++
      const work = productsOf(plan, from, next)
      // One step of very many particles may take longer than a call should.
      const portions = walk.portions(next, (rate * CALL) / work)
      let took = 0
      for (;;) {
        const began = performance.now()
        const { done } = portions.next()
        took += performance.now() - began
        if (done) break
        await breathe()
      }
      if (took > 1) rate = (n * work) / took
    },
    states: () => walk.states(),
    dispose: () => walk.dispose(),
  }
}
