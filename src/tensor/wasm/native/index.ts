/** What the module exports to JavaScript. Nothing in it may need static data: the memory belongs to TensorFlow.js. */
import { GEMM_SCRATCH } from './gemm'

export { gemm } from './gemm'
export { finishRows } from './rows'

/** Bytes of scratch memory that JavaScript has to provide. */
export function scratchBytes(): usize {
  return GEMM_SCRATCH
}
