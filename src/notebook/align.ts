/** Which stored element of an array becomes which element of the new one. */
import { isArray, isObject, type Json } from './json'
import { sameTree, type Tree, treeToJson } from './tree'

/** For each new element the index of the stored one that it replaces; undefined for one that is new. */
export type Align = (items: readonly Tree[], stored: readonly Json[]) => readonly (number | undefined)[]

/** How many stored elements of like shape are compared with a new one before it counts as changed. */
const CANDIDATES = 32

/**
 * Equal elements first (the common start and end, then wherever they stand); what is left over is paired in order, as
 * changed.
 */
export const alignEqual: Align = (items, stored) => {
  const result = new Array<number | undefined>(items.length).fill(undefined)
  const pair = (i: number, j: number): boolean => {
    const item = items[i]
    const old = stored[j]
    return item !== undefined && old !== undefined && sameTree(item, old)
  }
  let start = 0
  while (start < items.length && start < stored.length && pair(start, start)) result[start] = start++
  let end = 0
  const room = Math.min(items.length, stored.length) - start
  while (end < room && pair(items.length - 1 - end, stored.length - 1 - end)) {
    end++
    result[items.length - end] = stored.length - end
  }

  const shelves = new Map<string, number[]>()
  // Backwards, so that the first of a shelf is at its end, where taking it costs nothing.
  for (let j = stored.length - end - 1; j >= start; j--) {
    const shape = shapeOf(stored[j] ?? null)
    const shelf = shelves.get(shape)
    if (shelf) shelf.push(j)
    else shelves.set(shape, [j])
  }
  const free = new Set(Array.from({ length: stored.length - end - start }, (_, k) => start + k))
  for (let i = start; i < items.length - end; i++) {
    const shelf = shelves.get(shapeOf(treeToJson(items[i] ?? null)))
    const found = shelf?.slice(-CANDIDATES).findLast((j) => pair(i, j))
    if (!shelf || found === undefined) continue
    shelf.splice(shelf.lastIndexOf(found), 1)
    free.delete(found)
    result[i] = found
  }
  const left = free.values()
  for (let i = start; i < items.length - end; i++) result[i] ??= left.next().value
  return result
}

/** A short text that equal values share. */
function shapeOf(value: Json): string {
  if (isArray(value)) return `[${value.length}`
  if (isObject(value)) return `{${Object.keys(value).sort().join()}`
  return typeof value === 'number' ? 'number' : JSON.stringify(value)
}
