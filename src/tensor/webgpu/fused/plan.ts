/** A plan of a walk as one list of words, for a shader: floating-point numbers as their bits. */
import type { WalkPlan } from '../../fused/walk'

const LISTS = ['stepEnds', 'draws', 'next', 'at', 'input', 'slot', 'passEnds', 'row', 'share'] as const

/** Where each list of the plan starts. */
export type Places = Readonly<Record<(typeof LISTS)[number], number>>

/** @returns all lists one after another, and where each starts. */
export function written(plan: WalkPlan): { readonly words: Int32Array; readonly places: Places } {
  const places: Record<string, number> = {}
  let length = 0
  for (const name of LISTS) {
    places[name] = length
    length += plan[name].length
  }
  const words = new Int32Array(length)
  for (const name of LISTS) {
    const list = plan[name]
    words.set(new Int32Array(list.buffer, list.byteOffset, list.length), places[name])
  }
  return { words, places: places as Places }
}
