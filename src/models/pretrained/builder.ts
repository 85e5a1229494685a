/**
 * Builders of the models that Genbook is shipped with: everything about such a model but its numbers. Training starts from one, and
 * loading puts the trained numbers into what it builds, so the two cannot differ.
 */
import type { RandomStream } from '../../tensor'
import type { Data } from '../data/data'
import type { Parametrised } from '../training/parameters'

export interface ModelBuilder<M extends Parametrised = Parametrised> {
  /** What it is loaded and trained by, and what its files are called: `digits-ddpm`. */
  readonly name: string
  /** What it is, in a sentence. */
  readonly about: string
  /** The model with fresh parameters. */
  readonly build: (stream: RandomStream) => M
  /** What it was trained on: endless, and so nothing that it has seen before. */
  readonly data: () => Data
}
