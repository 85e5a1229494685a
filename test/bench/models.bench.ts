import * as tf from '@tensorflow/tfjs'
import {
  ddim,
  denoiser,
  flow,
  glowStep,
  logLikelihood,
  mlp,
  sample,
  scoreNetwork,
  vp,
  type Trainable,
} from '../../src/models'
import { adam } from '../../src/models/training'
import { RandomStream, selectBackend } from '../../src/tensor'
import { files } from '../numeric/backends'
import type { Benchmark } from './benchmark'
import { startJax } from './jax'
import { reverseOperations } from './mlp'
import { onBuild, race, raceTable, type Contestant } from './race'
import { startTorch } from './torch'

const ROUNDS = Number(process.env['GENBOOK_ROUNDS'] ?? 5)
const BUILDS = [
  ['TensorFlow.js alone', 'stock'],
  ['Genbook, plain SIMD', 'plain'],
  ['Genbook, relaxed SIMD', 'relaxed'],
] as const

type Loop = { readonly step: () => unknown; readonly dispose: () => void }

const benchmark: Benchmark = {
  title: `Models on the processor, ${ROUNDS} bursts in turns`,
  async run(_, table) {
    await selectBackend('wasm', files)
    const [torch, jax] = [await startTorch(), await startJax()]
    const measure = async (
      what: string,
      work: Parameters<NonNullable<typeof torch>['contestants']>[0],
      make: () => Loop,
      {
        count = 1,
        operations,
        inJax,
      }: { count?: number; operations?: number; inJax?: 'ddim' | 'sliced' | 'likelihood' | 'glow' } = {},
    ) => {
      const contestants: Contestant[] = [
        ...BUILDS.map(([name, build]) => onBuild(name, build, make, build === 'stock' ? 1 : count)),
        ...(jax && inJax ? [jax.contestant(inJax, count)] : []),
        ...(torch?.contestants(work, count) ?? []),
      ]
      table(raceTable(what, await race(contestants, ROUNDS), operations))
    }
    await measure('DDIM in 50 steps, 4096 particles', 'ddim', sampling, {
      operations: 50 * reverseOperations(4096),
      inJax: 'ddim',
    })
    await measure('sliced score matching, 512 rows, Adam', 'sliced', sliced, { count: 2, inJax: 'sliced' })
    await measure('log-likelihood by ODE, 512 states, 10 steps of RK4', 'likelihood', likelihood, {
      inJax: 'likelihood',
    })
    await measure('Glow step, 64 images of 14 × 14 × 12, Adam', 'glow', glow, { inJax: 'glow' })
    torch?.end()
  },
}

export default benchmark

const network = (stream: RandomStream) =>
  denoiser(vp({ betaMin: 0.1, betaMax: 20 }), mlp({ dim: 2, hidden: [128, 128, 128], embedding: 16 }), {
    predicts: 'noise',
    stream,
  })

function sampling(): Loop {
  const stream = new RandomStream(1, 'ddim')
  const model = network(stream)
  const sampler = ddim(model, { steps: 50 })
  return {
    step: async () => (await sample(sampler, 4096, { stream })).dispose(),
    dispose: () => tf.dispose(model.params),
  }
}

function likelihood(): Loop {
  const stream = new RandomStream(1, 'likelihood')
  const model = network(stream)
  const x = stream.normalTensor([512, 2])
  return {
    step: async () => {
      const { logDensity, code } = await logLikelihood(model, x, { steps: 10, trace: 'rademacher', stream })
      tf.dispose([logDensity, code])
    },
    dispose: () => tf.dispose([x, model.params]),
  }
}

/** A step of Adam on a model's own loss. */
function training(model: Trainable, batch: tf.Tensor, stream: RandomStream): Loop {
  const optimizer = adam().start(model.params)
  const [names, values] = [Object.keys(model.params), Object.values(model.params)]
  return {
    step: () =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(() => model.loss(batch, stream, null), values)
        optimizer.step(Object.fromEntries(names.map((name, i) => [name, grads[values[i]!.name]!])), 1e-3)
      }),
    dispose: () => {
      optimizer.dispose()
      tf.dispose([batch, model.params])
    },
  }
}

function sliced(): Loop {
  const stream = new RandomStream(1, 'sliced')
  const model = scoreNetwork({ dim: 2, hidden: [128, 128, 128], stream })
  return training(model, stream.normalTensor([512, 2]), stream)
}

function glow(): Loop {
  const stream = new RandomStream(1, 'glow')
  const model = flow(glowStep({ shape: [14, 14, 12] }), { stream })
  const batch = stream.normalTensor([64, 14, 14, 12])
  model.adaptTo(batch)
  return training(model, batch, stream)
}
