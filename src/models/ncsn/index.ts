/** Noise-conditional score networks: annealed Langevin dynamics, and how its scales and steps are chosen. */
export { annealedLangevin, type AnnealedOptions } from './annealed'
export { ascent } from './ascent'
export { largestDistance, noiseRatio, normalCdf, ratioForOverlap, shellOverlap, stepFor } from './techniques'
