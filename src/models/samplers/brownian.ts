/**
 * Brownian increments that remember what was refused.
 *
 * Where a step of length h with the increment w is refused, the path over these h is known to end at w, and a shorter
 * step of q h must take it into account: given w, the increment over q h is that of a Brownian bridge,
 *
 *   w' = q w + √(q (1 − q) h) z,
 *
 * and w − w' is left for the rest. Drawing afresh instead forgets just those increments that made the error large, and
 * so prefers quiet paths. Each particle has a stack of such rests; while it has any, no step goes beyond the first of
 * them.
 *
 * Rackauckas and Nie, "Adaptive methods for stochastic differential equations via natural embeddings and rejection
 * sampling with memory", 2017, https://doi.org/10.3934/dcdsb.2017133
 */
import type { RandomStream } from '../../tensor'
import { combine, normalLike, type State } from '../state'
import { choose, release, scoped } from './adaptive'

/** How long the rests at one depth are, one for each particle, and their increments. */
interface Level<S extends State> {
  readonly lengths: Float64Array
  increments: S
}

const ROUNDING = 1e-9

export class RememberedNoise<S extends State> {
  readonly #remembers: boolean
  readonly #levels: Level<S>[] = []
  readonly #depths: Int32Array

  /** @param remembers whether refused increments are remembered; else every one is drawn afresh. */
  constructor(n: number, remembers = true) {
    this.#remembers = remembers
    this.#depths = new Int32Array(n)
  }

  /** How far each particle may go, of what it wants: to the end of the rest that is first in its stack. */
  within(wanted: Float64Array): Float64Array {
    return wanted.map((h, i) => {
      const depth = this.#depths[i]!
      const rest = depth > 0 ? this.#levels[depth - 1]!.lengths[i]! : Infinity
      // No rest of a rounding's length is left behind.
      return h > rest * (1 - ROUNDING) ? rest : h
    })
  }

  /** Increments over the lengths `h`, as `within` allows them; those of length 0 are left out. Belongs to the caller. */
  draw(x: S, h: Float64Array, stream: RandomStream): S {
    if (!this.#remembers)
      return scoped(x, () => ({ w: combine<S>([h.map(Math.sqrt), normalLike(x, stream)]) })).w
    const deepest = Math.max(...this.#depths.map((depth, i) => (h[i]! > 0 ? depth + 1 : depth)))
    while (this.#levels.length < deepest)
      this.#levels.push({ lengths: new Float64Array(h.length), increments: combine<S>([0, x]) })
    const levels = this.#levels
    const top = h.map((_, i) => {
      const depth = this.#depths[i]!
      return depth > 0 ? levels[depth - 1]!.lengths[i]! : 0
    })
    const [fresh, split] = [
      h.map((l, i) => +(l > 0 && top[i] === 0)),
      h.map((l, i) => +(l > 0 && l < top[i]!)),
    ]
    const share = h.map((l, i) => (l === 0 || fresh[i] ? 0 : split[i] ? l / top[i]! : 1))
    const deviation = h.map((l, i) =>
      fresh[i] ? Math.sqrt(l) : split[i] ? Math.sqrt(share[i]! * (1 - share[i]!) * top[i]!) : 0,
    )
    const at = (depth: number, mask: Float64Array): Float64Array =>
      mask.map((m, i) => (this.#depths[i] === depth ? m : 0))

    const result = scoped<S, Record<string, S>>(x, () => {
      const terms = levels.map((level, j) => [at(j + 1, share), level.increments] as const)
      const w = combine<S>(...terms, [deviation, normalLike(x, stream)])
      const updated: Record<string, S> = { w }
      for (const [j, level] of levels.entries()) {
        // What is left of a rest that is split, one deeper the new one.
        const rest = combine<S>([1, level.increments], [at(j + 1, split).map((m) => -m), w])
        const pushed = at(
          j,
          h.map((_, i) => Math.max(fresh[i]!, split[i]!)),
        )
        updated[`${j}`] = choose(Array.from(pushed, Boolean), w, rest)
      }
      return updated
    })
    for (const [j, level] of levels.entries()) {
      release(level.increments)
      level.increments = result[`${j}`]!
    }
    for (const [i, l] of h.entries()) {
      const depth = this.#depths[i]!
      if (split[i]) levels[depth - 1]!.lengths[i]! -= l
      if (!fresh[i] && !split[i]) continue
      levels[depth]!.lengths[i] = l
      this.#depths[i] = depth + 1
    }
    return result.w!
  }

  /** The increments last drawn have been used by those that moved. */
  accept(moved: readonly boolean[]): void {
    if (!this.#remembers) return
    for (const [i, used] of moved.entries()) if (used) this.#depths[i]!--
  }

  close(): void {
    for (const { increments } of this.#levels) release(increments)
    this.#levels.length = 0
  }
}
