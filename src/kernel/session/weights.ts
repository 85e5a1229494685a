/** The way from library code to files of weights, which a kernel cannot read by itself: its driver does, and posts them. */
import type { ReadWeights, WeightsRead } from '../protocol'
import { OpenRequests } from './openRequests'

export class WeightRequests {
  readonly #post: (message: ReadWeights) => void
  readonly #open = new OpenRequests<WeightsRead>()

  constructor(post: (message: ReadWeights) => void) {
    this.#post = post
  }

  /** @throws Error (as a rejection) with the driver's reason where the file cannot be read. */
  async read(file: string): Promise<Uint8Array> {
    const { answered } = this.#open.ask((request) => this.#post({ type: 'readWeights', request, file }))
    const { bytes, reason } = await answered
    if (bytes) return bytes
    throw new Error(reason ?? 'the driver of this session gave no reason')
  }

  /** The driver has answered. */
  answer(answer: WeightsRead): void {
    this.#open.answer(answer.request, answer)
  }
}
