/** Mistakes in Langevin dynamics. */
import { annealingUpwards, annealingWithOneStep } from './annealing'
import { langevinNoise } from './noise'
import { noiseSign } from './noiseSign'

export const langevinMistakes = { langevinNoise, annealingUpwards, annealingWithOneStep, noiseSign }
