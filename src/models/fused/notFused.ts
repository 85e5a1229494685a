/** Why something cannot be computed in one go, as the end of a sentence: `plain: its network is no perceptron`. */
export class NotFused extends Error {
  override readonly name = 'NotFused'
}
