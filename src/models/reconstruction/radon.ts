/**
 * Computed tomography with parallel rays: line integrals of a picture,
 *
 *   y(θ, s) = ∫ x(s cos θ − r sin θ, s sin θ + r cos θ) dr,
 *
 * for `views` angles θ spread evenly over half a turn, and detectors s side by side across the picture's diagonal. The picture is the
 * unit square, constant in each pixel; a detector measures the mean over rays across its width, whose lengths in each pixel are computed
 * exactly, so that A is a matrix and Aᵀ its transpose, to rounding.
 *
 * Siddon, "Fast calculation of the exact radiological path for a three-dimensional CT array", 1985,
 * https://doi.org/10.1118/1.595715; filtered back projection with Ramachandran and Lakshminarayanan's filter, 1971.
 */
import { applied, matrixMap, type MapPair } from './linearMap'
import { denseOperator } from './matrix'
import type { LinearOperator } from './operator'
import type { State } from '../state'

/** Rays across a detector. */
const RAYS = 4

export interface RadonOptions {
  /** How many angles. Default 23. */
  readonly views?: number
  /** How many detectors. Default: as many as pixels fit into the diagonal. */
  readonly detectors?: number
  readonly name?: string
}

/** The Radon transform of pictures. A measurement is a sinogram: view after view, of `detectors` numbers each. */
export interface Radon extends LinearOperator {
  readonly views: number
  readonly detectors: number
  /** θ of each view, in radians. */
  readonly angles: readonly number[]
  /**
   * Filtered back projection, the inverse for infinitely many views and no noise:
   *
   *   x(p) ≈ (π / views) Σ_θ (h ∗ y_θ)(⟨p, (cos θ, sin θ)⟩),
   *
   * with the ramp filter h sampled at the detectors and linear interpolation between them.
   *
   * @param y of shape [n, views · detectors]. @returns pictures of shape [n, …shape].
   */
  filteredBackProjection<S extends State>(y: S): S
}

/**
 * @param shape [size, size, 1] of one picture.
 * @throws RangeError for pictures that are not square or have several channels.
 */
export function radon(
  shape: readonly [height: number, width: number, channels: 1],
  {
    views = 23,
    detectors = Math.ceil(shape[0] * Math.SQRT2),
    name = `Radon, ${views} views`,
  }: RadonOptions = {},
): Radon {
  const size = shape[0]
  if (shape[1] !== size || (shape[2] as number) !== 1)
    throw new RangeError(
      `radon: pictures must be square, of shape [size, size, 1], not [${shape.join(', ')}]`,
    )
  for (const [option, value] of Object.entries({ size, views, detectors }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`radon: ${option} must be a positive whole number, but is ${value}`)
  const angles = Array.from({ length: views }, (_, k) => (Math.PI * k) / views)
  const pixels = size * size
  const rows = new Float64Array(views * detectors * pixels)
  for (const [view, angle] of angles.entries())
    for (let detector = 0; detector < detectors; detector++) {
      const row = rows.subarray(
        (view * detectors + detector) * pixels,
        (view * detectors + detector + 1) * pixels,
      )
      for (let ray = 0; ray < RAYS; ray++)
        alongRay(size, angle, offset(detector + (ray + 0.5) / RAYS - 0.5, detectors), (pixel, length) => {
          row[pixel]! += length / RAYS
        })
    }
  let back: MapPair | undefined
  const operator = denseOperator(rows, { name, shape })
  return Object.assign(operator, {
    views,
    detectors,
    angles,
    filteredBackProjection: <S extends State>(y: S): S =>
      applied((back ??= matrixMap(backProjection(size, angles, detectors), views * detectors)), y, shape),
  })
}

/** Where a detector lies: s, in units of the picture's width. */
function offset(detector: number, detectors: number): number {
  return ((detector + 0.5) / detectors - 0.5) * Math.SQRT2
}

/** Calls `meet` with each pixel that the ray (angle, s) goes through, and with the length of the way in it. */
function alongRay(
  size: number,
  angle: number,
  s: number,
  meet: (pixel: number, length: number) => void,
): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  // The ray is p + r d, y upwards, in the square [−½, ½]².
  const [px, py, dx, dy] = [s * cos, s * sin, -sin, cos]
  let [from, to] = [-1, 1]
  for (const [p, d] of [
    [px, dx],
    [py, dy],
  ] as const) {
    if (Math.abs(d) < 1e-12) {
      if (Math.abs(p) >= 0.5) return
      continue
    }
    const [a, b] = [(-0.5 - p) / d, (0.5 - p) / d]
    from = Math.max(from, Math.min(a, b))
    to = Math.min(to, Math.max(a, b))
  }
  if (from >= to) return
  const crossings = [from, to]
  for (const [p, d] of [
    [px, dx],
    [py, dy],
  ] as const)
    if (Math.abs(d) >= 1e-12)
      for (let k = 1; k < size; k++) {
        const r = (k / size - 0.5 - p) / d
        if (r > from && r < to) crossings.push(r)
      }
  crossings.sort((a, b) => a - b)
  for (let k = 0; k + 1 < crossings.length; k++) {
    const [a, b] = [crossings[k]!, crossings[k + 1]!]
    const middle = (a + b) / 2
    const column = Math.min(size - 1, Math.max(0, Math.floor((px + middle * dx + 0.5) * size)))
    const row = Math.min(size - 1, Math.max(0, Math.floor((0.5 - py - middle * dy) * size)))
    meet(row * size + column, b - a)
  }
}

/** The matrix of filtered back projection, row by row: a row for each pixel. */
function backProjection(size: number, angles: readonly number[], detectors: number): Float64Array {
  const spacing = Math.SQRT2 / detectors
  const inputs = angles.length * detectors
  const matrix = new Float64Array(size * size * inputs)
  // h(0) = 1/(4Δ²), h(k) = −1/(πkΔ)² for odd k, 0 for even; times Δ for the sum that stands for an integral.
  const ramp = (k: number): number =>
    k === 0 ? 1 / (4 * spacing) : k % 2 ? -1 / (Math.PI ** 2 * k * k * spacing) : 0
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [x, y] = [(column + 0.5) / size - 0.5, 0.5 - (row + 0.5) / size]
      for (const [view, angle] of angles.entries()) {
        const place = (x * Math.cos(angle) + y * Math.sin(angle)) / spacing + detectors / 2 - 0.5
        const below = Math.floor(place)
        const share = place - below
        const at = ((row * size + column) * angles.length + view) * detectors
        for (let d = 0; d < detectors; d++)
          matrix[at + d] =
            (Math.PI / angles.length) *
            ((1 - share) * ramp(Math.abs(d - below)) + share * ramp(Math.abs(d - below - 1)))
      }
    }
  return matrix
}
