/**
 * Inpainting: some numbers of a state are seen, x_v, and the others, x_h, are found where log p(x_v, x_h) is large.
 *
 *   ascent      x_h ← x_h + ε ∇_h log p               the most likely completion
 *   langevin    x_h ← x_h + (ε/2) ∇_h log p + √ε z    samples from p(x_h | x_v): ∇_h log p(x_h | x_v) = ∇_h log p(x_v, x_h)
 *
 * For N(μ, Σ) ascent ends at μ_h + Σ_hv Σ_vv⁻¹ (x_v − μ_v). Any field will do, not only a flow's.
 *
 * Dinh, Krueger and Bengio, "NICE", 2014, section 5.2, https://arxiv.org/abs/1410.8516
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { expectField, type Field } from '../field'
import { chain, langevinStep, runChain, type ChainState, type ChainStep } from '../langevin'
import { combine, type State } from '../state'

export interface InpaintOptions<S extends State = tf.Tensor> {
  /** For each number of a state, row by row, whether it is seen. */
  readonly seen: readonly boolean[]
  /** ε, positive: one for all steps, or a function of the step, counted from 0. */
  readonly epsilon: number | ((step: number) => number)
  /** Default 200. */
  readonly steps?: number
  /** `ascent` to the most likely completion (the default), or `langevin` to samples. */
  readonly by?: 'ascent' | 'langevin'
  readonly stream?: RandomStream
  /** Called with every state, which it must not keep. */
  readonly observe?: (state: ChainState<S>) => void | Promise<void>
}

/**
 * Fills in what is not seen.
 *
 * @param field ∇ log p of complete states: a flow, a mixture, an energy, `model.at(t)`.
 * @param start states [n, …] with what is seen in its place and a first guess elsewhere; it stays the caller's.
 * @returns completed states.
 * @throws RangeError where `seen` does not have an entry for each number of a state, or nothing is hidden.
 */
export async function inpaint(field: Field, start: tf.Tensor, options: InpaintOptions): Promise<tf.Tensor>
export async function inpaint<S extends State>(
  field: Field<NoInfer<S>>,
  start: S,
  options: InpaintOptions<NoInfer<S>>,
): Promise<S>
export async function inpaint<S extends State>(
  field: Field<S>,
  start: S,
  { seen, epsilon, steps = 200, by = 'ascent', stream = currentStream(), observe }: InpaintOptions<S>,
): Promise<S> {
  const given = expectField(field, 'inpaint')
  expectSeen(seen, start)
  if (by !== 'ascent' && by !== 'langevin')
    throw new RangeError(`inpaint: by must be 'ascent' or 'langevin', but is ${String(by)}`)
  const step: ChainStep<S> = by === 'ascent' ? ascentStep : langevinStep
  const inHidden: ChainStep<S> = (field, x, epsilon, stream) =>
    keepSeen(start, step(field, x, epsilon, stream), seen)
  return runChain(chain('inpaint', given, { epsilon, steps }, inHidden), start, {
    stream,
    ...(observe && { observe }),
  })
}

/** x + ε ∇ log p(x): one step uphill, with no noise. */
function ascentStep<S extends State>(field: Field<S>, x: S, epsilon: number): S {
  return combine([1, x], [epsilon, field.score(x)])
}

/** The seen numbers of one, and the others of the other. */
function keepSeen<S extends State>(seenIn: S, hiddenIn: S, seen: readonly boolean[]): S {
  if (seenIn instanceof Float64Array)
    return seenIn.map((x, i) => (seen[i % seen.length] ? x : (hiddenIn as Float64Array)[i]!)) as S
  const [x, y] = [seenIn, hiddenIn as tf.Tensor]
  return tf.tidy(() => {
    const mask = tf.tensor(seen.map(Number), [1, ...x.shape.slice(1)])
    return x.mul(mask).add(y.mul(tf.sub(1, mask)))
  }) as S
}

function expectSeen(seen: readonly boolean[], start: State): void {
  // Cells are not type-checked before they run.
  if (!Array.isArray(seen) || !seen.every((value) => typeof value === 'boolean'))
    throw new TypeError('inpaint: seen must be a list of true and false, one for each number of a state')
  const fits =
    start instanceof Float64Array
      ? start.length % seen.length === 0
      : start.shape.slice(1).reduce((product, size) => product * size, 1) === seen.length
  if (!fits)
    throw new RangeError(
      `inpaint: seen has ${seen.length} entries, but states have ` +
        (start instanceof Float64Array
          ? `together ${start.length} numbers`
          : `shape [${start.shape.join(', ')}]`),
    )
  if (seen.every(Boolean)) throw new RangeError('inpaint: everything is seen, so nothing is left to fill in')
}
