/**
 * A step of training of a U-Net, to be measured against other runtimes: pictures of 28 × 28, 64 at a time, 32 channels and 64 at half
 * the size, four residual blocks, attention at 14 × 14, Adam. `unet.py` is the same in PyTorch.
 */
import * as tf from '@tensorflow/tfjs'
import { attention, convolution, dense, doubled, freshOf, groupNorm } from '../../src/models/unet/layers'
import { resBlock } from '../../src/models/unet/resBlock'
import { adam } from '../../src/models/training/adam'
import type { Params } from '../../src/models/network'
import { parameter, RandomStream, silu } from '../../src/tensor'
import type { Loop } from './mlp'

const BATCH = 64
const SIDE = 28
const CHANNELS = 32
const EMBEDDING = 128
const FEATURES = 32
const GROUPS = 8

const [c, c2, c3] = [CHANNELS, 2 * CHANNELS, 3 * CHANNELS]
const block = (name: string, from: number, to: number) => resBlock(name, from, to, EMBEDDING, GROUPS)
const layers = {
  time0: dense('time.0', FEATURES, EMBEDDING),
  time1: dense('time.1', EMBEDDING, EMBEDDING),
  first: convolution('first', 1, c),
  down: block('down', c, c),
  half: convolution('half', c, c, { stride: 2 }),
  middle: block('middle', c, c2),
  attention: attention('attention', c2, GROUPS),
  middle2: block('middle2', c2, c2),
  up: block('up', c3, c),
  norm: groupNorm('norm', c, GROUPS, 'silu'),
  last: convolution('last', c, 1),
} as const

/** Multiplications and additions of a step: products alone, forwards, and twice back. */
export const UNET_OPERATIONS = ((): number => {
  const [wide, small] = [BATCH * SIDE ** 2, (BATCH * SIDE ** 2) / 4]
  const blocks = (places: number, from: number, to: number): number =>
    places * (9 * (from + to) * to + (from === to ? 0 : from * to))
  const products =
    wide * 9 * c * 2 +
    small * 9 * c * c +
    blocks(wide, c, c) +
    blocks(small, c, c2) +
    blocks(small, c2, c2) +
    blocks(wide, c3, c) +
    small * (4 * c2 ** 2 + 2 * c2 * (SIDE / 2) ** 2)
  return 3 * 2 * products
})()

function network(params: Params, x: tf.Tensor, features: tf.Tensor): tf.Tensor {
  const e = silu(layers.time1.apply(params, silu(layers.time0.apply(params, features))))
  const across = layers.down.apply(params, layers.first.apply(params, x), e)
  let h = layers.middle.apply(params, layers.half.apply(params, across), e)
  h = layers.middle2.apply(params, layers.attention.apply(params, h), e)
  h = layers.up.apply(params, tf.concat([doubled(h), across], 3), e)
  return layers.last.apply(params, layers.norm.apply(params, h))
}

/** A step of Adam on the squared error. */
export function unetStep(): Loop {
  const stream = new RandomStream(1, 'U-Net')
  const params = tf.tidy(() => {
    const fresh = Object.entries(freshOf(Object.values(layers), stream))
    return Object.fromEntries(fresh.map(([name, value]) => [name, parameter(value)]))
  })
  const variables = Object.values(params)
  const names = new Map(Object.entries(params).map(([name, { name: id }]) => [id, name]))
  const x = stream.normalTensor([BATCH, SIDE, SIDE, 1])
  const y = stream.normalTensor([BATCH, SIDE, SIDE, 1])
  const features = stream.normalTensor([BATCH, FEATURES])
  const optimizer = adam().start(params)
  const loss = () => tf.mean(tf.square(tf.sub(network(params, x, features), y))).asScalar()
  return {
    step: () =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(loss, variables)
        const gradients = Object.entries(grads).map(([id, gradient]) => [names.get(id)!, gradient])
        optimizer.step(Object.fromEntries(gradients) as Record<string, tf.Tensor>, 1e-3)
      }),
    dispose: () => {
      optimizer.dispose()
      tf.dispose([variables, x, y, features])
    },
  }
}
