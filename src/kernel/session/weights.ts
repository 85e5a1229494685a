/** The way from library code to files of weights, which a kernel cannot read by itself: its driver does, and posts them. */
import type { ReadWeights, WeightsRead } from '../protocol'

export class WeightRequests {
  readonly #post: (message: ReadWeights) => void
  readonly #open = new Map<number, (answer: WeightsRead) => void>()
  #last = 0

  constructor(post: (message: ReadWeights) => void) {
    this.#post = post
  }

  /** @throws Error (as a rejection) with the driver's reason where the file cannot be read. */
  async read(file: string): Promise<Uint8Array> {
    const request = ++this.#last
    const { bytes, reason } = await new Promise<WeightsRead>((resolve) => {
      this.#open.set(request, resolve)
      this.#post({ type: 'readWeights', request, file })
    })
    if (bytes) return bytes
    throw new Error(reason ?? 'the driver of this session gave no reason')
  }

  /** The driver has answered. */
  answer(answer: WeightsRead): void {
    this.#open.get(answer.request)?.(answer)
    this.#open.delete(answer.request)
  }
}
