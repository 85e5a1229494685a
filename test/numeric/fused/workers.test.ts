import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  ddim,
  ddpm,
  denoiser,
  dpmpp2M,
  linearBetas,
  mlp,
  sample,
  trajectory,
  vp,
  type Sampler,
} from '../../../src/models'
import { startThread } from '../../../src/kernel/worker/workers.node'
import {
  RandomStream,
  setHost,
  threadCount,
  useWorkers,
  workerProblem,
  type Path,
  type WorkerHost,
} from '../../../src/tensor'
import type { WorkerMessage } from '../../../src/tensor/workers/messages'
import { onBuilds, read } from '../wasm/builds'

after(() => useWorkers(undefined))

/** Parts that workers have done. */
let helped = 0

const host: WorkerHost = {
  processors: 1,
  start: (program) => {
    const link = startThread(program)
    return {
      ...link,
      onMessage: (listener) =>
        link.onMessage((message) => {
          if ((message as WorkerMessage).type === 'done') helped++
          listener(message)
        }),
    }
  },
}

/** The same, but its workers end when they are given their second part. */
const dying: WorkerHost = {
  processors: 1,
  start: (program) =>
    startThread(`${program}
      const receive = port.onmessage
      let parts = 0
      port.onmessage = (event) => {
        if (event.data.type === 'part' && ++parts === 2) process.exit(3)
        receive(event)
      }`),
}

const network = (process = vp()) =>
  denoiser(process, mlp({ dim: 3, hidden: [128, 128] }), {
    predicts: 'noise',
    stream: new RandomStream(2, 'network'),
  })

/** Samples by so many threads; what they ran on, which says whether work was shared. */
async function sampled(sampler: Sampler, n: number, threads: number, where = host) {
  useWorkers(where, threads)
  const told: Path[] = []
  setHost({ poll() {}, breathe: () => Promise.resolve(), tellPath: (path) => void told.push(path) })
  try {
    const { values } = read(await sample(sampler, n, { stream: new RandomStream(3, 'samples') }))
    return { values, on: told.map(({ detail }) => detail) }
  } finally {
    setHost()
  }
}

onBuilds('sampling by several threads', () => {
  test('gives the same bits as one does, for any number of particles', async () => {
    // The multistep method remembers what it asked before; ancestral steps draw noise.
    const samplers: Sampler[] = [
      dpmpp2M(network(), { steps: 40 }),
      ancestral(network(ddpm({ betas: linearBetas(40) })), { steps: 40 }),
    ]
    for (const sampler of samplers)
      for (const n of [173, 1031]) {
        const alone = await sampled(sampler, n, 1)
        assert.doesNotMatch(alone.on.join(), /threads/)
        for (const threads of [2, 4]) {
          // Until workers were there in time to take part.
          for (const before = helped; helped === before;) {
            const shared = await sampled(sampler, n, threads)
            assert.match(shared.on.join(), new RegExp(`^[^,]*, ${threads} threads$`))
            assert.deepEqual(shared.values, alone.values, `${n} particles, ${threads} threads`)
          }
        }
      }
  })

  test('hands out every state that somebody looks at', async () => {
    const sampler = dpmpp2M(network(), { steps: 20 })
    const states = async (threads: number) => {
      useWorkers(host, threads)
      const { states } = await trajectory(sampler, 1031, { stream: new RandomStream(3, 'samples'), every: 3 })
      return read(states)
    }
    assert.deepEqual(await states(3), await states(1))
  })

  test('goes on where a worker ends in the middle, or none can be started', async () => {
    const sampler = ddim(network(), { steps: 100 })
    const { values } = await sampled(sampler, 1031, 1)
    let problem: string | undefined
    // Until a worker was there in time to take part.
    while (problem === undefined) {
      assert.deepEqual((await sampled(sampler, 1031, 2, dying)).values, values)
      problem = workerProblem()
    }
    assert.equal(problem, 'A worker ended by itself with status 3.')
    assert.equal(threadCount(), 1)
    const none: WorkerHost = {
      processors: 4,
      start: () => {
        throw new Error('not here')
      },
    }
    const without = await sampled(sampler, 1031, 4, none)
    assert.deepEqual(without.values, values)
    assert.equal(workerProblem(), 'A worker could not be started: not here.')
    assert.match(without.on[0]!, /, 4 threads$/)
    assert.match(without.on[1]!, /^WASM SIMD[^,]*, A worker could not be started: not here\.$/)
  })

  test('can be stopped, and leaves nothing behind', async () => {
    const sampler = ddim(network(), { steps: 1000 })
    useWorkers(host, 2)
    const before = tf.memory().numTensors
    let polls = 0
    const poll = () => {
      if (++polls > 5) throw new Error('stopped')
    }
    setHost({ poll, breathe: () => Promise.resolve(poll()) })
    try {
      await assert.rejects(
        sample(sampler, 2000, { stream: new RandomStream(3, 'samples') }),
        /^Error: stopped$/,
      )
    } finally {
      setHost()
    }
    assert.equal(tf.memory().numTensors, before)
  })
})
