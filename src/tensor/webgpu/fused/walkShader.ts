/**
 * The whole-trajectory sampler: a shader in which each workgroup takes a tile of particles along as many steps as it is told, with
 * nothing to wait for in between. It follows what `../../fused/walk.ts` describes.
 *
 * Registers lie in a storage buffer of shape [R + 1, n, d]; the last one gathers what the passes of an evaluation answer. Component
 * c of a particle is read and written by one thread only, that of its row and of c mod 4, so registers need no barriers.
 */
import { shader } from '../shader'
import { MATH } from '../wgsl/math'
import { PHILOX } from '../wgsl/philox'
import { hiddenLayer, lastLayer, LOGISTIC, tileMemory, type Layer } from './layers'
import { fours, THREADS, tileOf } from './tile'

const BUFFERS = { registers: 'write', weights: 'read vec4f', biases: 'read', plan: 'read u32' } as const

/** Which tiles go which steps, and where in `plan` its lists start. */
const PARAMS = {
  particles: 'u32',
  firstTile: 'u32',
  endTile: 'u32',
  firstStep: 'u32',
  endStep: 'u32',
  key0: 'u32',
  key1: 'u32',
  registers: 'u32',
  slots: 'u32',
  stepEnds: 'u32',
  draws: 'u32',
  next: 'u32',
  at: 'u32',
  input: 'u32',
  slot: 'u32',
  passEnds: 'u32',
  row: 'u32',
  share: 'u32',
} as const

/** Weights lie as `packedWeights` puts them, biases in rows of all layers' as a walk brings them. */
function layersOf(widths: readonly number[]): Layer[] {
  let weights = 0
  let biases = 0
  return widths.slice(1).map((outputs, l) => {
    const [inputs, groups, w, b] = [widths[l]!, fours(outputs), weights, biases]
    weights += inputs * groups
    biases += outputs
    const bias = (group: string, i: number): string => `biases[row + ${b + i}u + 4u * ${group}]`
    return {
      inputs,
      outputs,
      weight: (k, group) => `weights[${w}u + ${k} * ${groups}u + ${group}]`,
      bias: (group) => `vec4f(${[0, 1, 2, 3].map((i) => bias(group, i)).join(', ')})`,
    }
  })
}

export type WalkShader = ReturnType<typeof walkShader>

/**
 * The shader for a perceptron of these widths.
 *
 * @throws RangeError where they do not fit into a tile.
 */
export function walkShader(widths: readonly number[]) {
  const tile = tileOf(widths)
  if (!tile) throw new RangeError(`walkShader: layers of ${widths.join(', ')} units do not fit into a tile`)
  const layers = layersOf(widths)
  const last = layers.at(-1)!
  const hidden = layers.slice(0, -1)
  return shader(
    `walk ${widths.join('-')}`,
    BUFFERS,
    PARAMS,
    /* wgsl */ `${MATH}${PHILOX}${tileMemory(tile)}${LOGISTIC}
const DIM = ${widths[0]}u;
const FOURS = ${fours(widths[0]!)}u;
const BIASES = ${widths.slice(1).reduce((sum, width) => sum + width)}u;
${hidden.map((layer, l) => hiddenLayer(`hidden${l}`, layer, tile)).join('')}${lastLayer('outputs', last, tile)}
// What a thread is in charge of: components lane, lane + 4, … of a particle, or nothing.
struct Charge { thread: u32, particle: u32, lane: u32, any: bool }

fn number(at: u32) -> f32 {
  return bitcast<f32>(plan[at]);
}

fn place(r: u32, particle: u32, component: u32) -> u32 {
  return (r * params.particles + particle) * DIM + component;
}

// The sum over registers with the coefficients from that place of the plan on.
fn combined(coefficients: u32, particle: u32, component: u32) -> f32 {
  var sum = 0.0;
  for (var r = 0u; r < params.registers; r++) {
    let coefficient = number(coefficients + r);
    if (coefficient != 0.0) {
      sum = fma(coefficient, registers[place(r, particle, component)], sum);
    }
  }
  return sum;
}

fn drawNoises(mine: Charge, step: u32) {
  for (var draw = 0u; draw < plan[params.draws + step]; draw++) {
    for (var c = mine.lane; c < DIM; c += 4u) {
      let words = philox(vec2u(params.key0, params.key1), vec4u(c / 4u, mine.particle, step + 1u, draw));
      let pair = normalPair(select(words.zw, words.xy, mine.lane < 2u));
      registers[place(1u + 2u * params.slots + draw, mine.particle, c)] = pair[mine.lane % 2u];
    }
  }
}

// One pass through the network, of which the last register gets its share.
fn ask(mine: Charge, evaluation: u32, turn: u32, first: bool) {
  for (var group = 0u; group < FOURS; group++) {
    let c = 4u * group + mine.lane;
    var v = 0.0;
    if (mine.any && c < DIM) {
      v = number(params.input + evaluation) * combined(params.at + evaluation * params.registers, mine.particle, c);
    }
    enter(mine.thread, group, v);
  }
  let row = plan[params.row + turn] * BIASES;
${hidden.map((_, l) => `  hidden${l}(mine.thread, row);`).join('\n')}
  for (var group = 0u; group < FOURS; group++) {
    let y = outputs(mine.thread, row, group);
    let c = 4u * group + mine.lane;
    if (mine.any && c < DIM) {
      let to = place(params.registers, mine.particle, c);
      var before = 0.0;
      if (!first) { before = registers[to]; }
      registers[to] = fma(number(params.share + turn), y, before);
    }
  }
}

fn remember(mine: Charge, evaluation: u32) {
  let slot = plan[params.slot + evaluation];
  for (var c = mine.lane; c < DIM; c += 4u) {
    let u = combined(params.at + evaluation * params.registers, mine.particle, c);
    registers[place(1u + slot, mine.particle, c)] = u;
    registers[place(1u + params.slots + slot, mine.particle, c)] = registers[place(params.registers, mine.particle, c)];
  }
}

// The number that a list of ends has before one of its places, 0 before the first.
fn endBefore(ends: u32, i: u32) -> u32 {
  if (i == 0u) { return 0u; }
  return plan[ends + i - 1u];
}

fn takeStep(mine: Charge, step: u32) {
  if (mine.any) { drawNoises(mine, step); }
  for (var e = endBefore(params.stepEnds, step); e < plan[params.stepEnds + step]; e++) {
    let first = endBefore(params.passEnds, e);
    for (var turn = first; turn < plan[params.passEnds + e]; turn++) {
      ask(mine, e, turn, turn == first);
    }
    if (mine.any) { remember(mine, e); }
  }
  if (mine.any) {
    for (var c = mine.lane; c < DIM; c += 4u) {
      registers[place(0u, mine.particle, c)] = combined(params.next + step * params.registers, mine.particle, c);
    }
  }
}

@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  for (var t = params.firstTile + group.x; t < params.endTile; t += groups.x) {
    let particle = t * ROWS + thread % ROWS;
    let mine = Charge(thread, particle, thread / ROWS, thread < 4u * ROWS && particle < params.particles);
    for (var step = params.firstStep; step < params.endStep; step++) {
      takeStep(mine, step);
    }
  }
}`,
  )
}
