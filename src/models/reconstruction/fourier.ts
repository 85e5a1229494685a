/**
 * Undersampled Fourier measurements, as magnetic resonance imaging makes them: some coefficients of the picture's discrete
 * Fourier transform
 *
 *   X(k, l) = Σ x(i, j) exp(−2πi (ki/h + lj/w)) / √(hw).
 *
 * A real picture has X(−k, −l) = X(k, l)*: each such pair is measured once, as √2 Re X and √2 Im X, and a coefficient that is its
 * own partner as Re X. So the rows of A are orthonormal, and Aᵀy is the picture with zeros in place of what is missing.
 */
import { matrixMap } from './linearMap'
import { orthonormal } from './mask'
import type { LinearOperator } from './operator'

export interface FourierOptions {
  /**
   * Which coefficients are measured: true or 1 for each (k, l), k = 0, …, h − 1 and l = 0, …, w − 1, row by row. A partner
   * (−k, −l) is measured with its coefficient. Default: the rows of `acceleration` and `centre`.
   */
  readonly known?: ArrayLike<number | boolean>
  /** Of all rows k, one of how many is measured, from the middle on. Default 4. */
  readonly acceleration?: number
  /** The share of rows around k = 0 that is measured in any case. Default 0.125. */
  readonly centre?: number
  readonly name?: string
}

/**
 * @param shape [height, width, 1] of one picture.
 * @throws RangeError where nothing would be measured, or `known` does not fit.
 */
export function fourier(
  shape: readonly [height: number, width: number, channels: 1],
  { known, acceleration = 4, centre = 0.125, name = 'Fourier' }: FourierOptions = {},
): LinearOperator {
  const [height, width, channels] = shape
  if ((channels as number) !== 1)
    throw new RangeError(`fourier: pictures have one channel here, not ${String(channels)}`)
  if (!(acceleration >= 1 && acceleration < Infinity && centre >= 0 && centre <= 1))
    throw new RangeError(
      `fourier: acceleration must be at least 1 and centre in [0, 1], but they are ${acceleration} and ${centre}`,
    )
  if (known && known.length !== height * width)
    throw new RangeError(
      `fourier: known must be ${height * width} numbers, one for each coefficient, but has ${known.length}`,
    )
  const measured = (k: number, l: number): boolean => {
    if (known) return Boolean(Number(known[k * width + l]))
    const frequency = Math.min(k, height - k)
    return 2 * frequency <= centre * height || Math.floor(frequency % acceleration) === 0
  }
  const rows: number[] = []
  for (let k = 0; k < height; k++)
    for (let l = 0; l < width; l++) {
      const [pk, pl] = [(height - k) % height, (width - l) % width]
      const own = pk === k && pl === l
      // Of a pair, the one that comes first speaks for both.
      if (!own && (pk < k || (pk === k && pl < l))) continue
      if (!measured(k, l) && !measured(pk, pl)) continue
      const scale = Math.sqrt((own ? 1 : 2) / (height * width))
      for (const wave of own ? [Math.cos] : [Math.cos, (angle: number) => -Math.sin(angle)])
        for (let i = 0; i < height; i++)
          for (let j = 0; j < width; j++)
            // Whole turns are left out, so that large pictures lose no digits.
            rows.push(scale * wave(2 * Math.PI * (((k * i) % height) / height + ((l * j) % width) / width)))
    }
  if (!rows.length) throw new RangeError('fourier: at least one coefficient must be measured')
  return orthonormal(name, shape, matrixMap(Float64Array.from(rows), height * width))
}
