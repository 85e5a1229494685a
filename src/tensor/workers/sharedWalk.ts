/** A walk whose particles are shared with workers, some tiles of them at a time. */
import { dimOf, productsOf } from '../fused/walk'
import type { WalkNumbers } from '../wasm/walk'
import type { WorkerPool } from './pool'
import type { works } from './works'

/** Milliseconds that a call may take: the job looks at the stop sign in between, so this is for who watches only. */
const CALL = 200
/** Milliseconds that a part should take: long beside what a message costs, short beside a call, at whose end threads wait. */
const PART = 5
/** Particles are divided at multiples of it. */
const TILE = 16

/** A walk on its way, on plain arrays. */
export interface Walking {
  /** Steps done. */
  readonly done: number
  /** Takes at least one step, and not more than up to `to` in all. */
  advance(to: number): void | Promise<void>
  /** Particle after particle. */
  states(): Float32Array
  dispose(): void
}

/**
 * Begins a walk.
 *
 * @param rate products and sums that one thread does in a millisecond, as far as is known.
 */
export function shareWalk(
  pool: WorkerPool<typeof works>,
  numbers: WalkNumbers,
  start: Float32Array,
  rate: number,
): Walking {
  const { plan } = numbers
  const d = dimOf(plan)
  const n = start.length / d
  const threads = pool.workers + 1
  const job = pool.open('walk', { numbers, most: TILE * Math.ceil(n / TILE) })
  let done = 0
  let states = start
  let registers = new Float32Array()
  /** Numbers of one tile's registers. */
  let size = 0

  return {
    get done() {
      return done
    },
    async advance(to) {
      const work = (steps: number): number => n * productsOf(plan, done, done + steps)
      let steps = 1
      while (done + steps < to && work(steps + 1) <= CALL * rate * threads) steps++
      const wanted = Math.min(Math.floor(work(steps) / (PART * rate)), 32 * threads)
      const tiles = Math.ceil(n / TILE)
      const parts = divided(tiles, Math.ceil(tiles / Math.max(wanted, 1)), threads).map(([first, end]) => {
        return {
          first: TILE * first,
          n: Math.min(TILE * end, n) - TILE * first,
          from: done,
          to: done + steps,
          values: done
            ? registers.slice(size * first, size * end)
            : states.slice(d * TILE * first, d * TILE * end),
        }
      })
      const began = performance.now()
      const results = await job.run(parts)
      const took = performance.now() - began
      if (took > 1) rate = work(steps) / took / threads
      registers = joined(results.map((result) => result.registers))
      states = joined(results.map((result) => result.states))
      size = registers.length / tiles
      done += steps
    },
    states: () => states,
    dispose: () => job.close(),
  }
}

/**
 * Divides tiles into parts of `most`, and the last of them into smaller ones, so that threads that began at different times
 * end at about the same.
 *
 * @returns the first tile of each part, and the one behind its last.
 */
export function divided(tiles: number, most: number, threads: number): (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = []
  for (let first = 0; first < tiles;) {
    const left = tiles - first
    const share = Math.ceil(left / (4 * threads))
    const end = first + Math.min(Math.max(Math.min(share, most), Math.ceil(most / 4)), left)
    parts.push([first, end])
    first = end
  }
  return parts
}

function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
