/**
 * The first shader of a training step: each workgroup takes a tile of rows forwards through all layers, to their loss, and back, and
 * leaves activations and deltas in scratch memory.
 *
 *   δ_L = 2/(n o) w a (a F − y),   δ_l = (δ_{l+1} W_{l+1}ᵀ) · SiLU′(z_l),   the gradient in c is Σ_l δ_l V_lᵀ.
 */
import { shader } from '../shader'
import { inTile, lastLayer, LOGISTIC, products, tileMemory, transposed } from './layers'
import { partOf, vectorOf, type LayerPlace } from './parameters'
import { fours, THREADS } from './tile'
import { scratchCode, type TrainingShape } from './trainingShape'

const BUFFERS = {
  numbers: 'read vec4f',
  x: 'read',
  features: 'read',
  condition: 'read',
  goal: 'read',
  scales: 'read',
  scratch: 'write vec4f',
} as const

/** How many rows there are, and where in `scales` their n factors a start, which are followed by their weights w. */
const PARAMS = { rows: 'u32', scalesAt: 'u32' } as const

export function rowsShader(shape: TrainingShape) {
  const { parameters, tile, sizes } = shape
  const { features, condition } = sizes
  const { layers } = parameters
  const last = layers.at(-1)!
  const hidden = layers.slice(0, -1)
  const rowGroups = tile.rows / 4
  return shader(
    `training rows ${shape.name}`,
    BUFFERS,
    PARAMS,
    /* wgsl */ `${tileMemory(tile)}${LOGISTIC}${scratchCode(shape)}
// What the tile's rows are told beside x, as the tile has its units: features first.
var<workgroup> told: array<vec4f, ${Math.max(1, (features + condition) * rowGroups)}>;

fn number(at: u32) -> f32 {
  return numbers[at / 4u][at % 4u];
}
${hidden.map((layer, l) => forwards(shape, layer, l)).join('')}
${lastLayer(
  'outputs',
  {
    inputs: last.inputs,
    outputs: last.outputs,
    weight: (k, group) => vectorOf(last, partOf(last, 'weights')!, k, group),
    bias: (group) => vectorOf(last, partOf(last, 'bias')!, '0u', group),
  },
  tile,
)}
${hidden.map((_, l) => backwards(shape, layers[l + 1]!, l)).join('')}
${condition ? hidden.map((layer, l) => toCondition(shape, layer, l)).join('') : ''}
${compare(shape, last.outputs)}
${enterRows('x', 'tile', 0, sizes.widths[0]!, rowGroups)}
${enterRows('features', 'told', 0, features, rowGroups)}
${enterRows('condition', 'told', features * rowGroups, condition, rowGroups)}

@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  // Bound even where a network is told nothing.
  _ = &features;
  _ = &condition;
  for (var t = group.x; t * ROWS < params.rows; t += groups.x) {
    let first = t * ROWS;
    enter_x(thread, first);
    enter_features(thread, first);
    enter_condition(thread, first);
    workgroupBarrier();
${hidden.map((_, l) => `    forwards${l}(thread, first);`).join('\n')}
    let loss = compare(thread, first);
${hidden
  .map((_, l) => `    backwards${l}(thread, first);${condition ? ` toCondition${l}(thread, first);` : ''}`)
  .reverse()
  .join('\n')}
    if (thread < 4u * ROWS) { gathered[thread] = loss; }
    workgroupBarrier();
    if (thread == 0u) {
      var sum = 0.0;
      for (var i = 0u; i < 4u * ROWS; i++) { sum += gathered[i]; }
      scratch[lossAt(t)] = vec4f(sum);
    }
    workgroupBarrier();
  }
}
`,
  )
}

/** Brings columns of four rows each from a buffer to workgroup memory; rows that there are not are zeros. */
function enterRows(from: string, to: string, at: number, width: number, rowGroups: number): string {
  const value = (i: number): string =>
    `select(0.0, ${from}[(row + ${i}u) * ${width}u + k], row + ${i}u < params.rows)`
  return /* wgsl */ `
fn enter_${from}(thread: u32, first: u32) {
  for (var item = thread; item < ${width * rowGroups}u; item += ${THREADS}u) {
    let k = item / ${rowGroups}u;
    let row = first + 4u * (item % ${rowGroups}u);
    ${to}[${at}u + item] = vec4f(${[0, 1, 2, 3].map(value).join(', ')});
  }
}
`
}

/** Which four units of which four rows a thread makes. */
function charge(units: number, rowGroups: number): string {
  return /* wgsl */ `let busy = thread < ${fours(units) * rowGroups}u;
  let group = thread % ${fours(units)}u;
  let at = thread / ${fours(units)}u;
  let row = first + 4u * at;`
}

/** A hidden layer, of which activations and slopes stay in scratch memory. */
function forwards({ tile, before, sizes }: TrainingShape, layer: LayerPlace, l: number): string {
  const rowGroups = tile.rows / 4
  const inputs = {
    weights: inTile,
    ofFeatures: (index: string) => `told[${index}]`,
    ofCondition: (index: string) => `told[${sizes.features * rowGroups}u + ${index}]`,
  }
  const terms = (['weights', 'ofFeatures', 'ofCondition'] as const).flatMap((name) => {
    const part = partOf(layer, name)
    return part ? products(inputs[name], part.rows, tile, (k, group) => vectorOf(layer, part, k, group)) : []
  })
  const place = `${before[l]}u, ${fours(layer.outputs)}u, row`
  const activation = (i: number): string => `
    let l${i} = logistic(s${i});
    let slope${i} = l${i} * (1.0 + s${i} * (1.0 - l${i}));
    s${i} *= l${i};
    if (row + ${i}u < params.rows) {
      scratch[activationAt(${place} + ${i}u, group)] = s${i};
      scratch[deltaAt(${place} + ${i}u, group)] = slope${i};
    }`
  return /* wgsl */ `
fn forwards${l}(thread: u32, first: u32) {
  ${charge(layer.outputs, rowGroups)}
  var s0 = ${vectorOf(layer, partOf(layer, 'bias')!, '0u', 'group')};
  var s1 = s0;
  var s2 = s0;
  var s3 = s0;
  if (busy) {${terms.join('')}${[0, 1, 2, 3].map(activation).join('')}
  }
  workgroupBarrier();
  if (busy) {
    ${transposed(tile)}
  }
  workgroupBarrier();
}
`
}

/** WGSL for k0, …, k3: rows 4 group, … of a part times the deltas in the tile, for four rows of the batch each. */
function throughTransposed(layer: LayerPlace, part: 'weights' | 'ofCondition', rowGroups: number): string {
  const place = partOf(layer, part)!
  const row = (i: number): string => {
    const k = `4u * group + ${i}u`
    return place.rows % 4 ? `min(${k}, ${place.rows - 1}u)` : k
  }
  const term = (i: number): string => `
      let w${i} = ${vectorOf(layer, place, row(i), 'j')};
      k${i} += w${i}.x * d0 + w${i}.y * d1 + w${i}.z * d2 + w${i}.w * d3;`
  return /* wgsl */ `
    for (var j = 0u; j < ${fours(layer.outputs)}u; j++) {
      ${[0, 1, 2, 3].map((i) => `let d${i} = tile[(4u * j + ${i}u) * ${rowGroups}u + at];`).join('\n      ')}${[0, 1, 2, 3].map(term).join('')}
    }`
}

/** Four units of one row of the batch. */
const unitsOf = (i: number): string => `vec4f(k0[${i}], k1[${i}], k2[${i}], k3[${i}])`

const SUMS = 'var k0 = vec4f();\n  var k1 = vec4f();\n  var k2 = vec4f();\n  var k3 = vec4f();'

/** From the next layer's deltas in the tile to a hidden layer's, which take the place of its slopes in scratch memory. */
function backwards({ tile, before }: TrainingShape, next: LayerPlace, l: number): string {
  const rowGroups = tile.rows / 4
  const delta = (i: number): string => `
    var s${i} = vec4f();
    if (row + ${i}u < params.rows) {
      let place = deltaAt(${before[l]}u, ${fours(next.inputs)}u, row + ${i}u, group);
      s${i} = ${unitsOf(i)} * scratch[place];
      scratch[place] = s${i};
    }`
  return /* wgsl */ `
fn backwards${l}(thread: u32, first: u32) {
  ${charge(next.inputs, rowGroups)}
  ${SUMS}
  if (busy) {${throughTransposed(next, 'weights', rowGroups)}
  }
  workgroupBarrier();
  if (busy) {${[0, 1, 2, 3].map(delta).join('')}
    ${transposed(tile)}
  }
  workgroupBarrier();
}
`
}

/** What a hidden layer's deltas in the tile add to the gradients in the condition. The last of them comes first. */
function toCondition({ tile, sizes, parameters }: TrainingShape, layer: LayerPlace, l: number): string {
  const rowGroups = tile.rows / 4
  const groups = fours(sizes.condition)
  const isFirst = l === parameters.layers.length - 2
  const add = (i: number): string => `
    if (row + ${i}u < params.rows) {
      scratch[ofConditionAt(row + ${i}u, group)] ${isFirst ? '=' : '+='} ${unitsOf(i)};
    }`
  return /* wgsl */ `
fn toCondition${l}(thread: u32, first: u32) {
  for (var item = thread; item < ${groups * rowGroups}u; item += ${THREADS}u) {
    let group = item % ${groups}u;
    let at = item / ${groups}u;
    let row = first + 4u * at;
    ${SUMS}${throughTransposed(layer, 'ofCondition', rowGroups)}${[0, 1, 2, 3].map(add).join('')}
  }
}
`
}

/** The thread's part of the loss; the output's deltas come into the tile and into scratch memory. */
function compare({ before }: TrainingShape, outputs: number): string {
  const groups = fours(outputs)
  return /* wgsl */ `
fn compare(thread: u32, first: u32) -> f32 {
  let row = first + thread % ROWS;
  let lane = thread / ROWS;
  let mine = lane < 4u && row < params.rows;
  var a = 0.0;
  var w = 0.0;
  if (mine) {
    a = scales[params.scalesAt + row];
    w = scales[params.scalesAt + params.rows + row];
  }
  let each = 1.0 / f32(params.rows * ${outputs}u);
  var loss = 0.0;
  var deltas: array<f32, ${groups}>;
  for (var group = 0u; group < ${groups}u; group++) {
    let y = outputs(thread, 0u, group);
    let c = 4u * group + lane;
    if (mine && c < ${outputs}u) {
      let error = a * y - goal[row * ${outputs}u + c];
      loss += each * w * error * error;
      deltas[group] = 2.0 * each * w * a * error;
    }
  }
  for (var group = 0u; group < ${groups}u; group++) {
    enter(thread, group, deltas[group]);
    if (thread < ROWS && row < params.rows) {
      scratch[deltaAt(${before.at(-1)!}u, ${groups}u, row, group)] =
        vec4f(gathered[thread], gathered[thread + ROWS], gathered[thread + 2u * ROWS], gathered[thread + 3u * ROWS]);
    }
    workgroupBarrier();
  }
  return loss;
}
`
}
