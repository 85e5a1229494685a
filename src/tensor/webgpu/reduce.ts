/**
 * Sums, means, largest and smallest numbers along any axes: neighbouring axes at once and without a transposition before, as TensorFlow.js
 * needs it.
 *
 * A tensor is outer × count × inner. Where many numbers are summed for few results, a workgroup makes each; elsewhere a thread does.
 */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { dispatch, makeOutput } from './dispatch'
import { override } from './registry'
import { shader } from './shader'

const PARAMS = { size: 'u32', count: 'u32', inner: 'u32', scale: 'f32' } as const

interface Combination {
  readonly start: string
  readonly combine: string
}

const SUM: Combination = { start: '0.0', combine: 'total + value' }
const MAX: Combination = { start: 'bitcast<f32>(params.lowest)', combine: 'max(total, value)' }
const MIN: Combination = { start: '-bitcast<f32>(params.lowest)', combine: 'min(total, value)' }

function shaders(name: string, { start, combine }: Combination) {
  const buffers = { x: 'read', out: 'write' } as const
  const params = { ...PARAMS, lowest: 'u32' } as const
  const head = /* wgsl */ `
fn combined(total: f32, value: f32) -> f32 { return ${combine}; }
`
  return {
    alone: shader(
      `${name}, a thread each`,
      buffers,
      params,
      /* wgsl */ `${head}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < params.size; i += 64u * groups.x) {
    let first = i / params.inner * params.count * params.inner + i % params.inner;
    var total = ${start};
    for (var k = 0u; k < params.count; k++) {
      total = combined(total, x[first + k * params.inner]);
    }
    out[i] = total * params.scale;
  }
}`,
    ),
    together: shader(
      `${name}, a workgroup each`,
      buffers,
      params,
      /* wgsl */ `${head}
var<workgroup> totals: array<f32, 128>;

@compute @workgroup_size(128)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var i = group.x; i < params.size; i += groups.x) {
    let first = i / params.inner * params.count * params.inner + i % params.inner;
    var total = ${start};
    for (var k = lane; k < params.count; k += 128u) {
      total = combined(total, x[first + k * params.inner]);
    }
    totals[lane] = total;
    workgroupBarrier();
    for (var half = 64u; half > 0u; half /= 2u) {
      if (lane < half) {
        totals[lane] = combined(totals[lane], totals[lane + half]);
      }
      workgroupBarrier();
    }
    if (lane == 0u) {
      out[i] = totals[0] * params.scale;
    }
    workgroupBarrier();
  }
}`,
    ),
  }
}

const SUMS = shaders('sum', SUM)
const LARGEST = shaders('largest', MAX)
const SMALLEST = shaders('smallest', MIN)

export const REDUCTION_SHADERS = [SUMS.alone, SUMS.together]

/** More numbers than this for one result are worth a workgroup. */
const ALONE = 64
/** Of so many results each may have its thread, however long it takes. */
const MANY = 2 ** 15

interface Attributes {
  readonly axis?: number | number[]
  readonly reductionIndices?: number | number[]
  readonly keepDims?: boolean
}

export function registerReductions(): void {
  register(tf.Sum, SUMS, 0, () => 1)
  register(tf.Mean, SUMS, NaN, (count) => 1 / count)
  register(tf.Max, LARGEST, -Infinity, () => 1)
  register(tf.Min, SMALLEST, Infinity, () => 1)
}

function register(
  kernel: string,
  made: ReturnType<typeof shaders>,
  ofNothing: number,
  scaleOf: (count: number) => number,
): void {
  override<{ readonly x: tf.TensorInfo }, Attributes>(kernel, ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== 'float32') return undefined
    const axes = tf.util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number | number[], x.shape)
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    const shape = attrs.keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis))
    if (x.shape.includes(0))
      return backend.makeTensorInfo(shape, 'float32', new Float32Array(product(shape)).fill(ofNothing))
    return reduced(backend, x, axes, shape, made, scaleOf(axes.reduce((n, axis) => n * x.shape[axis]!, 1)))
  })
}

function reduced(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  axes: readonly number[],
  shape: number[],
  { alone, together }: ReturnType<typeof shaders>,
  scale: number,
): tf.TensorInfo {
  const sizes = [...x.shape]
  const runs = runsOf(axes, sizes)
  let last = x
  for (const [index, [from, to]] of runs.entries()) {
    const done = index === runs.length - 1
    const count = product(sizes.slice(from, to + 1))
    const inner = product(sizes.slice(to + 1))
    sizes.fill(1, from, to + 1)
    const size = product(sizes)
    const out = makeOutput(backend, done ? shape : [size])
    const params = { size, count, inner, scale: done ? scale : 1, lowest: 0xff800000 }
    if (count <= ALONE || size >= MANY)
      dispatch(backend, alone, { x: last, out }, params, [Math.ceil(size / 64)])
    else dispatch(backend, together, { x: last, out }, params, [size])
    if (last !== x) backend.disposeData(last.dataId)
    last = out
  }
  return last
}

/**
 * Runs of neighbouring axes [first, last], the last run first; at least one, which may be of no axes. Axes of one number belong to any run.
 */
function runsOf(axes: readonly number[], sizes: readonly number[]): (readonly [number, number])[] {
  const runs: [number, number][] = []
  for (const axis of [...axes].filter((axis) => sizes[axis] !== 1).sort((a, b) => b - a)) {
    const run = runs.at(-1)
    if (run && sizes.slice(axis + 1, run[0]).every((size) => size === 1)) run[0] = axis
    else runs.push([axis, axis])
  }
  return runs.length ? runs : [[0, -1]]
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((size, next) => size * next, 1)
}
