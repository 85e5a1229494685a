/** Kernels of our own for the layers of networks. Their gradients are ordinary operations, so they have gradients again. */
import * as tf from '@tensorflow/tfjs'
import { addressOf } from './native'
import { currentKernels, type Call } from './registry'

export const SILU = 'GenbookSilu'
export const SILU_SLOPE = 'GenbookSiluSlope'
export const AFFINE = 'GenbookAffine'

interface Slope {
  readonly dy: tf.TensorInfo
  readonly x: tf.TensorInfo
}

export function registerLayers(): void {
  if (tf.getKernel(SILU, 'wasm')) return
  register<{ readonly x: tf.TensorInfo }>(SILU, ({ inputs: { x }, backend }) => {
    const out = backend.makeOutput(x.shape, 'float32')
    const size = tf.util.sizeFromShape(x.shape)
    currentKernels()!.native.silu(addressOf(backend, x), addressOf(backend, out), size)
    return out
  })
  register<Slope>(SILU_SLOPE, ({ inputs: { dy, x }, backend }) => {
    const out = backend.makeOutput(x.shape, 'float32')
    const size = tf.util.sizeFromShape(x.shape)
    const [atDy, atX, atOut] = [addressOf(backend, dy), addressOf(backend, x), addressOf(backend, out)]
    currentKernels()!.native.siluSlope(atDy, atX, atOut, size)
    return out
  })
  register<readonly tf.TensorInfo[]>(AFFINE, ({ inputs: [b, ...factors], backend }) => {
    const { native } = currentKernels()!
    const pairs = factors.flatMap((x, i) => (i % 2 ? [] : [[x, factors[i + 1]!] as const]))
    const n = b!.shape[0]!
    const m = Math.max(...pairs.map(([x]) => x.shape[0]!))
    const out = backend.makeOutput([m, n], 'float32')
    const product = ([x, w]: (typeof pairs)[number], to: number, bias: number): void =>
      native.gemm(
        addressOf(backend, x),
        false,
        addressOf(backend, w),
        false,
        to,
        x.shape[0]!,
        n,
        w.shape[0]!,
        bias,
        bias === 0,
      )
    // Pairs of one row are the same for all rows: they go with b.
    let bias = addressOf(backend, b!)
    let row: tf.TensorInfo | undefined
    for (const pair of pairs.filter(([x]) => x.shape[0] !== m)) {
      const first = !row
      row ??= backend.makeOutput([n], 'float32')
      product(pair, addressOf(backend, row), first ? bias : 0)
    }
    if (row) bias = addressOf(backend, row)
    for (const [i, pair] of pairs.filter(([x]) => x.shape[0] === m).entries())
      product(pair, addressOf(backend, out), i === 0 ? bias : 0)
    if (row) backend.disposeData(row.dataId)
    return out
  })
}

function register<I>(kernelName: string, kernel: (call: Call<I>) => tf.TensorInfo): void {
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => kernel(call as unknown as Call<I>),
  })
}
