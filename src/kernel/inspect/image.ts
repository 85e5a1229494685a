/** A tensor as an image: one, or a grid of many. */
import { brightnessBundle, naturalRange } from '../display/image'
import type { MimeBundle } from '../protocol'
import { imageLayout, MOST_PIXELS } from './imageLayout'
import type { Source } from './source'

/** Images of a grid. */
const MOST_IMAGES = 144
/** Pixels between the images of a grid. */
const GAP = 1

/** @throws RangeError where the shape is not one of images. */
export async function imageOf(source: Source): Promise<MimeBundle> {
  const { facts } = source
  const layout = imageLayout(facts.shape)
  if (!layout) throw new RangeError(`[${facts.shape.join(', ')}] is not the shape of an image`)
  const { images, height, width, channels } = layout
  const size = height * width * channels
  const most = Math.max(1, Math.min(MOST_IMAGES, Math.floor(MOST_PIXELS / (height * width))))
  const shown = Math.min(images, most)
  const values = (await source.read(0, shown * size)) as ArrayLike<number>
  const range = naturalRange(facts.dtype, values)
  if (shown === 1) return noted(await brightnessBundle({ width, height, channels, values }, range), 1, images)

  const columns = Math.ceil(Math.sqrt(shown))
  const rows = Math.ceil(shown / columns)
  const grid = { width: columns * (width + GAP) - GAP, height: rows * (height + GAP) - GAP, channels }
  const drawn = new Float64Array(grid.width * grid.height * channels).fill(range[0])
  for (let image = 0; image < shown; image++) {
    const left = (image % columns) * (width + GAP)
    const top = Math.floor(image / columns) * (height + GAP)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width * channels; x++)
        drawn[((top + y) * grid.width + left) * channels + x] =
          values[image * size + y * width * channels + x]!
  }
  return noted(await brightnessBundle({ ...grid, values: drawn }, range), shown, images)
}

function noted(bundle: MimeBundle, shown: number, of: number): MimeBundle {
  return shown < of ? { ...bundle, 'text/plain': `The first ${shown} of ${of} images` } : bundle
}
