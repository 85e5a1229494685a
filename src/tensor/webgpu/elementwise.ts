/** Functions of layers, number by number. */
import * as tf from '@tensorflow/tfjs'
import { SILU, SILU_SLOPE } from '../wasm/layers'
import { dispatch, makeOutput } from './dispatch'
import { override } from './registry'
import { shader } from './shader'
import { MATH } from './wgsl/math'

const loop = (statement: string): string => /* wgsl */ `${MATH}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < params.size; i += 64u * groups.x) {
    ${statement}
  }
}`

const SILU_SHADER = shader('silu', { x: 'read', out: 'write' }, { size: 'u32' }, loop('out[i] = silu(x[i]);'))
const SLOPE_SHADER = shader(
  'slope of silu',
  { dy: 'read', x: 'read', out: 'write' },
  { size: 'u32' },
  loop('out[i] = dy[i] * siluSlope(x[i]);'),
)

export const ELEMENTWISE_SHADERS = [SILU_SHADER, SLOPE_SHADER]

export function registerElementwise(): void {
  override<{ readonly x: tf.TensorInfo }, object>(SILU, ({ inputs: { x }, backend }) => {
    const out = makeOutput(backend, x.shape)
    const size = tf.util.sizeFromShape(x.shape)
    if (size) dispatch(backend, SILU_SHADER, { x, out }, { size }, [Math.ceil(size / 64)])
    return out
  })
  override<{ readonly dy: tf.TensorInfo; readonly x: tf.TensorInfo }, object>(
    SILU_SLOPE,
    ({ inputs: { dy, x }, backend }) => {
      const out = makeOutput(backend, x.shape)
      const size = tf.util.sizeFromShape(x.shape)
      if (size) dispatch(backend, SLOPE_SHADER, { dy, x, out }, { size }, [Math.ceil(size / 64)])
      return out
    },
  )
}
