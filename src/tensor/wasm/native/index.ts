/** What the module exports to JavaScript. Nothing in it may need static data: the memory belongs to TensorFlow.js. */
import { bytesWithConstants } from './constants'
import { prepareFunctions } from './functions'
import { GEMM_SCRATCH } from './gemm'
import { prepareQuickSigmoid } from './quickSigmoid'
import { prepareRandom } from './random'
import { prepareSilu } from './silu'

export { attention, attentionGradient } from './attention'
export { addRows, compare, gatherRows, indicesAreInside, power, select } from './choices'
export { gather, scatterRows } from './copies'
export { anglesAreSmall, binary, unary } from './elementwise'
export { gemm, gemmRows } from './gemm'
export { groupNorm } from './groupNorm'
export { groupNormGradient } from './groupNormGradient'
export { addPatches, clear, gatherPatches } from './patches'
export { multiplyAdds } from './peak'
export { normals, particleNormals, uniforms } from './random'
export { finishRows } from './rows'
export { silu, siluSlope } from './silu'
export { softmax } from './softmax'
export { sum } from './sums'
export { biasFactor, packLayer, paddedOutputs } from './perceptron'
export { enterTiles, readTiles, walkLayerBytes, walkSteps, walkTile, walkWorkBytes } from './walk'
export { packPerceptron, trainRows } from './training'
export { adam, adamAll, mix, mixAll, sumOfAllSquares, sumOfSquares } from './updates'
export { gatherFilter, spreadFilter, winograd, winogradProducts, winogradRoom } from './winograd'

/** Bytes of scratch memory that JavaScript has to provide. */
export function scratchBytes(): usize {
  return bytesWithConstants(GEMM_SCRATCH)
}

/** Writes the constants; to be called before anything else. */
export function prepare(): void {
  prepareFunctions()
  prepareRandom()
  prepareSilu()
  prepareQuickSigmoid()
}
