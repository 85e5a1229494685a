/** Progress of a cell's own loops, as `train` and `sample` show theirs. */
import { beginTask, poll } from '../../tensor'
import { preview } from '../display/preview'

/** Tells that one more step is done; `value` is what matters, such as a loss. */
export type Tick = (value?: string | number) => void

/**
 * Shows how far a loop is: steps, steps a second, the time left. One within another is shown within it.
 *
 * ```ts
 * for (const seed of progress(seeds, 'seeds')) …
 * for await (const batch of progress(batches, 'batches')) …
 * await progress('simulation', 1000, async (tick) => { for (…) { …; tick(energy) } })
 * ```
 *
 * @throws TypeError where there is nothing to go through.
 */
export function progress<T>(items: Iterable<T>, label?: string): Iterable<T>
export function progress<T>(items: AsyncIterable<T>, label?: string): AsyncIterable<T>
export function progress<R>(label: string, total: number, work: (tick: Tick) => R | Promise<R>): Promise<R>
export function progress<T, R>(
  subject: Iterable<T> | AsyncIterable<T> | string,
  second?: string | number,
  work?: (tick: Tick) => R | Promise<R>,
): Iterable<T> | AsyncIterable<T> | Promise<R> {
  if (typeof work === 'function') return ticking(subject as string, Number(second), work)
  const label = typeof second === 'string' ? second : 'step'
  const given: unknown = subject
  if (typeof given === 'object' && given !== null && Symbol.asyncIterator in given)
    return later(subject as AsyncIterable<T>, label)
  if (typeof given === 'object' && given !== null && Symbol.iterator in given)
    return now(subject as Iterable<T>, label)
  throw new TypeError(
    `progress goes through a list, as progress(items, 'label'), or counts ticks, as progress('label', total, (tick) => …); not ${preview(given, { depth: 0 })}`,
  )
}

function* now<T>(items: Iterable<T>, label: string): Generator<T, void, undefined> {
  const task = beginTask(label, sized(items))
  let done = 0
  try {
    for (const item of items) {
      poll()
      yield item
      task.at(++done)
    }
  } finally {
    task.end()
  }
}

async function* later<T>(items: AsyncIterable<T>, label: string): AsyncGenerator<T, void, undefined> {
  const task = beginTask(label, sized(items))
  let done = 0
  try {
    for await (const item of items) {
      poll()
      yield item
      task.at(++done)
    }
  } finally {
    task.end()
  }
}

async function ticking<R>(label: string, total: number, work: (tick: Tick) => R | Promise<R>): Promise<R> {
  if (!(total > 0)) throw new RangeError(`progress('${label}'): total must be positive, but is ${total}`)
  const task = beginTask(label, Number.isFinite(total) ? { total } : {})
  let done = 0
  try {
    return await work((value) => {
      poll()
      task.at(++done, value === undefined ? undefined : () => words(value))
    })
  } finally {
    task.end()
  }
}

function words(value: string | number): string {
  return typeof value === 'number' ? Number(value.toPrecision(4)).toString() : value
}

/** How many items there are, where they say so. */
function sized(items: object): { readonly total?: number } {
  const { length, size } = items as { readonly length?: unknown; readonly size?: unknown }
  const total = typeof length === 'number' ? length : size
  return typeof total === 'number' && total > 0 ? { total } : {}
}
