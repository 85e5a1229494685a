/** Mistakes about densities. */
import { currentStream } from '../../tensor'
import { expectNear, mistake } from './mistake'

/** log Z of exp(−‖x‖² / 2) in d dimensions. */
type LogNormaliser = (d: number) => number

/**
 * The constant that a standard Gaussian is divided by. Some slides give it the sign of the exponent that belongs in front. The
 * check integrates over the cube [−6, 6]^d, outside of which there is nothing, by points uniform in it: Z = 12^d E e^(−‖x‖²/2).
 */
const gaussianNormaliser = mistake<LogNormaliser>({
  title: 'The normalising constant of a Gaussian upside down',
  written: String.raw`p(x) = e^{-\|x - \mu\|^2 / 2} / Z, \quad Z = (2\pi)^{-d/2}`,
  correct: String.raw`Z = (2\pi)^{d/2}`,
  right: (d) => (d / 2) * Math.log(2 * Math.PI),
  wrong: (d) => (-d / 2) * Math.log(2 * Math.PI),
  check(form, stream = currentStream()) {
    const n = 20_000
    for (const d of [1, 2, 3]) {
      const u = stream.uniform(n * d)
      let [sum, squares] = [0, 0]
      for (let i = 0; i < n; i++) {
        let length = 0
        for (let j = 0; j < d; j++) length += (12 * u[i * d + j]! - 6) ** 2
        const height = 12 ** d * Math.exp(-length / 2)
        sum += height / n
        squares += height ** 2 / n
      }
      const error = Math.sqrt((squares - sum ** 2) / n) / sum
      expectNear(`log Z in ${d} dimensions`, form(d), Math.log(sum), 5 * error)
    }
  },
})

export const densityMistakes = { gaussianNormaliser }
