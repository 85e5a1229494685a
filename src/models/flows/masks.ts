/**
 * Masks: which numbers of a state a coupling layer keeps (1) and which it changes (0). They are lists as long as a state
 * has numbers, row by row.
 */
import { expectShape, sizeOf } from './bijection'

export type Mask = readonly (0 | 1)[]

/** The first half of the last axis is kept; vectors of odd length keep the smaller half. */
export function halves(shape: readonly number[]): Mask {
  const last = expectShape(shape, 'halves').at(-1)!
  const kept = Math.max(1, Math.floor(last / 2))
  return Array.from({ length: sizeOf(shape) }, (_, i) => (i % last < kept ? 1 : 0))
}

/** Every second number is kept; in more than one axis, as the black squares of a chess board. */
export function checkerboard(shape: readonly number[]): Mask {
  expectShape(shape, 'checkerboard')
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    let rest = i
    let sum = 0
    for (const size of [...shape].reverse()) {
      sum += rest % size
      rest = Math.floor(rest / size)
    }
    return sum % 2 ? 0 : 1
  })
}

/** Every second pixel of [height, width, channels] is kept, with all of its channels. */
export function checkerboardOfPlaces(shape: readonly number[]): Mask {
  const channels = shape.at(-1)!
  return checkerboard(shape.slice(0, -1)).flatMap((kept) => Array.from({ length: channels }, () => kept))
}

/** What was kept is changed, and the other way round. */
export function flipped(mask: Mask): Mask {
  return mask.map((kept) => (kept ? 0 : 1))
}

/** @throws RangeError unless the mask has a 0 or 1 for every number of a state, and some of each. */
export function expectMask(mask: Mask, shape: readonly number[], name: string): Mask {
  const given: unknown = mask
  if (!Array.isArray(given) || mask.length !== sizeOf(shape) || !mask.every((m) => m === 0 || m === 1))
    throw new RangeError(
      `${name}: mask must have a 0 or 1 for each of the ${sizeOf(shape)} numbers of a state, but is ${JSON.stringify(given)}`,
    )
  if (mask.every((m) => m === mask[0]))
    throw new RangeError(
      `${name}: mask must keep some numbers (1) and change others (0), but is all ${mask[0]}: ` +
        'a coupling needs states of at least two numbers',
    )
  return [...mask]
}
