import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { RandomStream, useWorkers, workerProblem } from '../../../src/tensor'
import { trainingExecutor } from '../../../src/tensor/fused/trainers'
import type { Perceptron, TrainingRows } from '../../../src/tensor/fused/training'
import { idleThread, turn, twoProcessors } from '../threads'
import { onBuilds } from '../wasm/builds'

after(() => useWorkers(undefined))

interface Case {
  readonly n: number
  readonly features?: number
  readonly condition?: number
  readonly weighted?: boolean
}

const WIDTHS = [3, 128, 128, 3]

/** A perceptron and rows for it, random. */
function made({ n, features = 0, condition = 0, weighted = false }: Case): {
  readonly perceptron: Perceptron
  readonly rows: TrainingRows
} {
  const stream = new RandomStream(5, 'training by threads')
  const normal = (rows: number, columns: number) => stream.normalTensor<tf.Rank.R2>([rows, columns])
  const perceptron = WIDTHS.slice(1).map((width, l) => ({
    weights: tf.tidy(() => tf.div(normal(WIDTHS[l]!, width), Math.sqrt(WIDTHS[l]!))),
    bias: stream.normalTensor([width]),
    ...(features && l < 2 && { ofFeatures: normal(features, width) }),
    ...(condition && l < 2 && { ofCondition: normal(condition, width) }),
  }))
  const numbers = () => Float32Array.from(stream.uniform(n))
  const rows = {
    x: normal(n, 3),
    target: normal(n, 3),
    ...(features && { features: normal(n, features) }),
    ...(condition && { condition: normal(n, condition) }),
    ...(weighted && { factor: numbers(), weight: numbers() }),
  }
  return { perceptron, rows }
}

/** Loss, norm and all gradients, bit by bit. */
function gradients({ perceptron, rows }: ReturnType<typeof made>): number[][] {
  const { check, parameters, condition } = trainingExecutor()!.gradients(perceptron, rows)
  const tensors = [check, ...parameters.flatMap((layer) => Object.values(layer) as tf.Tensor[]), condition]
  const values = tensors.flatMap((tensor) => (tensor ? [[...tensor.dataSync()]] : []))
  tf.dispose(tensors.filter((tensor) => tensor !== undefined))
  return values
}

onBuilds('training by two threads', () => {
  for (const shape of [
    { n: 512 },
    { n: 133 + 128, features: 5, weighted: true },
    { n: 601, features: 8, condition: 7, weighted: true },
  ] satisfies Case[])
    test(`gives the same bits as one does: ${JSON.stringify(shape)}`, async () => {
      const of = made(shape)
      useWorkers(undefined)
      const alone = gradients(of)
      const { host, done } = twoProcessors()
      useWorkers(host, 2)
      // Until the other thread was there, and has done its half a few times.
      while (done() < 3) {
        assert.deepEqual(gradients(of), alone)
        await turn()
      }
      assert.equal(workerProblem(), undefined)
      tf.dispose([of.perceptron, of.rows] as unknown as tf.Tensor[])
    })

  test('goes on where the other thread does nothing, or ends', async () => {
    const of = made({ n: 512 })
    useWorkers(undefined)
    const alone = gradients(of)
    const idle = idleThread()
    useWorkers(idle.host, 2)
    for (let i = 0; i < 3 || !idle.attends(); i++) {
      assert.deepEqual(gradients(of), alone)
      await turn()
    }
    idle.end('It fell over.')
    assert.ok(idle.ended())
    assert.equal(workerProblem(), 'It fell over.')
    assert.deepEqual(gradients(of), alone)
    tf.dispose([of.perceptron, of.rows] as unknown as tf.Tensor[])
  })
})
