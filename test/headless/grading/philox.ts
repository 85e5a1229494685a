/** Random numbers of a test, from a seed that can be told. */
import { philox } from '../../../src/tensor/random/philox'

export class Philox {
  readonly #seed: number
  #position = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  /** 0, …, n − 1 */
  integer(n: number): number {
    const words = new Uint32Array(4)
    philox([this.#seed | 0, 0], [this.#position++, 0, 0, 0], words)
    return words[0]! % n
  }
}
