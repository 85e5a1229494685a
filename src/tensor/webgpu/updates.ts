/**
 * Adam, running averages and lengths over many tensors at once: they are copied into one buffer for each kind of number, one dispatch
 * goes over all of them, and what has changed is copied back, because a shader binds only as few as eight buffers.
 */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { revised, unshare } from '../revision'
import type { AdamParameter, AdamStep } from '../updates'
import { copy } from './commands'
import { dispatch, makeOutput, overwritten } from './dispatch'
import { shader } from './shader'

const ADAM = shader(
  'Adam',
  { theta: 'write', m: 'write', v: 'write', g: 'read' },
  {
    size: 'u32',
    beta1: 'f32',
    beta2: 'f32',
    rest1: 'f32',
    rest2: 'f32',
    rate: 'f32',
    correction: 'f32',
    epsilon: 'f32',
    keep: 'f32',
  },
  loop(/* wgsl */ `
    let newM = fma(params.beta1, m[i], params.rest1 * g[i]);
    let newV = fma(params.beta2, v[i], params.rest2 * g[i] * g[i]);
    m[i] = newM;
    v[i] = newV;
    theta[i] = params.keep * theta[i] - params.rate * newM / (sqrt(params.correction * newV) + params.epsilon);
`),
)

const MIX = shader(
  'running average',
  { x: 'write', y: 'read' },
  { size: 'u32', keep: 'f32', rest: 'f32' },
  loop('    x[i] = fma(params.keep, x[i], params.rest * y[i]);'),
)

/** Each workgroup leaves the sum of what its threads have come by. */
const SQUARES = shader(
  'sums of squares',
  { x: 'read', sums: 'write' },
  { size: 'u32' },
  /* wgsl */ `
var<workgroup> totals: array<f32, 128>;

@compute @workgroup_size(128)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var sum = 0.0;
  for (var i = 128u * group.x + lane; i < params.size; i += 128u * groups.x) {
    sum = fma(x[i], x[i], sum);
  }
  totals[lane] = sum;
  workgroupBarrier();
  for (var half = 64u; half > 0u; half /= 2u) {
    if (lane < half) {
      totals[lane] += totals[lane + half];
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    sums[group.x] = totals[0];
  }
}`,
)

export const UPDATE_SHADERS = [ADAM, MIX, SQUARES]

function loop(body: string): string {
  return /* wgsl */ `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < params.size; i += 64u * groups.x) {
${body}
  }
}`
}

/** A step of Adam for all parameters. */
export function updateByAdam(
  backend: WebGPUBackend,
  parameters: readonly AdamParameter[],
  { beta1, beta2, size: rate, correction, epsilon, keep = 1 }: AdamStep,
): void {
  const some = parameters.filter(({ theta }) => theta.size > 0)
  if (!some.length) return
  for (const { theta, m, v } of some) for (const variable of [theta, m, v]) unshare(variable)
  const kinds = [some.map(({ theta }) => theta), some.map(({ m }) => m), some.map(({ v }) => v)] as const
  const size = sizeOf(kinds[0])
  const numbers = { size, beta1, beta2, rest1: 1 - beta1, rest2: 1 - beta2, rate, correction, epsilon, keep }
  const [theta, m, v] = kinds.map((variables) => joined(backend, variables)) as [Joined, Joined, Joined]
  const g = joined(
    backend,
    some.map(({ gradient }) => gradient),
  )
  dispatch(backend, ADAM, { theta: theta.all, m: m.all, v: v.all, g: g.all }, numbers, [Math.ceil(size / 64)])
  for (const [i, one] of [theta, m, v].entries()) giveBack(backend, one, kinds[i]!)
  letGo(backend, g)
}

/** x ← keep · x + (1 − keep) · y for all pairs. */
export function mixAll(
  backend: WebGPUBackend,
  pairs: readonly (readonly [x: tf.Variable, y: tf.Tensor])[],
  keep: number,
): void {
  const some = pairs.filter(([x]) => x.size > 0)
  if (!some.length) return
  for (const [x] of some) unshare(x)
  const variables = some.map(([x]) => x)
  const size = sizeOf(variables)
  const [x, y] = [
    joined(backend, variables),
    joined(
      backend,
      some.map(([, y]) => y),
    ),
  ]
  dispatch(backend, MIX, { x: x.all, y: y.all }, { size, keep, rest: 1 - keep }, [Math.ceil(size / 64)])
  giveBack(backend, x, variables)
  letGo(backend, y)
}

/** Σ x² over all numbers of all tensors. */
export function lengthSquared(backend: WebGPUBackend, tensors: readonly tf.Tensor[]): tf.Scalar {
  const some = tensors.filter(({ size }) => size > 0)
  if (!some.length) return tf.scalar(0)
  const size = sizeOf(some)
  const x = joined(backend, some)
  const groups = Math.min(256, Math.ceil(size / 512))
  const sums = makeOutput(backend, [groups])
  dispatch(backend, SQUARES, { x: x.all, sums }, { size }, [groups])
  letGo(backend, x)
  const parts = tf.engine().makeTensorFromTensorInfo(sums)
  const sum = tf.sum<tf.Scalar>(parts)
  parts.dispose()
  return sum
}

function sizeOf(tensors: readonly tf.Tensor[]): number {
  return tensors.reduce((sum, { size }) => sum + size, 0)
}

/** Tensors' numbers one after another. */
interface Joined {
  readonly all: tf.TensorInfo
  /** Whether `all` is the only tensor itself. */
  readonly itself: boolean
}

function joined(backend: WebGPUBackend, tensors: readonly tf.Tensor[]): Joined {
  if (tensors.length === 1) return { all: tensors[0]!, itself: true }
  const all = makeOutput(backend, [sizeOf(tensors)])
  let place = 0
  for (const tensor of tensors) {
    copy(backend, tensor, 0, all, place, tensor.size)
    place += tensor.size
  }
  return { all, itself: false }
}

/** Brings the numbers back to the variables that they are of, which they have changed. */
function giveBack(backend: WebGPUBackend, { all, itself }: Joined, variables: readonly tf.Variable[]): void {
  let start = 0
  for (const variable of variables) {
    overwritten(backend, variable)
    if (!itself) copy(backend, all, start, variable, 0, variable.size)
    start += variable.size
  }
  revised(...variables)
  letGo(backend, { all, itself })
}

function letGo(backend: WebGPUBackend, { all, itself }: Joined): void {
  if (!itself) backend.disposeData(all.dataId)
}
