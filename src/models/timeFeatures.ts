/**
 * How a network is told the time: features of the label λ, of shape [n, size].
 *
 *   geometric    [sin ω_iλ, cos ω_iλ], ω from 1/4 to 8           for λ = log(α/σ), as in `mlp`
 *   sinusoidal   [sin ω_it, cos ω_it], ω_i = 10000^(−i/m)        DDPM's, for t = 1, …, 1000
 *   gaussian     [sin 2πω_iλ, cos 2πω_iλ], ω_i ~ N(0, s²)        random and never trained
 *
 * Products of Gaussian features estimate a kernel: their mean, Σ_i cos 2πω_i(λ − λ′)/m, tends to exp(−2π²s²(λ − λ′)²).
 *
 * Vaswani et al., "Attention is all you need", 2017, https://arxiv.org/abs/1706.03762; Tancik et al., "Fourier features let
 * networks learn high frequency functions in low dimensional domains", 2020, https://arxiv.org/abs/2006.10739
 */
import * as tf from '@tensorflow/tfjs'
import { RandomStream } from '../tensor'

export interface TimeFeatures {
  /** How many numbers a label becomes, even. */
  readonly size: number
  /** The frequencies ω, in radians per unit of the label. */
  readonly frequencies: Float32Array
}

function frequencies(size: number, name: string, frequency: (i: number, m: number) => number): TimeFeatures {
  expectSize(size, name)
  const m = size / 2
  return { size, frequencies: Float32Array.from({ length: m }, (_, i) => frequency(i, m)) }
}

function expectSize(size: number, name: string): void {
  if (!Number.isSafeInteger(size / 2) || size < 2)
    throw new RangeError(`timeFeatures.${name}: size must be an even number from 2 on, but is ${size}`)
}

export const timeFeatures = {
  /** ω from `slowest` to `fastest` in a geometric sequence. */
  geometric: (size = 32, { slowest = 0.25, fastest = 8 } = {}): TimeFeatures =>
    frequencies(size, 'geometric', (i, m) => slowest * (fastest / slowest) ** (m > 1 ? i / (m - 1) : 0)),

  /** ω_i = longest^(−i/m). @param longest about the longest wave over 2π. Default 10000. */
  sinusoidal: (size = 32, { longest = 10_000 } = {}): TimeFeatures =>
    frequencies(size, 'sinusoidal', (i, m) => longest ** (-i / m)),

  /**
   * 2πω_i with ω_i ~ N(0, scale²).
   *
   * @param scale s; 16 is usual for times in [0, 1], 1 for λ.
   * @param stream what ω is drawn from. Default: one of its own, so that it is the same in every session.
   */
  gaussian: (
    size = 32,
    {
      scale = 1,
      stream = new RandomStream(0, 'time features'),
    }: { scale?: number; stream?: RandomStream } = {},
  ): TimeFeatures => {
    expectSize(size, 'gaussian')
    const omega = stream.normal(size / 2)
    return frequencies(size, 'gaussian', (i) => 2 * Math.PI * scale * omega[i]!)
  },
}

/** The features of labels: [n] ↦ [n, size], sines first. */
export function featuresOf({ frequencies }: TimeFeatures, label: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const angles = tf.mul(label.expandDims(1), tf.tensor2d(frequencies, [1, frequencies.length]))
    return tf.concat2d([tf.sin(angles), tf.cos(angles)] as [tf.Tensor2D, tf.Tensor2D], 1)
  })
}
