/**
 * The second shader of a training step: gradients in the parameters, from what the first has left in scratch memory. Together the
 * parameters of a layer are one matrix for inputs [h, e, c, 1], so that its gradient is Σ_rows [h, e, c, 1]ᵀ δ. Each workgroup makes a
 * block of it, over all rows of the batch in their order, so that sums are the same every time.
 */
import { shader } from '../shader'
import type { LayerPlace } from './parameters'
import { fours } from './tile'
import { BLOCK, scratchCode, type TrainingShape } from './trainingShape'

const BUFFERS = {
  x: 'read',
  features: 'read',
  condition: 'read',
  scratch: 'write vec4f',
  gradients: 'write',
} as const

const PARAMS = { rows: 'u32' } as const

/** Rows of the batch that a workgroup looks at together. */
const DEPTH = 16
const GROUPS = BLOCK / 4
const GRADIENT_THREADS = GROUPS * GROUPS

/** Workgroups: as many as there are blocks. */
export function gradientsShader(shape: TrainingShape) {
  const { layers } = shape.parameters
  const end = (l: number): number => shape.blocks[l + 1]!
  return shader(
    `training gradients ${shape.name}`,
    BUFFERS,
    PARAMS,
    /* wgsl */ `${scratchCode(shape)}
var<workgroup> entering: array<vec4f, ${DEPTH * GROUPS}>;
var<workgroup> leaving: array<vec4f, ${DEPTH * GROUPS}>;
var<workgroup> squares: array<f32, ${GRADIENT_THREADS}>;
${layers.map((layer, l) => block(shape, layer, l)).join('')}
@compute @workgroup_size(${GRADIENT_THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  // Bound even where a network is told nothing.
  _ = &features;
  _ = &condition;
  ${layers
    .map(
      (_, l) =>
        `if (group.x < ${end(l)}u) { squares[thread] = block${l}(thread, group.x - ${shape.blocks[l]}u); }`,
    )
    .join(' else ')}
  workgroupBarrier();
  if (thread == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < ${GRADIENT_THREADS}u; i++) { sum += squares[i]; }
    scratch[squaresAt(group.x)] = vec4f(sum);
  }
}
`,
  )
}

/** A block of a layer's gradients; returns the sum of squares of the thread's. */
function block(shape: TrainingShape, layer: LayerPlace, l: number): string {
  const { before } = shape
  const last = l === shape.parameters.layers.length - 1
  const outputs = fours(layer.outputs)
  const across = Math.ceil(layer.outputs / BLOCK)
  const delta = `scratch[deltaAt(${before[last ? before.length - 1 : l]}u, ${outputs}u, row, column)]`
  const write = (i: number): string => `
  if (k + ${i}u < ${layer.rows}u) {
    let at = placeOf${l}(k + ${i}u);
    for (var c = 0u; c < 4u && j + c < ${layer.outputs}u; c++) {
      gradients[at + j + c] = s${i}[c];
      sum += s${i}[c] * s${i}[c];
    }
  }`
  return /* wgsl */ `
${inputOf(shape, layer, l)}
${placeOf(layer, l)}
fn block${l}(thread: u32, block: u32) -> f32 {
  let firstInput = block / ${across}u * ${BLOCK}u;
  let firstColumn = block % ${across}u * ${GROUPS}u;
  let mine = thread / ${GROUPS}u;
  let across = thread % ${GROUPS}u;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var first = 0u; first < params.rows; first += ${DEPTH}u) {
    for (var item = thread; item < ${DEPTH * GROUPS}u; item += ${GRADIENT_THREADS}u) {
      let row = first + item / ${GROUPS}u;
      let k = firstInput + 4u * (item % ${GROUPS}u);
      let column = firstColumn + item % ${GROUPS}u;
      var inputs = vec4f();
      var delta = vec4f();
      if (row < params.rows) {
        inputs = vec4f(input${l}(row, k), input${l}(row, k + 1u), input${l}(row, k + 2u), input${l}(row, k + 3u));
        if (column < ${outputs}u) { delta = ${delta}; }
      }
      entering[item] = inputs;
      leaving[item] = delta;
    }
    workgroupBarrier();
    for (var r = 0u; r < ${DEPTH}u; r++) {
      let h = entering[r * ${GROUPS}u + mine];
      let d = leaving[r * ${GROUPS}u + across];
      s0 = fma(vec4f(h.x), d, s0);
      s1 = fma(vec4f(h.y), d, s1);
      s2 = fma(vec4f(h.z), d, s2);
      s3 = fma(vec4f(h.w), d, s3);
    }
    workgroupBarrier();
  }
  let k = firstInput + 4u * mine;
  let j = 4u * (firstColumn + across);
  var sum = 0.0;${[0, 1, 2, 3].map(write).join('')}
  return sum;
}
`
}

/** Input k of a layer, of [h, e, c, 1]; 0 beyond. */
function inputOf({ before, sizes }: TrainingShape, { inputs, parts, rows }: LayerPlace, l: number): string {
  const { features, condition } = sizes
  const told = parts.length > 2 || parts.some(({ name }) => name === 'ofFeatures' || name === 'ofCondition')
  const h = l
    ? `scratch[activationAt(${before[l - 1]}u, ${fours(inputs)}u, row, k / 4u)][k % 4u]`
    : `x[row * ${inputs}u + k]`
  const c = inputs + features
  return /* wgsl */ `
fn input${l}(row: u32, k: u32) -> f32 {
  if (k < ${inputs}u) { return ${h}; }
  ${told && features ? `if (k < ${c}u) { return features[row * ${features}u + k - ${inputs}u]; }` : ''}
  ${told && condition ? `if (k < ${c + condition}u) { return condition[row * ${condition}u + k - ${c}u]; }` : ''}
  return select(0.0, 1.0, k == ${rows - 1}u);
}
`
}

/** Where a row of a layer's gradients starts. */
function placeOf({ parts, outputs }: LayerPlace, l: number): string {
  let end = 0
  const lines = parts.map(({ start, rows }) => {
    const line = `if (k < ${end + rows}u) { return ${start}u + (k - ${end}u) * ${outputs}u; }`
    end += rows
    return line
  })
  return /* wgsl */ `
fn placeOf${l}(k: u32) -> u32 {
  ${lines.join('\n  ')}
  return 0u;
}
`
}
