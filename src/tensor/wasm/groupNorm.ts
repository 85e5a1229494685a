/** Group normalisation and its gradients, in two halves of a batch. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { inTwo } from './dividing'
import { withRoom, type Kernels, type NormShape } from './native'

/** What a number costs, in products and sums of a matrix product that takes as long. */
const FORWARD = 30
const BACK = 60

/** @param addresses of x, scale, shift and what comes out. */
export function groupNorm(kernels: Kernels, addresses: readonly number[], shape: NormShape): void {
  const [x, scale, shift, out] = addresses as [number, number, number, number]
  const halves = halvesOf(shape)
  if (!halves) return kernels.native.groupNorm(x, scale, shift, out, ...shape)
  const { numbers, channels, first, second } = halves
  inTwo(
    kernels,
    'groupNorm',
    FORWARD * sizeOf(shape),
    [x, scale, shift, out, ...first],
    [x + numbers, scale + channels, shift + channels, out + numbers, ...second],
  )
}

/** @param addresses of x, dy, scale, shift, and of dx, dscale and dshift. */
export function groupNormGradient(
  kernels: Kernels,
  backend: BackendWasm,
  addresses: readonly number[],
  shape: NormShape,
): void {
  type Seven = [number, number, number, number, number, number, number]
  const [x, dy, scale, shift, dx, dscale, dshift] = addresses as Seven
  const halves = halvesOf(shape)
  if (!halves) return kernels.native.groupNormGradient(...(addresses as Seven), ...shape)
  const { numbers, channels, first, second } = halves
  const [, , count, , , , each] = shape
  const inParts = (dscale2: number, dshift2: number): void =>
    inTwo(
      kernels,
      'groupNormGradient',
      BACK * sizeOf(shape),
      [x, dy, scale, shift, dx, dscale, dshift, ...first],
      [
        x + numbers,
        dy + numbers,
        scale + channels,
        shift + channels,
        dx + numbers,
        dscale2,
        dshift2,
        ...second,
      ],
    )
  if (each) return inParts(dscale + channels, dshift + channels)
  // Each half adds up its own; then they are added.
  withRoom(backend, 2 * count, (sums) => {
    inParts(sums, sums + 4 * count)
    kernels.native.mix(dscale, sums, count, 1, 1)
    kernels.native.mix(dshift, sums + 4 * count, count, 1, 1)
  })
}

interface Halves {
  /** Bytes of the first half's numbers, and of its scales where each picture has its own. */
  readonly numbers: number
  readonly channels: number
  readonly first: NormShape
  readonly second: NormShape
}

const sizeOf = ([batch, places, channels]: NormShape): number => batch * places * channels

function halvesOf([batch, places, channels, ...rest]: NormShape): Halves | undefined {
  if (batch < 2) return undefined
  const half = Math.ceil(batch / 2)
  const each = rest.at(-1) as boolean
  return {
    numbers: 4 * half * places * channels,
    channels: each ? 4 * half * channels : 0,
    first: [half, places, channels, ...rest],
    second: [batch - half, places, channels, ...rest],
  }
}
