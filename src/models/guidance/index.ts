/** Guidance: sampling what is wanted from models of everything. */
export { guidedKernel } from './ancestral'
export { autoguidance } from './autoguidance'
export {
  classifier,
  type Classifier,
  type ClassifierOptions,
  type Labels,
  type NetworkClassifier,
} from './classifier'
export { classifierFree, type GuidanceScale } from './classifierFree'
export { classifierGuidance, classifierGuide, type ClassifierGuidanceOptions } from './classifierGuidance'
export { guidanceCurve, type GuidanceCurveOptions, type GuidancePoint } from './curve'
export { exactClassifier } from './exact'
export { guided, guideOf, guideOfClean, type Guide } from './guide'
export { implicitGuide } from './implicit'
export { intervalGuidance } from './interval'
export { captionGuide, languageGuidance, type LanguageGuidanceOptions } from './language'
export { tilted, type GridLaw, type TiltOptions } from './tilt'
