/** Mistakes by name, each beside the right form: what a lesson can flip. */
import { anyNoiseWillDo } from './anyNoise'
import { diffusionMistakes } from './diffusion'
import { energyMistakes } from './energy'
import { langevinMistakes } from './langevin'
import { fastSamplingMistakes } from './fastSampling'
import { flowMistakes } from './flows'
import { guidanceMistakes } from './guidance'
import { likelihoodMistakes } from './likelihood'
import { metricMistakes } from './metrics'
import { samplerMistakes } from './samplers'
import { scoreMatchingMistakes } from './scoreMatching'

export { caught, expectNear, MistakeError, mistake, type Mistake } from './mistake'

export const mistakes = {
  ...scoreMatchingMistakes,
  anyNoiseWillDo,
  ...energyMistakes,
  ...guidanceMistakes,
  ...fastSamplingMistakes,
  ...langevinMistakes,
  ...diffusionMistakes,
  ...flowMistakes,
  ...likelihoodMistakes,
  ...metricMistakes,
  ...samplerMistakes,
} as const
