/** What a person can paint with. */
import { RGB } from '../../../models/data/images/shapes'
import type { Colour } from '../../../renderers/controls'

const GREYS: readonly Colour[] = [
  { name: 'white', bytes: [255] },
  { name: 'light grey', bytes: [191] },
  { name: 'grey', bytes: [128] },
  { name: 'dark grey', bytes: [64] },
  { name: 'black', bytes: [0] },
]

const COLOURS: readonly Colour[] = [
  // Those of the data, so that a sketch can be like them.
  ...Object.entries(RGB).map(([name, parts]) => ({
    name,
    bytes: parts.map((part) => Math.round(255 * part)),
  })),
  { name: 'orange', bytes: [242, 140, 26] },
  { name: 'purple', bytes: [150, 60, 200] },
  { name: 'white', bytes: [255, 255, 255] },
  { name: 'grey', bytes: [128, 128, 128] },
  { name: 'black', bytes: [0, 0, 0] },
]

/** Colours for pictures of one channel or three, the first in hand at first. */
export function colours(channels: number): readonly Colour[] {
  return channels === 3 ? COLOURS : GREYS
}
