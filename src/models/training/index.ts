/** What training is made of, beside its loop: optimisers, learning rates, averages, files. */
export { adam, adamW, type AdamOptions, type AdamWOptions } from './adam'
export { sgd } from './sgd'
export type { Gradients, Optimizer, OptimizerState } from './optimizer'
export { constant, cosine, stepDecay, warmUp, type Rate } from './rates'
export { loadParams, saveParams, type Parametrised } from './parameters'
export {
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
  type NumberFormat,
  type Safetensors,
  type TensorValues,
} from './safetensors'
export type { Evaluated } from './checkpoint'
