/** Which tensors are images, told by their shape. */

/** Pixels of a whole picture. */
export const MOST_PIXELS = 4_000_000
/** Narrower than this, an axis counts coordinates rather than pixels. */
const LEAST_SIDE = 8

export interface ImageLayout {
  readonly images: number
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3 | 4
}

/** How a tensor of `shape` is an image or a stack of them; undefined where it hardly is one. */
export function imageLayout(shape: readonly number[]): ImageLayout | undefined {
  const last = shape.at(-1)
  const coloured = shape.length >= 3 && (last === 1 || last === 3 || last === 4)
  const channels = coloured ? last : 1
  const spatial = coloured ? shape.slice(0, -1) : shape
  if (spatial.length !== 2 && spatial.length !== 3) return undefined
  const [height = 0, width = 0] = spatial.slice(-2)
  const images = spatial.length === 3 ? spatial[0]! : 1
  if (height < LEAST_SIDE || width < LEAST_SIDE || images < 1 || height * width > MOST_PIXELS)
    return undefined
  return { images, height, width, channels }
}
