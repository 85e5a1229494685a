/** b + x₁W₁ + x₂W₂ + …, a product for each pair; pairs of one row go with b. And rest + b + xW. */
import type * as tf from '@tensorflow/tfjs'
import { AFFINE, AFFINE_ONTO, type OntoInputs } from '../wasm/layers'
import { matrixProduct } from './matmul'
import { override } from './registry'

const PLAIN = { transposeA: false, transposeB: false } as const

export function registerAffine(): void {
  override<OntoInputs, object>(AFFINE_ONTO, ({ inputs: { rest, x, weights, bias }, backend }) =>
    matrixProduct(backend, [x, weights], PLAIN, [], { addend: bias, rest }),
  )
  override<readonly tf.TensorInfo[], object>(AFFINE, ({ inputs, backend }) => {
    const [bias, ...factors] = Object.values(inputs)
    const pairs = factors.flatMap((x, i) => (i % 2 ? [] : [[x, factors[i + 1]!] as const]))
    const rows = Math.max(...pairs.map(([x]) => x.shape[0]!))
    const single = pairs.filter(([x]) => x.shape[0] !== rows)
    let sum = bias!
    for (const pair of [...single, ...pairs.filter((pair) => !single.includes(pair))]) {
      const addendRow = sum.shape.length === 2 && sum.shape[0] !== 1 ? sum.shape[1]! : 0
      const next = matrixProduct(backend, pair, PLAIN, [], { addend: sum, addendRow })!
      if (sum !== bias) backend.disposeData(sum.dataId)
      sum = next
    }
    return sum
  })
}
