/**
 * Which losses are the denoising loss of a network: declared by those who make them, for those who can compute a loss and its
 * gradients faster than one operation after the other. Whoever replaces the loss has another function, of which nothing is
 * declared.
 */
import type { Head } from '../head'
import type { DenoisingOptions } from '../losses'
import type { Network, Params, TrainableParams } from '../network'
import type { GaussianProcess } from '../process'

/** A network under a head. */
export interface HeadedNetwork<P extends Params = Params> {
  readonly process: GaussianProcess
  readonly network: Network
  readonly head: Head
  readonly params: P
}

/** A denoising loss. */
export interface DenoisingLoss<P extends Params = TrainableParams> extends HeadedNetwork<P> {
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

const networks = new WeakMap<object, HeadedNetwork>()

/** Declares that the predictions of `predict` are a network's under a head. */
export function declareNetwork(predict: object, of: HeadedNetwork): void {
  networks.set(predict, of)
}

/** Whose predictions those of `predict` were declared to be. */
export function networkOf(predict: object): HeadedNetwork | undefined {
  return networks.get(predict)
}
