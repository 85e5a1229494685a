/** Processes that are lists of steps, defined at the whole times 0, …, T and without derivatives. */
import { gaussianProcess, type Curve, type GaussianProcess } from '../process'

/**
 * @param name what to call it.
 * @param steps T.
 * @param alpha, sigma functions of the whole times 0, …, T.
 */
export function tableProcess(name: string, steps: number, alpha: Curve, sigma: Curve): GaussianProcess {
  const noDerivative = (): never => {
    throw new Error(
      `${name} is a table of steps and has no derivatives in time; take vp or ve for differential equations`,
    )
  }
  return gaussianProcess(
    name,
    { from: 0, to: steps, discrete: true },
    { alpha, sigma, alphaPrime: noDerivative, variancePrime: noDerivative },
  )
}
