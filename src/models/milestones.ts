/** What a person who steps through a sampler or a chain sees of its states. */
import * as tf from '@tensorflow/tfjs'
import { reached, readNow } from '../tensor'
import type { Denoiser } from './denoiser'
import type { State } from './state'
import type { SamplerState } from './samplers/walk'

/** Tells that a sampler has come to a state: x_t and t, and what the model predicts there. */
export function stateReached<S extends State>(model: Denoiser<S>, state: SamplerState<S>): void {
  const { x, t, step, steps, evaluations } = state
  reached(() => {
    const predicted = (quantity: 'x0' | 'noise' | 'score') => () =>
      detached(() => model.predict(x, t)[quantity])
    return {
      title: `state ${step}${Number.isNaN(steps) ? '' : ` of ${steps}`}, t = ${Number(t.toPrecision(4))}`,
      values: {
        x_t: () => x,
        t: () => t,
        'predicted x0': predicted('x0'),
        'predicted noise': predicted('noise'),
        score: predicted('score'),
        evaluations: () => evaluations,
      },
    }
  })
}

/** Tells that a walk without a process has come to a state. */
export function walkReached(
  { step, steps }: { readonly step: number; readonly steps: number },
  values: Readonly<Record<string, unknown>>,
): void {
  reached(() => ({
    title: `state ${step} of ${steps}`,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value])),
  }))
}

/** The numbers of a tensor that is computed only to be looked at: it looks like one, and holds nothing on the device. */
function detached<S extends State>(compute: () => S): unknown {
  let found: unknown
  tf.tidy(() => {
    const made = compute()
    if (made instanceof tf.Tensor) {
      const { dtype, shape, size, rankType } = made
      const data = readNow(made)
      found = { dtype, shape: [...shape], size, rankType, dataSync: () => data }
    } else found = made
  })
  return found
}
