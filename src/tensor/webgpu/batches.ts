/**
 * What networks are trained on, made of data, noise and times in a dispatch each. None of it is differentiated: it is no part of what is
 * trained.
 */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { dispatch, makeOutput } from './dispatch'
import { onWebGpu } from './index'
import { shader } from './shader'
import { MATH, SINE_AT } from './wgsl/math'

const MIXTURES = shader(
  'mixtures of rows',
  { a: 'read', b: 'read', shares: 'read vec4f', first: 'write', second: 'write' },
  { size: 'u32', columns: 'u32' },
  /* wgsl */ `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < params.size; i += 64u * groups.x) {
    let share = shares[i / params.columns];
    first[i] = share.x * a[i] + share.y * b[i];
    second[i] = share.z * a[i] + share.w * b[i];
  }
}`,
)

const WAVES = shader(
  'waves',
  { labels: 'read', frequencies: 'read', out: 'write' },
  { size: 'u32', half: 'u32' },
  /* wgsl */ `${MATH}${SINE_AT}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < params.size; i += 64u * groups.x) {
    let angle = labels[i / params.half] * frequencies[i % params.half];
    let at = i / params.half * 2u * params.half + i % params.half;
    out[at] = sineAt(angle, 0);
    out[at + params.half] = sineAt(angle, 1);
  }
}`,
)

/**
 * Two sums of the rows of two tensors, p a + q b and r a + s b; undefined where tensors are not on our WebGPU kernels.
 *
 * @param a and `b` of one shape [n, d].
 * @param shares p, q, r and s of each row, of length 4n.
 */
export function webGpuMixtures(
  a: tf.Tensor,
  b: tf.Tensor,
  shares: () => Float32Array,
): readonly [tf.Tensor2D, tf.Tensor2D] | undefined {
  return onWebGpu([a, b], (backend) => {
    const outs = [makeOutput(backend, a.shape), makeOutput(backend, a.shape)] as const
    const [first, second] = outs
    if (a.size)
      uploaded(backend, shares(), (shares) => {
        const params = { size: a.size, columns: a.size / a.shape[0] }
        dispatch(backend, MIXTURES, { a, b, shares, first, second }, params, [Math.ceil(a.size / 64)])
      })
    return outs.map((out) => tf.engine().makeTensorFromTensorInfo(out)) as [tf.Tensor2D, tf.Tensor2D]
  })
}

/** sin ω_iλ, then cos ω_iλ, of shape [n, 2m]; undefined where tensors are not on our WebGPU kernels. @param labels λ, of shape [n]. */
export function webGpuWaves(labels: tf.Tensor1D, frequencies: Float32Array): tf.Tensor2D | undefined {
  return onWebGpu([labels], (backend) => {
    const half = frequencies.length
    const out = makeOutput(backend, [labels.size, 2 * half])
    const size = labels.size * half
    if (size)
      uploaded(backend, frequencies, (frequencies) => {
        dispatch(backend, WAVES, { labels, frequencies, out }, { size, half }, [Math.ceil(size / 64)])
      })
    return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor2D
  })
}

/** Lets `f` use numbers as a tensor. */
function uploaded(backend: WebGPUBackend, values: Float32Array, f: (tensor: tf.TensorInfo) => void): void {
  const tensor = backend.makeTensorInfo([values.length], 'float32', values)
  f(tensor)
  backend.disposeData(tensor.dataId)
}
