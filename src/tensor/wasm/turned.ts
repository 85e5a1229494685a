/**
 * Convolutions with fewer channels after than before, without strides: each is the gradient of another, whose filter is turned
 * round and has its channels exchanged, and that one has short rows of P (see `patches.ts`).
 */
import type { Convolution, Method } from './convolutionShape'
import { withRoom, type Native } from './native'
import { patches } from './patches'

/** Whether a convolution is one of these. */
export function isForTurning({ info }: Convolution): boolean {
  return (
    info.strideHeight * info.strideWidth === 1 &&
    info.filterHeight * info.filterWidth > 1 &&
    info.outChannels < info.inChannels
  )
}

export const turned: Method = {
  forward(convolution, run, x, w, bias, y, rest) {
    const { info, places, seen } = convolution
    withRoom(run.backend, seen * info.outChannels, (u) => {
      turnFilter(run.native, w, u, info, info.inChannels, info.outChannels)
      patches.inputGradient(turn(convolution), run, x, u, y)
    })
    if (bias) run.native.finishRows(y, places, info.outChannels, bias, 0, 0)
    if (rest) run.native.mix(y, rest, places * info.outChannels, 1, 1)
  },

  inputGradient(convolution, run, dy, w, dx) {
    const { info, seen } = convolution
    withRoom(run.backend, seen * info.outChannels, (u) => {
      turnFilter(run.native, w, u, info, info.inChannels, info.outChannels)
      patches.forward(turn(convolution), run, dy, u, 0, dx, 0)
    })
  },

  filterGradient(convolution, run, x, dy, dw) {
    const { info, seen } = convolution
    withRoom(run.backend, seen * info.outChannels, (u) => {
      patches.filterGradient(turn(convolution), run, dy, x, u)
      turnFilter(run.native, u, dw, info, info.outChannels, info.inChannels)
    })
  },
}

/** From y to x, as a convolution. */
function turn({ info, outShape }: Convolution): Convolution {
  const { filterHeight, filterWidth, dilationHeight, dilationWidth, padInfo } = info
  const top = (filterHeight - 1) * dilationHeight - padInfo.top
  const left = (filterWidth - 1) * dilationWidth - padInfo.left
  const other = {
    ...info,
    inHeight: info.outHeight,
    inWidth: info.outWidth,
    inChannels: info.outChannels,
    outHeight: info.inHeight,
    outWidth: info.inWidth,
    outChannels: info.inChannels,
  }
  return {
    info: other,
    outShape: [outShape[0], info.inHeight, info.inWidth, info.inChannels],
    places: info.batchSize * info.inHeight * info.inWidth,
    seen: filterHeight * filterWidth * info.outChannels,
    geometry: [
      ...([info.outHeight, info.outWidth, info.outChannels, info.inHeight, info.inWidth] as const),
      ...([filterHeight, filterWidth, 1, 1, dilationHeight, dilationWidth, top, left] as const),
    ],
  }
}

/** Turns a filter round and exchanges its channels: from [height, width, from, to] to [height, width, to, from]. */
function turnFilter(
  native: Native,
  w: number,
  out: number,
  { filterHeight, filterWidth }: Convolution['info'],
  from: number,
  to: number,
): void {
  const places = filterHeight * filterWidth
  const bytes = 4 * from * to
  for (let place = 0; place < places; place++)
    native.gather(w + place * bytes, out + (places - 1 - place) * bytes, 1, to, from, 0, 1, to)
}
