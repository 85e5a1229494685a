/** Mistakes in diffusion models. */
import { rawTime } from './features'
import { scoreAsPriorAverage, unitNoise, weightBySquaredNorm } from './formulas'
import {
  additiveSampler,
  additiveStart,
  betaTildeForBeta,
  noiseAtLastStep,
  noiseFromScore,
  timeOffByOne,
} from './samplers'

export const diffusionMistakes = {
  additiveSampler,
  additiveStart,
  noiseAtLastStep,
  betaTildeForBeta,
  timeOffByOne,
  noiseFromScore,
  weightBySquaredNorm,
  scoreAsPriorAverage,
  unitNoise,
  rawTime,
} as const
