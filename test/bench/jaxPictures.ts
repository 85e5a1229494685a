/** Training steps on pictures in jax-js, [n, channels, height, width] as it has them: those of `pytorch.py` and `unet.py`. */
import { trained, type Jax, type Params, type Values } from './jax'

let keys = 100

function normal({ random }: Jax, shape: number[], deviation: number): Values {
  return random.normal(random.key(++keys), shape).mul(deviation)
}

/** A filter and its bias. */
function filter(jax: Jax, name: string, from: number, to: number, size: number): Params {
  return {
    [`${name}.W`]: normal(jax, [to, from, size, size], 1 / Math.sqrt(from * size * size)),
    [`${name}.b`]: jax.numpy.zeros([to]),
  }
}

function convolution({ lax }: Jax, p: Params, name: string, x: Values, stride = 1): Values {
  const y = lax.convGeneralDilated(x, p[`${name}.W`]!, [stride, stride], 'SAME')
  return y.add(p[`${name}.b`]!.reshape([1, -1, 1, 1]))
}

function affine(jax: Jax, name: string, from: number, to: number, biased = true): Params {
  return {
    [`${name}.W`]: normal(jax, [from, to], 1 / Math.sqrt(from)),
    ...(biased && { [`${name}.b`]: jax.numpy.zeros([to]) }),
  }
}

function dense({ numpy }: Jax, p: Params, name: string, x: Values): Values {
  const y = numpy.matmul(x, p[`${name}.W`]!)
  const bias = p[`${name}.b`]
  return bias ? y.add(bias) : y
}

/** Glow's step: actnorm, an invertible 1 × 1 convolution by its factors, and an affine coupling. */
export function glow(jax: Jax): () => Promise<unknown> {
  const { numpy: np, nn } = jax
  const [n, c, hidden, side] = [64, 12, 32, 14]
  const fresh: Params = {
    shift: np.zeros([1, c, 1, 1]),
    logScale: np.zeros([1, c, 1, 1]),
    lower: normal(jax, [c, c], 0.1),
    upper: normal(jax, [c, c], 0.1),
    logS: np.zeros([c]),
    bias: np.zeros([c]),
    ...filter(jax, 'first', c / 2, hidden, 3),
    ...filter(jax, 'second', hidden, hidden, 1),
    ...filter(jax, 'third', hidden, c, 3),
  }
  const batch = normal(jax, [n, c, side, side], 1)
  const loss = (p: Params, input: Values): Values => {
    const [eye, below] = [np.eye(c), np.tril(np.ones([c, c]), -1)]
    const above = np.triu(np.ones([c, c]), 1)
    const x = input.add(p['shift']!).mul(np.exp(p['logScale']!.ref))
    const lower = p['lower']!.mul(below).add(eye.ref)
    const upper = p['upper']!.mul(above).add(eye.mul(np.exp(p['logS']!.ref)))
    const mixed = jax.lax.convGeneralDilated(x, np.matmul(lower, upper).reshape([c, c, 1, 1]), [1, 1], 'SAME')
    const [a, b] = np.split(mixed.add(p['bias']!.reshape([1, c, 1, 1])), 2, 1) as [Values, Values]
    let h = nn.silu(convolution(jax, p, 'first', a.ref))
    h = nn.silu(convolution(jax, p, 'second', h))
    const [shift, raw] = np.split(convolution(jax, p, 'third', h), 2, 1) as [Values, Values]
    const logScale = np.tanh(raw.div(3)).mul(3)
    const z = b.mul(np.exp(logScale.ref)).add(shift)
    const square = np
      .sum(np.square(a))
      .add(np.sum(np.square(z)))
      .mul(0.5 / n)
    const logDeterminant = np
      .sum(p['logScale']!)
      .add(np.sum(p['logS']!))
      .mul(side * side)
      .add(np.sum(logScale).div(n))
    return square.sub(logDeterminant)
  }
  return trained(jax, fresh, loss, () => [batch.ref])
}

const EMBEDDING = 128
/** Of the 64 that others take: a step of all would take minutes. */
export const UNET_PICTURES = 8
const GROUPS = 8
const SIDE = 28

/** The benchmarks' U-Net. */
export function unet(jax: Jax): () => Promise<unknown> {
  const { numpy: np, nn } = jax
  const [n, c] = [UNET_PICTURES, 32]
  const norm = (name: string, channels: number): Params => ({
    [`${name}.gain`]: np.ones([channels]),
    [`${name}.shift`]: np.zeros([channels]),
  })
  const block = (name: string, from: number, to: number): Params => ({
    ...norm(`${name}.norm`, from),
    ...filter(jax, `${name}.first`, from, to, 3),
    ...affine(jax, `${name}.scale`, EMBEDDING, to),
    ...affine(jax, `${name}.move`, EMBEDDING, to),
    ...filter(jax, `${name}.second`, to, to, 3),
    ...(from !== to && filter(jax, `${name}.skip`, from, to, 1)),
  })
  const fresh: Params = {
    ...affine(jax, 'time0', 32, EMBEDDING),
    ...affine(jax, 'time1', EMBEDDING, EMBEDDING),
    ...filter(jax, 'first', 1, c, 3),
    ...block('down', c, c),
    ...filter(jax, 'smaller', c, c, 3),
    ...block('middle', c, 2 * c),
    ...norm('attention.norm', 2 * c),
    ...affine(jax, 'attention.Q', 2 * c, 2 * c),
    ...affine(jax, 'attention.K', 2 * c, 2 * c, false),
    ...affine(jax, 'attention.V', 2 * c, 2 * c),
    ...affine(jax, 'attention.out', 2 * c, 2 * c),
    ...block('middle2', 2 * c, 2 * c),
    ...block('up', 3 * c, c),
    ...norm('norm', c),
    ...filter(jax, 'last', c, 1, 3),
  }
  const normalised = (x: Values): Values => {
    const shape = x.shape
    const flat = x.reshape([shape[0]!, GROUPS, -1])
    const centred = flat.ref.sub(np.mean(flat, 2, { keepdims: true }))
    const variance = np.mean(np.square(centred.ref), 2, { keepdims: true })
    return centred.div(np.sqrt(variance.add(1e-5))).reshape(shape)
  }
  const groupNorm = (p: Params, name: string, x: Values): Values =>
    normalised(x)
      .mul(p[`${name}.gain`]!.reshape([1, -1, 1, 1]))
      .add(p[`${name}.shift`]!.reshape([1, -1, 1, 1]))
  const residual = (p: Params, name: string, x: Values, e: Values): Values => {
    const h = convolution(jax, p, `${name}.first`, nn.silu(groupNorm(p, `${name}.norm`, x.ref)))
    const to = h.shape[1]!
    const told = (what: string): Values => dense(jax, p, `${name}.${what}`, e.ref).reshape([n, to, 1, 1])
    const modulated = nn.silu(normalised(h).mul(told('scale').add(1)).add(told('move')))
    const skip = p[`${name}.skip.W`] ? convolution(jax, p, `${name}.skip`, x) : x
    return skip.add(convolution(jax, p, `${name}.second`, modulated))
  }
  const attention = (p: Params, x: Values): Values => {
    const [, channels, height, width] = x.shape as [number, number, number, number]
    const flat = groupNorm(p, 'attention.norm', x.ref)
      .reshape([n, channels, height * width])
      .transpose([0, 2, 1])
    const [q, k, v] = ['Q', 'K', 'V'].map((part) => dense(jax, p, `attention.${part}`, flat.ref))
    flat.dispose()
    const scores = np.matmul(q!, k!.transpose([0, 2, 1])).mul(1 / Math.sqrt(channels))
    const mixed = dense(jax, p, 'attention.out', np.matmul(nn.softmax(scores, -1), v!))
    return x.add(mixed.transpose([0, 2, 1]).reshape([n, channels, height, width]))
  }
  const loss = (p: Params, x: Values, y: Values, features: Values): Values => {
    const e = nn.silu(dense(jax, p, 'time1', nn.silu(dense(jax, p, 'time0', features))))
    const across = residual(p, 'down', convolution(jax, p, 'first', x), e)
    let h = residual(p, 'middle', convolution(jax, p, 'smaller', across.ref, 2), e)
    h = residual(p, 'middle2', attention(p, h), e)
    const twice = np.repeat(np.repeat(h, 2, 2), 2, 3)
    h = residual(p, 'up', np.concatenate([twice, across], 1), e)
    e.dispose()
    const output = convolution(jax, p, 'last', nn.silu(groupNorm(p, 'norm', h)))
    return np.mean(np.square(output.sub(y)))
  }
  const pictures = (): Values => normal(jax, [n, 1, SIDE, SIDE], 1)
  const [x, y, features] = [pictures(), pictures(), normal(jax, [n, 32], 1)]
  return trained(jax, fresh, loss, () => [x.ref, y.ref, features.ref])
}
