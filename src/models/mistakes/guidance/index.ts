/** Mistakes of guidance and reconstruction. */
import { guidanceCleanClassifier } from './cleanClassifier'
import { guidanceMeanWithoutCovariance } from './meanWithoutCovariance'
import { guidanceOneIsNone } from './oneIsNoGuidance'
import { guidanceOtherConvention } from './otherConvention'
import { replacementAsConditional } from './replacementAsConditional'
import { guidanceSamplesTilted } from './tiltedSamples'

export const guidanceMistakes = {
  guidanceOneIsNone,
  guidanceOtherConvention,
  guidanceSamplesTilted,
  guidanceCleanClassifier,
  guidanceMeanWithoutCovariance,
  replacementAsConditional,
} as const
