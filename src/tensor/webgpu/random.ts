/** The numbers of random streams, made on the GPU. */
import * as tf from '@tensorflow/tfjs'
import type { PhiloxKey } from '../random/philox'
import { dispatch, makeOutput } from './dispatch'
import { onOurWebGpu, override } from './registry'
import { shader } from './shader'
import { MATH } from './wgsl/math'
import { PHILOX } from './wgsl/philox'

const NAME = 'GenbookRandom'

const PARAMS = {
  size: 'u32',
  key0: 'u32',
  key1: 'u32',
  counter0: 'u32',
  counter1: 'u32',
  low: 'f32',
  range: 'f32',
} as const

/** Threads take blocks of four numbers: `four` of a block of words. */
function filler(name: string, four: string) {
  return shader(
    name,
    { out: 'write' },
    PARAMS,
    /* wgsl */ `${MATH}${PHILOX}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var block = id.x; 4u * block < params.size; block += 64u * groups.x) {
    let counter = params.counter0 + block;
    let carry = select(0u, 1u, counter < block);
    let words = philox(vec2u(params.key0, params.key1), vec4u(counter, params.counter1 + carry, 0u, 0u));
    let numbers = ${four};
    for (var i = 0u; i < min(4u, params.size - 4u * block); i++) {
      out[4u * block + i] = numbers[i];
    }
  }
}`,
  )
}

const NORMALS = filler('random normals', 'normals(words)')
const UNIFORMS = filler(
  'random uniforms',
  'params.low + params.range * vec4f(uniform24(words.x), uniform24(words.y), uniform24(words.z), uniform24(words.w))',
)

export const RANDOM_SHADERS = [NORMALS, UNIFORMS]

interface Attributes {
  readonly shape: number[]
  readonly key: PhiloxKey
  readonly block: number
  readonly normal: boolean
  readonly low: number
  readonly range: number
}

/** Registers the kernel that fills a tensor; it has a name so that profiles show it. */
export function registerRandom(): void {
  override<object, Attributes>(NAME, ({ attrs, backend }) => {
    const { shape, key, block, normal, low, range } = attrs
    const out = makeOutput(backend, shape)
    const size = tf.util.sizeFromShape(shape)
    if (size === 0) return out
    const [counter0, counter1] = [block % 2 ** 32, Math.floor(block / 2 ** 32)]
    const params = { size, key0: key[0], key1: key[1], counter0, counter1, low, range }
    dispatch(backend, normal ? NORMALS : UNIFORMS, { out }, params, [Math.ceil(size / 256)])
    return out
  })
}

/** Standard normals from a block on, as `RandomStream` makes them; undefined where tensors are not on our WebGPU kernels. */
export function webGpuNormals(shape: number[], key: PhiloxKey, block: number): tf.Tensor | undefined {
  return filled({ shape, key, block, normal: true, low: 0, range: 1 })
}

/** Uniforms on [low, high), in the same way: the same bits for [0, 1), and one rounding more for others. */
export function webGpuUniforms(
  shape: number[],
  key: PhiloxKey,
  block: number,
  low: number,
  high: number,
): tf.Tensor | undefined {
  return filled({ shape, key, block, normal: false, low, range: high - low })
}

function filled(attributes: Attributes): tf.Tensor | undefined {
  if (!onOurWebGpu()) return undefined
  return tf.engine().runKernel(NAME, {}, attributes as unknown as tf.NamedAttrMap)
}
