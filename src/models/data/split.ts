import { currentStream, type RandomStream } from '../../tensor'

/** A finite set that can be parted. */
interface Parted {
  readonly size: number
  pick(indices: ArrayLike<number>): Parted
}

/**
 * Shuffles a set of points or pictures and parts it into one to learn from and one to judge with, which learning must not see.
 *
 * @param test the share of the points to judge with, in (0, 1). Default 0.2. Each part gets at least one point.
 * @throws RangeError for a share that is none, or a set of fewer than two points.
 */
export function split<S extends Parted>(
  set: S,
  { test = 0.2, stream = currentStream() }: { test?: number; stream?: RandomStream } = {},
): { train: ReturnType<S['pick']>; test: ReturnType<S['pick']> } {
  // Cells are not type-checked before they run.
  if (typeof (set as Partial<Parted> | undefined)?.pick !== 'function')
    throw new TypeError(
      'split: the first argument must be a set of points or pictures, such as data.points(moons.draw(1000))',
    )
  if (!(test > 0 && test < 1)) throw new RangeError(`split: test must be between 0 and 1, but is ${test}`)
  if (set.size < 2) throw new RangeError(`split: a set of ${set.size} point cannot be parted`)
  const order = stream.permutation(set.size)
  const count = Math.min(set.size - 1, Math.max(1, Math.round(test * set.size)))
  const pick = (indices: ArrayLike<number>) => set.pick(indices) as ReturnType<S['pick']>
  return { train: pick(order.subarray(count)), test: pick(order.subarray(0, count)) }
}
