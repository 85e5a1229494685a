/** Everything that workers can do. */
import { kernelHalf } from './kernelHalf'
import { trainingHalf } from './sharedHalf'
import { walk } from './walkWork'

export const works = { walk }

export const duties = { training: trainingHalf, kernels: kernelHalf }
