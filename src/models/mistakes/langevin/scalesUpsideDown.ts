/**
 * The scales of annealed Langevin dynamics in the formula of the variance-exploding equation.
 *
 * NCSN counts its scales from the largest, σ₁ > … > σ_L, and the chain x_{i+1} = x_i + √(σ²_{i+1} − σ²_i) z, which tends to
 * dx = √(dσ²/dt) dw, from the smallest. One list in the other's formula asks for the root of a negative number. The check
 * follows the variance of x₀ = 0 up to the largest scale.
 *
 * Song et al., 2021, appendix B, https://arxiv.org/abs/2011.13456
 */
import { currentStream, type RandomStream } from '../../../tensor'
import { geometricScales } from '../../processes'
import { expectNear, mistake } from '../mistake'
import { meanSquare } from './variance'

/** Noises x along a list of scales, the largest first. */
type Form = (x: Float64Array, scales: Float64Array, stream: RandomStream) => Float64Array

const N = 16_384
const SCALES = geometricScales(3, 0.1, 8)

/** x_{i+1} = x_i + √(σ²_{i+1} − σ²_i) z along the list as it stands. */
function noised(x: Float64Array, scales: Float64Array, stream: RandomStream): Float64Array {
  for (let i = 0; i + 1 < scales.length; i++) {
    const added = Math.sqrt(scales[i + 1]! ** 2 - scales[i]! ** 2)
    const z = stream.normal(x.length)
    x = x.map((value, k) => value + added * z[k]!)
  }
  return x
}

export const scalesUpsideDown = mistake<Form>({
  title: 'Scales counted from the largest in the equation that counts them from the smallest',
  written: String.raw`x_{i+1} = x_i + \sqrt{\sigma_{i+1}^2 - \sigma_i^2}\,z, \quad \sigma_1 > \dots > \sigma_L`,
  correct: String.raw`x_{i+1} = x_i + \sqrt{\sigma_{i+1}^2 - \sigma_i^2}\,z, \quad \sigma_1 < \dots < \sigma_L`,
  right: (x, scales, stream) => noised(x, Float64Array.from(scales).reverse(), stream),
  wrong: noised,
  check(form, stream = currentStream()) {
    const x = form(new Float64Array(N), SCALES, stream)
    const expected = 3 ** 2 - 0.1 ** 2
    // A sample variance of normal values scatters by √(2/n).
    expectNear('the variance that was added', meanSquare(x), expected, 4 * expected * Math.sqrt(2 / N))
  },
})
