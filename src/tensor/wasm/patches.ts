/**
 * Convolutions as matrix products: with P the rows of `native/patches.ts`,
 *
 *   y = P w,   dw = Pᵀ dy,   dP = dy wᵀ.
 *
 * Few rows of P are made at a time, so that they are still in the cache when they are multiplied.
 */
import type { Convolution, Method, Run } from './convolutionShape'
import { multiply, multiplyOnto } from './gemm'
import { withRoom } from './native'

/** Numbers in the rows that are made at a time. */
const BLOCK = 2 ** 16

export const patches: Method = {
  forward(convolution, run, x, w, bias, y, rest) {
    const { info, seen } = convolution
    const n = info.outChannels
    forEachBlock(convolution, run, x, (rows, first, count) => {
      const before = 4 * first * n
      multiplyOnto(
        run.kernels,
        rest && rest + before,
        rows,
        false,
        w,
        false,
        y + before,
        count,
        n,
        seen,
        bias,
        false,
      )
    })
  },

  filterGradient(convolution, run, x, dy, dw) {
    const { info, seen } = convolution
    const n = info.outChannels
    run.native.clear(dw, seen * n)
    forEachBlock(convolution, run, x, (rows, first, count) =>
      multiply(run.kernels, rows, true, dy + 4 * first * n, false, dw, seen, n, count, 0, true),
    )
  },

  inputGradient(convolution, { backend, native, kernels }, dy, w, dx) {
    const { info, geometry, places, seen } = convolution
    const n = info.outChannels
    if (isPlain(convolution)) return multiply(kernels, dy, false, w, true, dx, places, seen, n, 0, false)
    native.clear(dx, info.batchSize * info.inHeight * info.inWidth * info.inChannels)
    const block = blockOf(convolution)
    withRoom(backend, block * seen, (rows) => {
      for (let first = 0; first < places; first += block) {
        const count = Math.min(block, places - first)
        native.gemm(dy + 4 * first * n, false, w, true, rows, count, seen, n, 0, false)
        native.addPatches(dx, rows, first, count, ...geometry)
      }
    })
  },
}

/** Whether the image itself is P. */
function isPlain({ info, places }: Convolution): boolean {
  return (
    info.filterHeight * info.filterWidth * info.strideHeight * info.strideWidth === 1 &&
    places === info.batchSize * info.inHeight * info.inWidth
  )
}

/** Calls `f` with the address of rows of P, the first of them, and how many they are, until all were there. */
function forEachBlock(
  convolution: Convolution,
  { backend, native }: Run,
  x: number,
  f: (rows: number, first: number, count: number) => void,
): void {
  const { geometry, places, seen } = convolution
  if (isPlain(convolution)) return f(x, 0, places)
  const block = blockOf(convolution)
  withRoom(backend, block * seen, (rows) => {
    for (let first = 0; first < places; first += block) {
      const count = Math.min(block, places - first)
      native.gatherPatches(x, rows, first, count, ...geometry)
      f(rows, first, count)
    }
  })
}

/** How many rows of P are made at a time: a multiple of the six that the product takes. */
function blockOf({ places, seen }: Convolution): number {
  return Math.min(places, Math.max(48, 6 * Math.floor(BLOCK / Math.max(seen, 1) / 6)))
}
