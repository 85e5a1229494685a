/** Mistakes in changes of variables, as slides and programs have them. */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { bijections } from '../flows'
import { jacobian, probedDivergence } from '../ode'
import { expectNear, mistake } from './mistake'

/** log p(x) from log p(z) and log |det ∂f/∂x| of z = f(x). */
export type DensityOfChange = (logBase: number, logDet: number) => number

/** x = 2z + 1 of uniform z: z = (x − 1)/2, whose slope is ½, on an interval of length 2. */
const determinantSign = mistake<DensityOfChange>({
  title: 'The determinant of the wrong direction',
  written: String.raw`\log p(x) = \log p(z) - \log\left|\det\frac{\partial z}{\partial x}\right|`,
  correct: String.raw`\log p(x) = \log p(z) + \log\left|\det\frac{\partial z}{\partial x}\right|`,
  right: (logBase, logDet) => logBase + logDet,
  wrong: (logBase, logDet) => logBase - logDet,
  check(form) {
    const mass = 2 * Math.exp(form(0, Math.log(0.5)))
    return now(() =>
      expectNear('the probability of [1, 3] under 2z + 1, z uniform on [0, 1]', mass, 1, 1e-12),
    )
  },
})

/** x₂ from z₂, a and μ. */
export type CouplingInverse = (z: number, a: number, shift: number) => number

const couplingInverseOrder = mistake<CouplingInverse>({
  title: 'A coupling undone in the wrong order',
  written: String.raw`x_2 = z_2 \odot e^{-a(x_1)} - \mu(x_1)`,
  correct: String.raw`x_2 = \left(z_2 - \mu(x_1)\right) \odot e^{-a(x_1)}`,
  right: (z, a, shift) => (z - shift) * Math.exp(-a),
  wrong: (z, a, shift) => z * Math.exp(-a) - shift,
  check(form, stream = currentStream()) {
    const [x = 0, a = 0, shift = 0] = stream.normal(3)
    return now(() =>
      expectNear(
        'x₂ after there and back',
        form(x * Math.exp(a) + shift, a, shift),
        x,
        1e-9 * (1 + Math.abs(x)),
      ),
    )
  },
})

/** log |det| of a 1 × 1 convolution on pictures of h by w pixels from log |det W|. */
export type ConvolutionLogDet = (logDetW: number, h: number, w: number) => number

const convolutionPixels = mistake<ConvolutionLogDet>({
  title: 'A convolution counted for one pixel',
  written: String.raw`\log|\det J| = \log|\det W|`,
  correct: String.raw`\log|\det J| = h\,w\,\log|\det W|`,
  right: (logDetW, h, w) => h * w * logDetW,
  wrong: (logDetW) => logDetW,
  check(form) {
    const [h, w] = [2, 3]
    const layer = bijections.convolution1x1({
      shape: [h, w, 2],
      matrix: [
        [2, 1],
        [0, 1.5],
      ],
    })
    const found = tf.tidy(() => {
      const params = layer.initial(currentStream())
      const x = tf.zeros([1, h, w, 2])
      const rows = jacobian((y) => layer.forward(params, y).value, x).arraySync()[0]!
      return logOfTriangularDeterminant(rows)
    })
    return now(() =>
      expectNear('log |det| of a 1 × 1 convolution on 2 × 3 pixels', form(Math.log(3), h, w), found, 1e-5),
    )
  },
})

/** Pixels do not mix, and each one's block is upper triangular. */
function logOfTriangularDeterminant(rows: readonly (readonly number[])[]): number {
  return rows.reduce((sum, row, i) => sum + Math.log(Math.abs(row[i]!)), 0)
}

/** Random vectors for the trace: n of d numbers. */
export type Probes = (n: number, d: number, stream: RandomStream) => tf.Tensor2D

const probesOfSmallVariance = mistake<Probes>({
  title: 'Vectors for the trace without unit variance',
  written: String.raw`\operatorname{tr} J = \mathbb{E}\,v^\top J v, \quad v \sim U(-1, 1)^d`,
  correct: String.raw`\operatorname{tr} J = \mathbb{E}\,v^\top J v, \quad \mathbb{E}\,vv^\top = I`,
  right: (n, d, stream) => stream.normalTensor([n, d]),
  wrong: (n, d, stream) => stream.uniformTensor([n, d], -1, 1),
  check(form, stream = currentStream()) {
    const n = 20_000
    const mean = tf.tidy(() => {
      const field = (x: tf.Tensor): tf.Tensor => tf.matMul(x, tf.tensor2d([-1, 0.5, 0.5, -2], [2, 2]))
      return probedDivergence(field, tf.zeros([n, 2]), form(n, 2, stream))
        .divergence.mean()
        .dataSync()[0]!
    })
    // Five standard errors: the variance of Gaussian estimates is 2‖J‖² = 11 here.
    return now(() =>
      expectNear('the mean estimate of the trace of [[−1, ½], [½, −2]]', mean, -3, 5 * Math.sqrt(11 / n)),
    )
  },
})

/** A check that is done at once, as the promise that checks are. */
function now(check: () => void): Promise<void> {
  return Promise.resolve().then(check)
}

export const flowMistakes = {
  determinantSign,
  couplingInverseOrder,
  convolutionPixels,
  probesOfSmallVariance,
}
