/**
 * Networks that contract: the largest singular value of each weight matrix is kept below a bound.
 *
 * The norm is bounded from above by squaring the Gram matrix again and again,
 *
 *   σ(W)^{2·2ᵏ} = ‖(WᵀW)^{2ᵏ}‖₂ ≤ ‖(WᵀW)^{2ᵏ}‖_F ≤ √r σ(W)^{2·2ᵏ},
 *
 * for W of rank r: after k = 6 squarings at most r^{1/256} too large, and never too small, as power iteration is.
 *
 * Miyato, Kataoka, Koyama and Yoshida, "Spectral normalization for generative adversarial networks", 2018,
 * https://arxiv.org/abs/1802.05957; Delattre, Barthélemy, Araujo and Allauzen, "Efficient bound of Lipschitz constant for
 * convolutional layers by Gram iteration", 2023, https://arxiv.org/abs/2305.16173
 */
import * as tf from '@tensorflow/tfjs'

const SQUARINGS = 6
/** Keeps the norm of a zero matrix from being divided by. */
const TINY = 1e-30

/** An upper bound of the largest singular value of a matrix, as a scalar. */
export function spectralNorm(matrix: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const [rows, columns] = matrix.shape
    let gram =
      rows < columns ? tf.matMul(matrix, matrix, false, true) : tf.matMul(matrix, matrix, true, false)
    // The Gram power is e^s times what is kept, so that it neither overflows nor vanishes.
    let s: tf.Tensor = tf.scalar(0)
    for (let k = 0; k < SQUARINGS; k++) {
      const norm = frobenius(gram)
      gram = gram.div(norm)
      s = s.add(tf.log(norm)).mul(2)
      gram = tf.matMul(gram, gram)
    }
    const log = s.add(tf.log(frobenius(gram)))
    return tf.exp(log.div(2 ** (SQUARINGS + 1))).asScalar()
  })
}

function frobenius(matrix: tf.Tensor): tf.Tensor {
  return tf.sqrt(matrix.square().sum().add(TINY))
}

/** W, or W made smaller so that its largest singular value is at most `bound`. */
export function contracted(matrix: tf.Tensor2D, bound: number): tf.Tensor2D {
  return tf.tidy(() => matrix.mul(tf.minimum(tf.div(bound, spectralNorm(matrix)), 1)))
}
