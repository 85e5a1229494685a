/** Loops that tell how far they are. */
import { beginTask } from './host'

/** The items of a list, one after another; the task ends with the loop, however that ends. */
export function* told<T>(label: string, items: readonly T[]): Generator<T, void, void> {
  for (const index of counted(label, items.length)) yield items[index]!
}

/** The numbers from 0 to `count` − 1, likewise. */
export function* counted(label: string, count: number): Generator<number, void, void> {
  const task = beginTask(label, { total: count })
  try {
    for (let i = 0; i < count; i++) {
      yield i
      task.at(i + 1)
    }
  } finally {
    task.end()
  }
}
