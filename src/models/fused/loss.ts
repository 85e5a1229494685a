/**
 * Which losses are the denoising loss of a network: declared by those who make them, for those who can compute a loss and its
 * gradients faster than one operation after the other. Whoever replaces the loss has another function, of which nothing is
 * declared.
 */
import type { Head } from '../head'
import type { DenoisingOptions } from '../losses'
import type { Network, TrainableParams } from '../network'
import type { GaussianProcess } from '../process'

/** A denoising loss. */
export interface DenoisingLoss {
  readonly process: GaussianProcess
  readonly network: Network
  readonly head: Head
  readonly params: TrainableParams
  readonly options: Omit<DenoisingOptions, 'condition' | 'stream'>
}

const declared = new WeakMap<object, DenoisingLoss>()

/** Declares that a model's loss is a denoising loss. */
export function declareDenoising(loss: object, of: DenoisingLoss): void {
  declared.set(loss, of)
}

/** What a model's loss was declared to be. */
export function denoisingOf(loss: object): DenoisingLoss | undefined {
  return declared.get(loss)
}
