/** Mistakes in Langevin dynamics. */
import { annealingUpwards, annealingWithOneStep } from './annealing'
import { langevinNoise } from './noise'
import { noiseSign } from './noiseSign'
import { scalesUpsideDown } from './scalesUpsideDown'
import { langevinVolatility } from './volatility'

export const langevinMistakes = {
  langevinNoise,
  annealingUpwards,
  annealingWithOneStep,
  noiseSign,
  langevinVolatility,
  scalesUpsideDown,
}
