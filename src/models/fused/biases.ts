/** The table of a perceptron's biases: one row for each time's label and condition that it is asked with. */
import * as tf from '@tensorflow/tfjs'
import type { Condition } from '../condition'
import type { PerceptronForm } from '../mlp'
import type { Params } from '../network'
import { NotFused } from './notFused'

export class BiasTable {
  readonly #form: PerceptronForm
  readonly #params: Params
  /** Labels by condition, each with the row that it will have. */
  readonly #labels = new Map<Condition, Map<number, number>>()
  #rows = 0

  constructor(form: PerceptronForm, params: Params) {
    this.#form = form
    this.#params = params
  }

  /** The row of a label and a condition. */
  row(label: number, condition: Condition): number {
    const labels = this.#labels.get(condition) ?? new Map<number, number>()
    this.#labels.set(condition, labels)
    const row = labels.get(label) ?? this.#rows++
    labels.set(label, row)
    return row
  }

  /** All rows, of shape [rows, biases of all layers]. @throws NotFused where a condition is not one for all states. */
  tensor(): tf.Tensor2D {
    return tf.tidy(() => {
      const parts = Array.from(this.#labels, ([condition, labels]) => {
        try {
          return this.#form.biases(this.#params, [...labels.keys()], condition)
        } catch (error) {
          // Where the condition itself is wrong, the plain path says how.
          if (error instanceof RangeError) throw new NotFused('conditions differ from particle to particle')
          throw error
        }
      })
      const table = tf.concat2d(parts, 0)
      const order = Array.from(this.#labels.values(), (labels) => [...labels.values()]).flat()
      if (order.every((row, i) => row === i)) return table
      const places = new Int32Array(order.length)
      for (const [i, row] of order.entries()) places[row] = i
      return tf.gather(table, tf.tensor1d(places, 'int32'))
    })
  }
}
