/**
 * A sampler's walk as numbers, for executors that follow them in one go.
 *
 * A linear step is a sum of the state, of predictions x̂₀⁽ʲ⁾ and ε̂⁽ʲ⁾, and of fresh noise. Where predictions are a network's output
 * y under a head, asked about u at time t,
 *
 *   x̂₀ = a(t) u + b(t) y,   ε̂ = c(t) u + d(t) y,
 *
 * so every sum is one of states, questions u, outputs y and noise; and at one time for all, the time's embedding and a common
 * condition only ever add the same vector to each layer. What remains is `src/tensor/fused/walk.ts`.
 */
import { placesOf, registersOf, type Walk, type WalkPlan } from '../../tensor/fused/walk'
import { evaluationsOf, freshOf, most, type Combination, type LinearStep } from '../samplers/linear'
import type { Sampler } from '../samplers/walk'
import { isPerceptron, perceptronForm, type PerceptronForm } from '../mlp'
import { passesOf, type Pass, type Passes } from '../passes'
import { BiasTable } from './biases'
import { NotFused } from './notFused'

/**
 * The walk of a sampler, its biases to be disposed of by the caller.
 *
 * @throws NotFused where it cannot be written as numbers, saying why.
 */
export function walkPlan(sampler: Sampler): Walk {
  const { linear: steps, model } = sampler
  if (!steps)
    throw new NotFused(
      'its steps are not known ahead: they are hooked, adaptive, or not linear in the predictions',
    )
  const passes = passesOf(model)
  if (!passes) throw new NotFused('its model is not a network under a head')
  if (evaluationsOf(steps) === 0) throw new NotFused('it asks no network')
  return compiled(steps, passes)
}

/** One evaluation: what is asked at a time, and how the answer reads. */
interface Asked {
  readonly passes: readonly Pass[]
  readonly input: number
  /** x̂₀ and ε̂ as sums of u and y. */
  readonly x0: readonly [ofU: number, ofY: number]
  readonly noise: readonly [ofU: number, ofY: number]
}

function compiled(steps: readonly LinearStep[], passesAt: Passes): Walk {
  const slots = most(steps, ({ stages, next }) =>
    Math.max(1, next.predictions.length, ...stages.map(({ at }) => at.predictions.length)),
  )
  const fresh = most(steps, freshOf)
  const registers = registersOf({ slots, fresh })
  const evaluations = evaluationsOf(steps)
  const stepEnds = new Uint32Array(steps.length)
  const next = new Float32Array(steps.length * registers)
  const at = new Float32Array(evaluations * registers)
  const passEnds = new Uint32Array(evaluations)
  const rows: number[] = []
  const shares: number[] = []
  const asked: Asked[] = []
  let table: { readonly first: Pass; readonly form: PerceptronForm; readonly biases: BiasTable } | undefined
  /** Writes a sum's coefficients, the latest prediction being the last that was asked. */
  const write = (sum: Combination, to: Float32Array, row: number): void => {
    const out = to.subarray(row * registers, (row + 1) * registers)
    const { u, y, z } = placesOf({ slots })
    out[0] = sum.state
    for (const [back, [ofX0, ofNoise]] of sum.predictions.entries()) {
      if (ofX0 === 0 && ofNoise === 0) continue
      const index = asked.length - 1 - back
      const { x0, noise } = asked[index]!
      out[u + (index % slots)] = both(ofX0, x0[0], ofNoise, noise[0])
      out[y + (index % slots)] = both(ofX0, x0[1], ofNoise, noise[1])
    }
    out.set(sum.fresh, z)
  }
  for (const [step, { stages, next: sum }] of steps.entries()) {
    for (const { t, at: question } of stages) {
      write(question, at, asked.length)
      const passes = passesAt(t, null)
      const first = passes[0]
      if (!first) throw new NotFused('its model asks no network')
      table ??= { first, form: formOf(first), biases: new BiasTable(formOf(first), first.params) }
      for (const pass of passes) {
        expectAlike(pass, table.first)
        rows.push(table.biases.row(first.head.label(t), pass.condition))
        shares.push(pass.weight)
      }
      passEnds[asked.length] = rows.length
      const weight = passes.reduce((sum, pass) => sum + pass.weight, 0)
      const reading = ([ofU, ofY]: readonly [number, number]) => [weight * ofU, ofY] as const
      const { head } = first
      asked.push({ passes, input: head.input(t), x0: reading(head.x0(t)), noise: reading(head.noise(t)) })
    }
    write(sum, next, step)
    stepEnds[step] = asked.length
  }
  const { first, form, biases } = table!
  const plan: WalkPlan = {
    widths: form.widths,
    slots,
    fresh,
    stepEnds,
    draws: Uint32Array.from(steps, freshOf),
    next: finite(next),
    at: finite(at),
    input: finite(Float32Array.from(asked, ({ input }) => input)),
    slot: Uint32Array.from(asked, (_, e) => e % slots),
    passEnds,
    row: Uint32Array.from(rows),
    share: finite(Float32Array.from(shares)),
  }
  return { plan, weights: form.weights(first.params), biases: biases.tensor() }
}

/** a·b + c·d, where nothing of what is infinite is nothing. */
function both(a: number, b: number, c: number, d: number): number {
  return (a === 0 ? 0 : a * b) + (c === 0 ? 0 : c * d)
}

/** The plain path meets the same number, and says where. */
function finite(values: Float32Array): Float32Array {
  if (values.every(Number.isFinite)) return values
  throw new NotFused('one of its coefficients is not a finite number')
}

function formOf({ network }: Pass): PerceptronForm {
  const form = perceptronForm(network)
  if (!form)
    throw new NotFused(
      isPerceptron(network)
        ? 'its network takes conditions in another way than by adding'
        : 'its network is no perceptron',
    )
  if (form.widths[0] !== form.widths.at(-1))
    throw new NotFused('its network’s output is not of the length of its input')
  return form
}

/** All passes must go through one network, read by one head. */
function expectAlike(pass: Pass, first: Pass): void {
  if (pass.network !== first.network || pass.params !== first.params)
    throw new NotFused('it asks more than one network')
  if (pass.head !== first.head) throw new NotFused('it reads its network by more than one head')
}
