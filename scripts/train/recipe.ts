/** How a shipped model is trained: what each of `scripts/train/NAME.ts` says. */
import type { Trainable, TrainOptions } from '../../src/models'
import type { Measured, ModelBuilder } from '../../src/models/pretrained'
import type { RandomStream } from '../../src/tensor'

/** What training is told beside its length, seed and files. */
export type Settings<M> = Omit<
  TrainOptions<M>,
  'steps' | 'batch' | 'stream' | 'save' | 'resume' | 'observe' | 'evaluate' | 'evaluateEvery'
>

export interface Recipe<M extends Trainable = Trainable> {
  readonly builder: ModelBuilder<M>
  readonly seed: number
  readonly steps: number
  readonly batch: number
  /** What the random streams are called that parameters and training are drawn from. Default: `NAME: parameters`, `NAME: training`. */
  readonly streams?: { readonly parameters: string; readonly training: string }
  /** May load other models first: a teacher, what a loss compares by. */
  readonly settings: (model: M) => Settings<M> | Promise<Settings<M>>
  /** What its card says of the trained model, whose numbers have been rounded to what is stored. */
  readonly measure: (model: M, stream: RandomStream) => Promise<Readonly<Record<string, Measured>>>
}

/** A recipe, with the types of its model. */
export function recipe<M extends Trainable>(of: Recipe<M>): Recipe<M> {
  return of
}
