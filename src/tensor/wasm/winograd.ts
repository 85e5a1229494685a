/** Convolutions with filters of 3 × 3 and no stride, with fewer products: see `native/winograd.ts`. */
import type { Convolution, Method, Run } from './convolutionShape'
import { inTwo } from './dividing'
import { withRoom, type Native, type WinogradShape } from './native'

/** Numbers of a spread tile. */
const TILE = 16
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
  forward(convolution, run, x, w, bias, y, rest) {
    convolved(convolution, run, x, w, bias, rest, y, false, shapeOf(convolution))
  },

  inputGradient(convolution, run, dy, w, dx) {
    convolved(convolution, run, dy, w, 0, 0, dx, true, turned(shapeOf(convolution)))
  },

  filterGradient(convolution, { backend, native, kernels }, x, dy, dw) {
    const { products, block, spare, work } = planOf(convolution, native)
    const shape = shapeOf(convolution)
    withRoom(backend, 2 * (TILE * products + spare), (u) => {
      const { half, others, input, output } = halvesOf(shape)
      const room = u + 4 * 2 * TILE * products
      if (half) {
        // Each half adds up its own; then they are added.
        const u2 = u + 4 * TILE * products
        inTwo(
          kernels,
          'winogradProducts',
          work,
          [x, dy, u, room, block, ...half],
          [x + input, dy + output, u2, room + 4 * spare, block, ...others],
        )
        native.mix(u, u2, TILE * products, 1, 1)
      } else native.winogradProducts(x, dy, u, room, block, ...shape)
      native.gatherFilter(u, dw, products)
    })
  },
}

/** y ← x ∗ w + bias + rest by halves of the pictures; `backwards`, with the filter turned round and its channels exchanged. */
function convolved(
  convolution: Convolution,
  { backend, native, kernels }: Run,
  x: number,
  w: number,
  bias: number,
  rest: number,
  y: number,
  backwards: boolean,
  shape: WinogradShape,
): void {
  const { products, block, spare, work } = planOf(convolution, native)
  withRoom(backend, TILE * products + 2 * spare, (u) => {
    native.spreadFilter(w, u, products)
    const { half, others, input, output } = halvesOf(shape)
    const room = u + 4 * TILE * products
    if (!half) return native.winograd(x, u, y, bias, rest, room, block, backwards, ...shape)
    inTwo(
      kernels,
      'winograd',
      work,
      [x, u, y, bias, rest, room, block, backwards, ...half],
      [x + input, u, y + output, bias, rest && rest + output, room + 4 * spare, block, backwards, ...others],
    )
  })
}

interface Plan {
  /** Products of an input and an output channel. */
  readonly products: number
  /** How many tiles are worked on at a time, and the room that they take, in numbers. */
  readonly block: number
  readonly spare: number
  /** Products of all tiles. */
  readonly work: number
}

function planOf({ info, places }: Convolution, native: Native): Plan {
  const { inChannels, outChannels } = info
  const products = inChannels * outChannels
  // A multiple of the six rows that the product takes.
  const block = Math.max(24, 6 * Math.floor(BLOCK / (TILE * (inChannels + outChannels)) / 6))
  return {
    products,
    block,
    spare: native.winogradRoom(block, inChannels, outChannels) / 4,
    work: (places / 4) * TILE * products,
  }
}

/** The shapes of both halves, none where there is only one picture, and how many bytes the first takes of input and output. */
function halvesOf([pictures, ...rest]: WinogradShape) {
  const [height, width, channels, outHeight, outWidth, outChannels] = rest
  const first = Math.ceil(pictures / 2)
  return {
    half: pictures > 1 ? ([first, ...rest] as const) : undefined,
    others: [pictures - first, ...rest] as const,
    input: 4 * first * height * width * channels,
    output: 4 * first * outHeight * outWidth * outChannels,
  }
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
