/** What the module exports to JavaScript. Nothing in it may need static data: the memory belongs to TensorFlow.js. */
import { bytesWithConstants } from './constants'
import { GEMM_SCRATCH } from './gemm'

export { gather, scatterRows } from './copies'
export { anglesAreSmall, binary, unary } from './elementwise'
export { prepare } from './functions'
export { gemm } from './gemm'
export { finishRows } from './rows'
export { sum } from './sums'

/** Bytes of scratch memory that JavaScript has to provide. */
export function scratchBytes(): usize {
  return bytesWithConstants(GEMM_SCRATCH)
}
