/**
 * Invertible residual blocks: z = x + g(x) with Lip(g) ≤ L < 1. Such a map can always be undone, by iterating
 * x ← z − g(x), whose error falls like Lᵏ, and with J = ∂g/∂x
 *
 *   log det(I + J) = Σ_{k ≥ 1} (−1)^{k+1} tr(Jᵏ)/k.
 *
 * In few dimensions the determinant is computed `exact`ly. In many, `series` cuts the sum after some terms and estimates
 * the traces by vᵀJᵏv, which is biased; `roulette` stops after a random number N of terms and divides the k-th by
 * P(N ≥ k), which is not.
 *
 * Behrmann et al., "Invertible residual networks", 2019, https://arxiv.org/abs/1811.00995; Chen et al., "Residual flows for
 * invertible generative modeling", 2019, https://arxiv.org/abs/1906.02735
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, silu, type RandomStream } from '../../tensor'
import type { Params } from '../network'
import { jacobian, perMember, probes, type ProbeKind, type VectorField } from '../ode'
import { bijection, shapeOf, sizeOf, type Bijection, type ShapeOption } from './bijection'
import { compose } from './chain'
import { expectWidths, normalWeights } from './conditioner'
import { contracted } from './lipschitz'

export type ResidualOptions = ShapeOption & {
  /** Widths of the hidden layers of g. Default [64, 64]. */
  readonly hidden?: readonly number[]
  /** L in (0, 1). Default 0.9. */
  readonly lipschitz?: number
  /** Default: `exact` up to eight numbers in a state, else `roulette`. */
  readonly logDet?: 'exact' | 'series' | 'roulette'
  /** Terms of the series; the fewest of the roulette. Default 8 and 2. */
  readonly terms?: number
  readonly probes?: ProbeKind
}

/** SiLU's steepest slope is 1.0998; divided by it, SiLU does not stretch. */
const STEEPEST_SILU = 1.1
/** How far the inverse may be from the truth, for a first guess that is one away. */
const INVERSE_ERROR = 1e-8
/** The roulette goes on with this probability. */
const GO_ON = 0.5

/** One block z = x + g(x). @throws RangeError unless L is in (0, 1). */
export function residual({
  hidden = [64, 64],
  lipschitz = 0.9,
  logDet,
  terms,
  probes: kind = 'rademacher',
  ...option
}: ResidualOptions): Bijection {
  const name = 'residual block'
  const shape = shapeOf(option, name)
  const size = sizeOf(shape)
  expectWidths(hidden, name)
  if (!(lipschitz > 0 && lipschitz < 1))
    throw new RangeError(`${name}: lipschitz must be between 0 and 1, but is ${lipschitz}`)
  const rule = logDet ?? (size <= 8 ? 'exact' : 'roulette')
  if (!['exact', 'series', 'roulette'].includes(rule))
    throw new RangeError(`${name}: logDet must be 'exact', 'series' or 'roulette', but is ${String(rule)}`)
  const count = terms ?? (rule === 'roulette' ? 2 : 8)
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`${name}: terms must be a positive whole number, but is ${count}`)

  const widths = [size, ...hidden, size]
  // The layers' bounds multiply to L.
  const bound = lipschitz ** (1 / (widths.length - 1))
  const iterations = Math.ceil(Math.log(INVERSE_ERROR) / Math.log(lipschitz))

  const residue = (params: Params): VectorField => {
    const weights = widths.slice(1).map((_, layer) => contracted(params[`W${layer}`] as tf.Tensor2D, bound))
    return (x) => {
      let h: tf.Tensor = x.reshape([-1, size])
      for (const [layer, w] of weights.entries()) {
        if (layer > 0) h = silu(h).div(STEEPEST_SILU)
        h = tf.matMul(h as tf.Tensor2D, w).add(params[`b${layer}`]!)
      }
      return h.reshape(x.shape)
    }
  }
  const determinant = (g: VectorField, x: tf.Tensor, stream: RandomStream): tf.Tensor1D => {
    if (rule === 'exact') return logDetNearIdentity(jacobian(g, x).add(tf.eye(size)))
    const v = probes(kind, x.shape, stream)
    if (rule === 'series') return series(g, x, v, count, () => 1)
    const [u = 0.5] = stream.uniform(1)
    const beyond = Math.floor(Math.log(1 - u) / Math.log(GO_ON))
    return series(g, x, v, count + beyond, (k) => (k <= count ? 1 : GO_ON ** (count - k)))
  }

  return bijection({
    name,
    shape,
    initial(stream) {
      const params: Record<string, tf.Tensor> = {}
      for (let layer = 0; layer + 1 < widths.length; layer++) {
        params[`W${layer}`] = normalWeights(stream, widths[layer]!, widths[layer + 1]!)
        params[`b${layer}`] = tf.zeros([widths[layer + 1]!])
      }
      return params
    },
    forward(params, x, stream = currentStream()) {
      const g = residue(params)
      return { value: x.add(g(x)), logDet: determinant(g, x, stream) }
    },
    inverse(params, z, stream = currentStream()) {
      const g = residue(params)
      let x = z
      for (let k = 0; k < iterations; k++) {
        const last = x
        x = tf.tidy(() => z.sub(g(last)))
      }
      return { value: x, logDet: determinant(g, x, stream).neg() }
    },
  })
}

/** Blocks one after the other. @param blocks how many. Default 6. */
export function residualFlow({
  blocks = 6,
  ...options
}: ResidualOptions & { readonly blocks?: number }): Bijection {
  if (!Number.isSafeInteger(blocks) || blocks < 1)
    throw new RangeError(`residualFlow: blocks must be a positive whole number, but is ${blocks}`)
  return compose(
    Array.from({ length: blocks }, () => residual(options)),
    'residual flow',
  )
}

/** Σ_{k=1}^{K} (−1)^{k+1} weight(k) vᵀJᵏv / k, each power by one more backward pass. */
function series(
  g: VectorField,
  x: tf.Tensor,
  v: tf.Tensor,
  terms: number,
  weight: (k: number) => number,
): tf.Tensor1D {
  const backward = tf.grad(g)
  let w = v
  let sum: tf.Tensor1D = tf.zeros([x.shape[0]])
  for (let k = 1; k <= terms; k++) {
    w = backward(x, w)
    sum = sum.add(perMember(w.mul(v)).mul(((k % 2 ? 1 : -1) * weight(k)) / k))
  }
  return sum
}

/**
 * log det A for a batch [n, d, d] of matrices I + J with ‖J‖ < 1, by elimination without pivoting: since vᵀAv ≥ (1 − ‖J‖)
 * ‖v‖², so do all of its Schur complements, and no pivot is small.
 */
function logDetNearIdentity(matrices: tf.Tensor): tf.Tensor1D {
  const d = matrices.shape[1]!
  let rest = matrices
  let sum: tf.Tensor | undefined
  for (let k = d; k > 0; k--) {
    const pivot = rest.slice([0, 0, 0], [-1, 1, 1])
    const log = tf.log(pivot).reshape([-1])
    sum = sum ? sum.add(log) : log
    if (k === 1) break
    const column = rest.slice([0, 1, 0], [-1, k - 1, 1])
    const row = rest.slice([0, 0, 1], [-1, 1, k - 1])
    rest = rest.slice([0, 1, 1], [-1, k - 1, k - 1]).sub(column.mul(row).div(pivot))
  }
  return sum as tf.Tensor1D
}
