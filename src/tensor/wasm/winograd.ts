/** Convolutions with filters of 3 × 3 and no stride, with fewer products: see `native/winograd.ts`. */
import type { Convolution, Method } from './convolutionShape'
import { withRoom, type Native, type WinogradShape } from './native'

/** Numbers of spread tiles that are worked on at a time: they stay in the second-level cache. */
const BLOCK = 120_000
/** With fewer channels no vectors can be spread; with four it already takes two thirds of the time that patches take. */
const FEWEST_CHANNELS = 4

/** Whether a convolution is one of these. */
export function isForWinograd({ info }: Convolution): boolean {
  return (
    info.filterHeight === 3 &&
    info.filterWidth === 3 &&
    info.strideHeight * info.strideWidth * info.dilationHeight * info.dilationWidth === 1 &&
    Math.min(info.inChannels, info.outChannels) >= FEWEST_CHANNELS
  )
}

export const winograd: Method = {
  forward(convolution, { backend, native }, x, w, bias, y) {
    const { products, block, room } = planOf(convolution, native)
    withRoom(backend, room, (u) => {
      native.spreadFilter(w, u, products)
      native.winograd(x, u, y, bias, u + 64 * products, block, false, ...shapeOf(convolution))
    })
  },

  inputGradient(convolution, { backend, native }, dy, w, dx) {
    const { products, block, room } = planOf(convolution, native)
    withRoom(backend, room, (u) => {
      native.spreadFilter(w, u, products)
      native.winograd(dy, u, dx, 0, u + 64 * products, block, true, ...turned(shapeOf(convolution)))
    })
  },

  filterGradient(convolution, { backend, native }, x, dy, dw) {
    const { products, block, room } = planOf(convolution, native)
    withRoom(backend, room, (u) => {
      native.winogradProducts(x, dy, u, u + 64 * products, block, ...shapeOf(convolution))
      native.gatherFilter(u, dw, products)
    })
  },
}

/** How many tiles are worked on at a time, and room for them and the spread filter, in numbers. */
function planOf({ info }: Convolution, native: Native): { products: number; block: number; room: number } {
  const { inChannels, outChannels } = info
  const products = inChannels * outChannels
  // A multiple of the six rows that the product takes.
  const block = Math.max(24, 6 * Math.floor(BLOCK / (16 * (inChannels + outChannels)) / 6))
  return { products, block, room: 16 * products + native.winogradRoom(block, inChannels, outChannels) / 4 }
}

function shapeOf({ info }: Convolution): WinogradShape {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info
  return [
    batchSize,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    outChannels,
    padInfo.top,
    padInfo.left,
  ]
}

/** The convolution that leads from dy to dx. */
function turned([batch, height, width, c, outHeight, outWidth, n, top, left]: WinogradShape): WinogradShape {
  return [batch, outHeight, outWidth, n, height, width, c, 2 - top, 2 - left]
}
