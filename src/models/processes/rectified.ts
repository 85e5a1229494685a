/**
 * The straight line from data to noise that flow matching and rectified flow follow,
 *
 *   x_t = (1 − t) x_0 + t ε,   t ∈ [0, 1],
 *
 * whose velocity, given both ends, is ε − x_0 at all times. Papers on flows often let time run the other way, with the data
 * at t = 1; here t = 0 is clean, as for every process.
 *
 * Liu, Gong and Liu, "Flow straight and fast: learning to generate and transfer data with rectified flow", ICLR 2023,
 * https://arxiv.org/abs/2209.03003
 */
import { gaussianProcess, type GaussianProcess } from '../process'

export function rectified(): GaussianProcess {
  return gaussianProcess(
    'rectified flow',
    { from: 0, to: 1 },
    {
      alpha: (t) => 1 - t,
      sigma: (t) => t,
      alphaPrime: () => -1,
      variancePrime: (t) => 2 * t,
      sigmaPrime: () => 1,
    },
  )
}
