/**
 * Attention y = softmax(scale · q kᵀ) v and its gradients, without a matrix of all scores: a workgroup has the scores of one query in its
 * memory. For the gradients in keys and values, a workgroup has one key, and makes the weights anew from what the queries left: the
 * logarithm of the sum of their exponentials, and Σ P ⊙ dP.
 */
import type * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { ATTENTION, ATTENTION_GRADIENT } from '../wasm/attention'
import { dispatch, makeOutput } from './dispatch'
import { override } from './registry'
import { shader } from './shader'
import { MATH } from './wgsl/math'
import { WORKGROUP_REDUCTIONS } from './wgsl/workgroup'

/** Keys whose scores fit into the memory of a workgroup with room for what else is there. */
export const MOST_KEYS = 1024

const PARAMS = {
  batch: 'u32',
  queries: 'u32',
  keys: 'u32',
  depth: 'u32',
  width: 'u32',
  scale: 'f32',
} as const

/** The weights of query `row` end up in `weights`. Makes `largest`, and `sum` of the exponentials. */
const WEIGHTS = /* wgsl */ `
    let atQ = row * params.depth;
    let atK = row / params.queries * params.keys * params.depth;
    let atV = row / params.queries * params.keys * params.width;
    var largest = -0x1.fffffep+127f;
    for (var j = lane; j < params.keys; j += 128u) {
      var score = 0.0;
      for (var d = 0u; d < params.depth; d++) {
        score = fma(q[atQ + d], k[atK + j * params.depth + d], score);
      }
      score *= params.scale;
      weights[j] = score;
      largest = max(largest, score);
    }
    largest = largestOfAll(largest, lane);
    var sum = 0.0;
    for (var j = lane; j < params.keys; j += 128u) {
      let e = exponential(weights[j] - largest);
      weights[j] = e;
      sum += e;
    }
    sum = sumOfAll(sum, lane);
`

const MAIN = /* wgsl */ `
@compute @workgroup_size(128)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {`

const HEAD = /* wgsl */ `${MATH}${WORKGROUP_REDUCTIONS}
var<workgroup> weights: array<f32, ${MOST_KEYS}>;
`

const FORWARD = shader(
  'attention',
  { q: 'read', k: 'read', v: 'read', out: 'write' },
  PARAMS,
  /* wgsl */ `${HEAD}${MAIN}
  for (var row = group.x; row < params.batch * params.queries; row += groups.x) {
    ${WEIGHTS}
    for (var c = lane; c < params.width; c += 128u) {
      var y = 0.0;
      for (var j = 0u; j < params.keys; j++) {
        y = fma(weights[j], v[atV + j * params.width + c], y);
      }
      out[row * params.width + c] = y / sum;
    }
    workgroupBarrier();
  }
}`,
)

/** `left`: for each query the logarithm of its sum, and then for each Σ P ⊙ dP. */
const QUERIES = shader(
  'gradient of attention in queries',
  { q: 'read', k: 'read', v: 'read', dy: 'read', dq: 'write', left: 'write' },
  PARAMS,
  /* wgsl */ `${HEAD}
// dP of a query and a key.
fn change(atDy: u32, atV: u32) -> f32 {
  var sum = 0.0;
  for (var c = 0u; c < params.width; c++) {
    sum = fma(dy[atDy + c], v[atV + c], sum);
  }
  return sum;
}
${MAIN}
  let all = params.batch * params.queries;
  for (var row = group.x; row < all; row += groups.x) {
    ${WEIGHTS}
    let atDy = row * params.width;
    var mean = 0.0;
    for (var j = lane; j < params.keys; j += 128u) {
      mean = fma(weights[j] / sum, change(atDy, atV + j * params.width), mean);
    }
    mean = sumOfAll(mean, lane);
    for (var j = lane; j < params.keys; j += 128u) {
      weights[j] *= (change(atDy, atV + j * params.width) - mean) / sum * params.scale;
    }
    workgroupBarrier();
    for (var d = lane; d < params.depth; d += 128u) {
      var slope = 0.0;
      for (var j = 0u; j < params.keys; j++) {
        slope = fma(weights[j], k[atK + j * params.depth + d], slope);
      }
      dq[atQ + d] = slope;
    }
    if (lane == 0u) {
      left[row] = largest + logarithm(sum);
      left[all + row] = mean;
    }
    workgroupBarrier();
  }
}`,
)

const KEYS = shader(
  'gradient of attention in keys and values',
  { q: 'read', k: 'read', v: 'read', dy: 'read', left: 'read', dk: 'write', dv: 'write' },
  PARAMS,
  /* wgsl */ `${MATH}
// Of 128 queries at a time: their weights for this key, and the slopes of their scores.
var<workgroup> weights: array<f32, 128>;
var<workgroup> slopes: array<f32, 128>;
${MAIN}
  for (var key = group.x; key < params.batch * params.keys; key += groups.x) {
    let firstQuery = key / params.keys * params.queries;
    let widest = max(params.depth, params.width);
    // Threads have columns: 128 of them at a time.
    for (var column = 0u; column < widest; column += 128u) {
      let c = column + lane;
      var sumK = 0.0;
      var sumV = 0.0;
      for (var first = 0u; first < params.queries; first += 128u) {
        let query = firstQuery + first + lane;
        workgroupBarrier();
        if (first + lane < params.queries) {
          var score = 0.0;
          for (var d = 0u; d < params.depth; d++) {
            score = fma(q[query * params.depth + d], k[key * params.depth + d], score);
          }
          var change = 0.0;
          for (var w = 0u; w < params.width; w++) {
            change = fma(dy[query * params.width + w], v[key * params.width + w], change);
          }
          let weight = exponential(score * params.scale - left[query]);
          weights[lane] = weight;
          slopes[lane] = weight * (change - left[params.batch * params.queries + query]) * params.scale;
        }
        workgroupBarrier();
        for (var i = 0u; i < min(128u, params.queries - first); i++) {
          let other = firstQuery + first + i;
          if (c < params.depth) {
            sumK = fma(slopes[i], q[other * params.depth + c], sumK);
          }
          if (c < params.width) {
            sumV = fma(weights[i], dy[other * params.width + c], sumV);
          }
        }
      }
      if (c < params.depth) {
        dk[key * params.depth + c] = sumK;
      }
      if (c < params.width) {
        dv[key * params.width + c] = sumV;
      }
    }
  }
}`,
)

interface Attributes {
  /** What products of queries and keys are multiplied by. */
  readonly scale: number
}

type Three = readonly [q: tf.TensorInfo, k: tf.TensorInfo, v: tf.TensorInfo]

export const ATTENTION_SHADERS = [FORWARD, QUERIES, KEYS]

/** No tensor is empty, and there are at most `MOST_KEYS`. */
export function registerAttention(): void {
  override<readonly tf.TensorInfo[], Attributes>(ATTENTION, ({ inputs, attrs, backend }) => {
    const [q, k, v] = Object.values(inputs) as unknown as Three
    const params = paramsOf([q, k, v], attrs)
    const out = makeOutput(backend, [...q.shape.slice(0, -1), params.width])
    dispatch(backend, FORWARD, { q, k, v, out }, params, [params.batch * params.queries])
    return out
  })
  override<readonly tf.TensorInfo[], Attributes>(ATTENTION_GRADIENT, ({ inputs, attrs, backend }) => {
    const [q, k, v, dy] = Object.values(inputs) as unknown as [...Three, tf.TensorInfo]
    const params = paramsOf([q, k, v], attrs)
    const { batch, queries, keys } = params
    const [dq, dk, dv] = outputsLike(backend, [q, k, v])
    const left = makeOutput(backend, [2, batch, queries])
    dispatch(backend, QUERIES, { q, k, v, dy, dq, left }, params, [batch * queries])
    dispatch(backend, KEYS, { q, k, v, dy, left, dk, dv }, params, [batch * keys])
    backend.disposeData(left.dataId)
    return [dq, dk, dv]
  })
}

function outputsLike(backend: WebGPUBackend, [q, k, v]: Three): Three {
  return [makeOutput(backend, q.shape), makeOutput(backend, k.shape), makeOutput(backend, v.shape)]
}

function paramsOf([q, k, v]: Three, { scale }: Attributes) {
  const [batch, queries, depth] = q.shape as [number, number, number]
  return { batch, queries, depth, keys: k.shape[1]!, width: v.shape[2]!, scale }
}
