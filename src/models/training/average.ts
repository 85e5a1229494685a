/**
 * A running average of parameters, θ̄ ← decay_k θ̄ + (1 − decay_k) θ.
 *
 * The decay warms up, decay_k = min(decay, (1 + k)/(10 + k)), so that a short training is not averaged with its start.
 */
import * as tf from '@tensorflow/tfjs'
import { mixAllInto, parameter } from '../../tensor'
import type { TrainableParams } from '../network'

export class ParameterAverage {
  readonly params: TrainableParams
  readonly decay: number
  readonly average: ReadonlyMap<string, tf.Variable>
  updates = 0

  /** @param decay in (0, 1); the average reaches back about 1/(1 − decay) steps. */
  constructor(params: TrainableParams, decay: number) {
    if (!(decay > 0 && decay < 1))
      throw new RangeError(`the decay of an average must be in (0, 1), but is ${decay}`)
    this.params = params
    this.decay = decay
    this.average = new Map(Object.entries(params).map(([name, value]) => [name, parameter(value, false)]))
  }

  /** The decay of the next update but `ahead`. */
  decayOf(ahead = 0): number {
    const k = this.updates + ahead
    return Math.min(this.decay, (1 + k) / (10 + k))
  }

  update(): void {
    const decay = this.decayOf()
    this.updates++
    mixAllInto(
      [...this.average].map(([name, mean]) => [mean, this.params[name]!]),
      decay,
    )
  }

  /** Exchanges the average and the parameters; a second time puts them back. */
  swap(): void {
    for (const [name, mean] of this.average)
      tf.tidy(() => {
        const value = this.params[name]!.clone()
        this.params[name]!.assign(mean.clone())
        mean.assign(value)
      })
  }

  dispose(): void {
    for (const mean of this.average.values()) mean.dispose()
  }
}
