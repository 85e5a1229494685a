/** The numbers of random streams, made where the tensors are. */
import * as tf from '@tensorflow/tfjs'
import type { PhiloxKey } from '../random/philox'
import { addressOf, type Native } from './native'
import { currentKernels, type Call } from './registry'

const NAME = 'GenbookRandom'

type Fill = (
  native: Native,
  out: number,
  count: number,
  key: PhiloxKey,
  counter: readonly [number, number],
) => void

interface Attributes {
  readonly shape: number[]
  readonly key: PhiloxKey
  readonly counter: readonly [number, number]
  readonly fill: Fill
}

/** Registers the kernel that fills a tensor; it has a name so that profiles show it. */
export function registerRandom(): void {
  if (tf.getKernel(NAME, 'wasm')) return
  tf.registerKernel({
    kernelName: NAME,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const { attrs, backend } = call as unknown as Call<object, Attributes>
      const { native } = currentKernels()!
      const out = backend.makeOutput(attrs.shape, 'float32')
      attrs.fill(
        native,
        addressOf(backend, out),
        tf.util.sizeFromShape(attrs.shape),
        attrs.key,
        attrs.counter,
      )
      return out
    },
  })
}

/** Standard normals from a block on, as `RandomStream` makes them; undefined where tensors are not on our WASM kernels. */
export function wasmNormals(shape: number[], key: PhiloxKey, block: number): tf.Tensor | undefined {
  return filled(shape, key, block, (native, out, count, [key0, key1], [low, high]) =>
    native.normals(out, count, key0, key1, low, high),
  )
}

/** Uniforms on [low, high), in the same way. */
export function wasmUniforms(
  shape: number[],
  key: PhiloxKey,
  block: number,
  low: number,
  high: number,
): tf.Tensor | undefined {
  return filled(shape, key, block, (native, out, count, [key0, key1], counter) =>
    native.uniforms(out, count, key0, key1, counter[0], counter[1], low, high - low),
  )
}

/** A draw of particles, the rows of `shape`, as `random/particles.ts` makes them. */
export function wasmParticleNormals(
  shape: number[],
  size: number,
  key: PhiloxKey,
  step: number,
  draw: number,
): tf.Tensor | undefined {
  return filled(shape, key, 0, (native, out, _, [key0, key1]) =>
    native.particleNormals(out, shape[0]!, size, key0, key1, step, draw),
  )
}

function filled(shape: number[], key: PhiloxKey, block: number, fill: Fill): tf.Tensor | undefined {
  if (tf.getBackend() !== 'wasm' || !currentKernels()) return undefined
  const counter = [block % 2 ** 32, Math.floor(block / 2 ** 32)] as const
  return tf.engine().runKernel(NAME, {}, { shape, key, counter, fill } as unknown as tf.NamedAttrMap)
}
