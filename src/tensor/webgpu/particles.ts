/** The noise of particles that walk, made on the GPU, by the same counters as `../random/particles.ts`. */
import * as tf from '@tensorflow/tfjs'
import type { PhiloxKey } from '../random/philox'
import { dispatch, makeOutput } from './dispatch'
import { onOurWebGpu, override } from './registry'
import { shader } from './shader'
import { MATH } from './wgsl/math'
import { PHILOX } from './wgsl/philox'

const NAME = 'GenbookParticleNormals'

/** Threads take blocks of four components of a particle. */
const NORMALS = shader(
  'particle normals',
  { out: 'write' },
  { particles: 'u32', size: 'u32', step: 'u32', draw: 'u32', key0: 'u32', key1: 'u32' },
  /* wgsl */ `${MATH}${PHILOX}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let fours = (params.size + 3u) / 4u;
  for (var item = id.x; item < params.particles * fours; item += 64u * groups.x) {
    let particle = item / fours;
    let block = item % fours;
    let words = philox(vec2u(params.key0, params.key1), vec4u(block, particle, params.step, params.draw));
    let numbers = normals(words);
    for (var i = 0u; i < min(4u, params.size - 4u * block); i++) {
      out[particle * params.size + 4u * block + i] = numbers[i];
    }
  }
}`,
)

interface Attributes {
  readonly shape: number[]
  readonly size: number
  readonly key: PhiloxKey
  readonly step: number
  readonly draw: number
}

/** Registers the kernel, which has a name so that profiles show it. */
export function registerParticles(): void {
  override<object, Attributes>(NAME, ({ attrs: { shape, size, key, step, draw }, backend }) => {
    const out = makeOutput(backend, shape)
    const particles = shape[0]!
    if (!particles || !size) return out
    const groups = Math.ceil((particles * Math.ceil(size / 4)) / 64)
    dispatch(backend, NORMALS, { out }, { particles, size, step, draw, key0: key[0], key1: key[1] }, [groups])
    return out
  })
}

/**
 * Draw number `draw` of a step for particles of `size` numbers each, as a tensor whose rows they are; undefined where tensors are
 * not on our WebGPU kernels.
 */
export function webGpuParticleNormals(
  shape: number[],
  size: number,
  key: PhiloxKey,
  step: number,
  draw: number,
): tf.Tensor | undefined {
  if (!onOurWebGpu()) return undefined
  const attributes: Attributes = { shape, size, key, step, draw }
  return tf.engine().runKernel(NAME, {}, attributes as unknown as tf.NamedAttrMap)
}
