/** What `src/tensor/fused/walk.ts` describes, in double precision and one particle after another; and walks to try it on. */
import type { WalkPlan } from '../../../src/tensor/fused/walk'
import { philox, type PhiloxKey, type RandomStream } from '../../../src/tensor'

/** A walk in plain numbers: W_l and the rows of biases, row by row. */
export interface PlainWalk {
  readonly plan: WalkPlan
  readonly weights: readonly Float32Array[]
  readonly biases: Float32Array
  readonly rows: number
}

/** The states after `steps` steps, of shape [n, d]. */
export function walked(
  { plan, weights, biases }: PlainWalk,
  start: ArrayLike<number>,
  key: PhiloxKey,
  steps = plan.stepEnds.length,
): Float64Array {
  const d = plan.widths[0]!
  const out = new Float64Array(start.length)
  for (let i = 0; i < start.length / d; i++) {
    const registers: Float64Array[] = Array.from({ length: 1 + 2 * plan.slots + plan.fresh }, () =>
      new Float64Array(d).fill(NaN),
    )
    registers[0]!.set(Array.from({ length: d }, (_, c) => start[i * d + c]!))
    const sum = (coefficients: Float32Array, row: number): Float64Array => {
      const total = new Float64Array(d)
      for (const [r, values] of registers.entries()) {
        const coefficient = coefficients[row * registers.length + r]!
        if (coefficient) for (let c = 0; c < d; c++) total[c]! += coefficient * values[c]!
      }
      return total
    }
    let evaluation = 0
    let pass = 0
    for (let step = 0; step < steps; step++) {
      for (let j = 0; j < plan.draws[step]!; j++)
        registers[1 + 2 * plan.slots + j]!.set(noise(key, i, d, step + 1, j))
      for (; evaluation < plan.stepEnds[step]!; evaluation++) {
        const u = sum(plan.at, evaluation)
        const y = new Float64Array(d)
        for (; pass < plan.passEnds[evaluation]!; pass++) {
          const asked = u.map((value) => plan.input[evaluation]! * value)
          const answer = network(plan.widths, weights, biases, plan.row[pass]!, asked)
          for (let c = 0; c < d; c++) y[c]! += plan.share[pass]! * answer[c]!
        }
        registers[1 + plan.slot[evaluation]!] = u
        registers[1 + plan.slots + plan.slot[evaluation]!] = y
      }
      registers[0] = sum(plan.next, step)
    }
    out.set(registers[0]!, i * d)
  }
  return out
}

function network(
  widths: readonly number[],
  weights: readonly Float32Array[],
  biases: Float32Array,
  row: number,
  v: Float64Array,
): Float64Array {
  const length = widths.slice(1).reduce((a, b) => a + b, 0)
  let at = row * length
  let h = v
  for (const [l, w] of weights.entries()) {
    const outputs = widths[l + 1]!
    const z = Float64Array.from(biases.subarray(at, at + outputs))
    for (let k = 0; k < h.length; k++) for (let j = 0; j < outputs; j++) z[j]! += h[k]! * w[k * outputs + j]!
    at += outputs
    h = l < weights.length - 1 ? z.map((x) => x / (1 + Math.exp(-x))) : z
  }
  return h
}

function noise(key: PhiloxKey, particle: number, d: number, step: number, draw: number): Float64Array {
  const words = new Uint32Array(4)
  return Float64Array.from({ length: d }, (_, c) => {
    philox(key, [Math.floor(c / 4), particle, step, draw], words)
    const [radius, turn] = c % 4 < 2 ? [words[0]!, words[1]!] : [words[2]!, words[3]!]
    const length = Math.sqrt(-2 * Math.log(((radius >>> 8) + 1) * 2 ** -24))
    const angle = 2 * Math.PI * (turn >>> 8) * 2 ** -24
    return length * (c % 2 ? Math.sin(angle) : Math.cos(angle))
  })
}

export interface PlanSizes {
  readonly widths: readonly number[]
  readonly steps: number
  /** Evaluations in each step. */
  readonly asks?: number
  /** Passes in each evaluation. */
  readonly passes?: number
  /** M; slots are used in turns. */
  readonly slots?: number
  /** K. */
  readonly fresh?: number
}

/** A walk of random numbers that stays of size about one. */
export function randomWalk(
  stream: RandomStream,
  { widths, steps, asks = 1, passes = 1, slots = Math.max(asks, 1), fresh = 1 }: PlanSizes,
): PlainWalk {
  const registers = 1 + 2 * slots + fresh
  const evaluations = steps * asks
  const normals = (n: number, scale: number): Float32Array =>
    Float32Array.from(stream.normal(n), (z) => scale * z)
  const counts = (n: number, each: number): Uint32Array =>
    Uint32Array.from({ length: n }, (_, i) => (i + 1) * each)
  const rows = 3
  /** Nothing is asked of what has not been written: slots are filled in turns, noises at the step's beginning. */
  const sums = (n: number, written: (i: number) => number): Float32Array => {
    const out = normals(n * registers, 0.4 / Math.sqrt(registers))
    for (let i = 0; i < n; i++)
      for (let slot = 0; slot < slots; slot++)
        if (slot >= written(i)) {
          out[i * registers + 1 + slot] = 0
          out[i * registers + 1 + slots + slot] = 0
        }
    for (let i = 0; i < n; i++) out[i * registers] = 0.8
    return out
  }
  return {
    plan: {
      widths,
      slots,
      fresh,
      stepEnds: counts(steps, asks),
      draws: new Uint32Array(steps).fill(fresh),
      next: sums(steps, (step) => (step + 1) * asks),
      at: sums(evaluations, (evaluation) => evaluation),
      input: Float32Array.from(stream.uniform(evaluations), (u) => 0.5 + u),
      slot: Uint32Array.from({ length: evaluations }, (_, e) => e % slots),
      passEnds: counts(evaluations, passes),
      row: Uint32Array.from(stream.integers(evaluations * passes, 0, rows)),
      share: normals(evaluations * passes, 0.7),
    },
    weights: widths.slice(1).map((outputs, l) => normals(widths[l]! * outputs, 1.4 / Math.sqrt(widths[l]!))),
    biases: normals(rows * widths.slice(1).reduce((a, b) => a + b, 0), 0.5),
    rows,
  }
}
