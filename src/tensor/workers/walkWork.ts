/** Some particles of a walk, taken some steps further, by whoever has the numeric kernels. */
import { dimOf } from '../fused/walk'
import { ParticleWalk, type WalkNumbers } from '../wasm/walk'
import type { Work } from './work'

export interface SharedWalk {
  readonly numbers: WalkNumbers
  /** The most particles of a part. */
  readonly most: number
}

/** Particles of a walk, and how far they are to go. */
export interface WalkPart {
  /** The number of the first of them, and how many there are. */
  readonly first: number
  readonly n: number
  /** Steps done, and to be done. */
  readonly from: number
  readonly to: number
  /** Before the first step their states; after that their registers, as the part before gave them. */
  readonly values: Float32Array
}

export interface WalkedPart {
  readonly registers: Float32Array<ArrayBuffer>
  /** Particle after particle. */
  readonly states: Float32Array<ArrayBuffer>
}

export const walk: Work<SharedWalk, WalkPart, WalkedPart> = (bench, { numbers, most }) => {
  const walk = new ParticleWalk(bench, numbers, new Float32Array(most * dimOf(numbers.plan)))
  return ({ first, n, from, to, values }) => {
    if (from === 0) walk.begin(values, first)
    else walk.resume(values, n, first, from)
    walk.advance(to)
    return { registers: walk.registers(), states: walk.states() }
  }
}
