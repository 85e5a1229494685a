/** Diffusion of tokens: corruptions, laws that can be listed, D3PM and MDLM, sampling. */
export {
  maskedTokens,
  tokenSchedules,
  uniformTokens,
  type TokenProcess,
  type TokenProcessOptions,
  type TokenSchedule,
} from './corruption'
export { barsAndStripes, tokenLaw, words, type TokenLaw, type TokenLawOptions } from './law'
export {
  asTokenDenoiser,
  cleanProbabilities,
  exactTokens,
  tokenDenoiser,
  type NetworkTokenDenoiser,
  type TokenDenoiser,
} from './denoiser'
export { tokenMlp, type TokenMlpOptions, type TokenNetwork } from './network'
export {
  crossEntropy,
  d3pmLoss,
  d3pmTerms,
  priorDivergence,
  stepDivergence,
  type D3pmLossOptions,
  type D3pmOptions,
} from './d3pm'
export { mdlm, type MdlmOptions } from './mdlm'
export {
  drawTokens,
  sampleTokens,
  tokenAncestral,
  traceTokens,
  type SampleTokensOptions,
  type TokenSampler,
  type TokenSamplerOptions,
  type TokenState,
  type TokenTrace,
} from './sampling'
