/** Softmax along the last axis: eˣ/Σ eˣ, with x's largest taken off first. Short rows are a thread's, long ones a workgroup's. */
import * as tf from '@tensorflow/tfjs'
import { dispatch, makeOutput } from './dispatch'
import { override } from './registry'
import { shader } from './shader'
import { MATH } from './wgsl/math'
import { WORKGROUP_REDUCTIONS } from './wgsl/workgroup'

const BUFFERS = { x: 'read', out: 'write' } as const
const PARAMS = { rows: 'u32', count: 'u32' } as const

const ALONE = shader(
  'softmax, a thread each',
  BUFFERS,
  PARAMS,
  /* wgsl */ `${MATH}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = id.x; row < params.rows; row += 64u * groups.x) {
    let first = row * params.count;
    var largest = x[first];
    for (var i = 1u; i < params.count; i++) {
      largest = max(largest, x[first + i]);
    }
    var sum = 0.0;
    for (var i = 0u; i < params.count; i++) {
      let e = exponential(x[first + i] - largest);
      out[first + i] = e;
      sum += e;
    }
    for (var i = 0u; i < params.count; i++) {
      out[first + i] /= sum;
    }
  }
}`,
)

const TOGETHER = shader(
  'softmax, a workgroup each',
  BUFFERS,
  PARAMS,
  /* wgsl */ `${MATH}${WORKGROUP_REDUCTIONS}
@compute @workgroup_size(128)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var row = group.x; row < params.rows; row += groups.x) {
    let first = row * params.count;
    var largest = x[first];
    for (var i = lane; i < params.count; i += 128u) {
      largest = max(largest, x[first + i]);
    }
    largest = largestOfAll(largest, lane);
    var sum = 0.0;
    for (var i = lane; i < params.count; i += 128u) {
      let e = exponential(x[first + i] - largest);
      out[first + i] = e;
      sum += e;
    }
    sum = sumOfAll(sum, lane);
    // Each thread divides what it wrote itself.
    for (var i = lane; i < params.count; i += 128u) {
      out[first + i] /= sum;
    }
  }
}`,
)

export const SOFTMAX_SHADERS = [ALONE, TOGETHER]

const LONGEST_ALONE = 32

export function registerSoftmax(): void {
  override<{ readonly logits: tf.TensorInfo }, { readonly dim: number }>(
    tf.Softmax,
    ({ inputs: { logits: x }, attrs: { dim }, backend }) => {
      if (x.dtype !== 'float32' || (dim !== -1 && dim !== x.shape.length - 1)) return undefined
      const out = makeOutput(backend, x.shape)
      const size = tf.util.sizeFromShape(x.shape)
      if (size === 0) return out
      const count = x.shape.at(-1) ?? 1
      const params = { rows: size / count, count }
      if (count <= LONGEST_ALONE) dispatch(backend, ALONE, { x, out }, params, [Math.ceil(params.rows / 64)])
      else dispatch(backend, TOGETHER, { x, out }, params, [params.rows])
      return out
    },
  )
}
