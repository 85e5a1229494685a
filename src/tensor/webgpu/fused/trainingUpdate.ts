/**
 * The third shader of a training step: the loss and the sum of squares of all gradients, and a step of Adam where both are finite, as
 * they were in all steps before in the same list of checks.
 */
import { shader } from '../shader'
import { scratchCode, type TrainingShape } from './trainingShape'

const THREADS = 64

/** Numbers that a workgroup of the update changes. */
export const UPDATED = THREADS

const CHECK_BUFFERS = { scratch: 'read vec4f', checks: 'write' } as const

const UPDATE_BUFFERS = {
  ...CHECK_BUFFERS,
  numbers: 'write',
  m: 'write',
  v: 'write',
  gradients: 'read',
} as const

/** How many rows, which step this is of the list, and the rule of `AdamStep`. */
const CHECK_PARAMS = { rows: 'u32', step: 'u32' } as const

const UPDATE_PARAMS = {
  ...CHECK_PARAMS,
  beta1: 'f32',
  beta2: 'f32',
  rest1: 'f32',
  rest2: 'f32',
  size: 'f32',
  correction: 'f32',
  epsilon: 'f32',
  keep: 'f32',
  clip: 'f32',
} as const

/** Writes the check of one step, of a list of them. One workgroup. */
export function checkShader(shape: TrainingShape) {
  return shader(
    `training check ${shape.name}`,
    CHECK_BUFFERS,
    CHECK_PARAMS,
    /* wgsl */ `${common(shape)}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  let check = checked(thread);
  if (thread == 0u) {
    checks[2u * params.step] = check.x;
    checks[2u * params.step + 1u] = check.y;
  }
}`,
  )
}

/** The same, and the update. As many workgroups as the parameters need, each of which computes the check for itself. */
export function updateShader(shape: TrainingShape) {
  return shader(`training update ${shape.name}`, UPDATE_BUFFERS, UPDATE_PARAMS, updateCode(shape, ''))
}

/** The same, and a running average of the parameters. */
export function averagingShader(shape: TrainingShape) {
  return shader(
    `training update with average ${shape.name}`,
    { ...UPDATE_BUFFERS, average: 'write' },
    { ...UPDATE_PARAMS, keepAverage: 'f32' },
    updateCode(shape, 'average[i] = mix(numbers[i], average[i], params.keepAverage);'),
  )
}

/** @param then what is done with each number after its update. */
function updateCode(shape: TrainingShape, then: string): string {
  return /* wgsl */ `${common(shape)}
// Comparisons may be compiled as though every number were finite; bits may not.
fn finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  var check = checked(thread);
  // Once something was not finite, nothing is changed any more.
  if (params.step > 0u && !(finite(checks[2u * params.step - 2u]) && finite(checks[2u * params.step - 1u]))) {
    check = vec2f(checks[2u * params.step - 2u], checks[2u * params.step - 1u]);
  }
  if (group.x == 0u && thread == 0u) {
    checks[2u * params.step] = check.x;
    checks[2u * params.step + 1u] = check.y;
  }
  if (!(finite(check.x) && finite(check.y))) { return; }
  let norm = sqrt(check.y);
  let scale = select(1.0, params.clip / norm, norm > params.clip);
  for (var i = group.x * ${THREADS}u + thread; i < ${shape.parameters.size}u; i += groups.x * ${THREADS}u) {
    let g = scale * gradients[i];
    let moment = params.beta1 * m[i] + params.rest1 * g;
    let square = params.beta2 * v[i] + params.rest2 * g * g;
    m[i] = moment;
    v[i] = square;
    numbers[i] = params.keep * numbers[i] - params.size * moment / (sqrt(params.correction * square) + params.epsilon);
    ${then}
  }
}`
}

/** `checked`: the loss, and the sum of squares of the gradients, added up in the same order by every workgroup. */
function common(shape: TrainingShape): string {
  return /* wgsl */ `${scratchCode(shape)}
var<workgroup> sums: array<vec2f, ${THREADS}>;

fn checked(thread: u32) -> vec2f {
  let tiles = squaresAt(0u) - lossAt(0u);
  var sum = vec2f();
  for (var i = thread; i < tiles; i += ${THREADS}u) { sum.x += scratch[lossAt(i)].x; }
  for (var i = thread; i < ${shape.blocks.at(-1)!}u; i += ${THREADS}u) { sum.y += scratch[squaresAt(i)].x; }
  sums[thread] = sum;
  workgroupBarrier();
  var total = vec2f();
  for (var i = 0u; i < ${THREADS}u; i++) { total += sums[i]; }
  // The mean over no rows is not a number.
  if (params.rows == 0u) { total.x = bitcast<f32>(0x7fc00000u + params.rows); }
  return total;
}
`
}
