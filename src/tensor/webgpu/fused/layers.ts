/**
 * Layers of a perceptron on a tile of rows, in WGSL.
 *
 * Activations lie in workgroup memory by unit: `tile[unit * ROWS / 4 + i]` is that unit in rows 4i, …, 4i + 3. Weights lie in a storage
 * buffer row by row, four outputs to a vector, each row of the matrix padded to whole vectors. So a thread that makes four outputs of
 * four rows needs, for sixteen products and sums, one vector of activations, the same as its neighbours, and one of weights, beside
 * those of its neighbours.
 */
import { fours, THREADS, type Tile } from './tile'

/** Threads among which the sums of the last layer are divided: it has few outputs. */
export const slicesOf = ({ rows }: Tile): number => THREADS / rows

/** Workgroup memory, and SiLU. */
export const tileMemory = ({ rows, vectors }: Tile): string => /* wgsl */ `
const ROWS = ${rows}u;
var<workgroup> tile: array<vec4f, ${vectors}>;
// Components of vectors may not be written one by one by several threads: numbers are gathered here first.
var<workgroup> gathered: array<f32, ${4 * rows}>;
var<workgroup> slices: array<vec4f, ${THREADS}>;

// x / (1 + e^-x). WGSL's own exponential is right to 3 + 2|x| units in its last place: where e^-x is not small beside 1, |x| is.
fn activated(x: vec4f) -> vec4f {
  return x / (1.0 + exp(min(-x, vec4f(80.0))));
}

// Four units of all rows of the tile, from number 4 group on; thread r + ROWS i brings unit i of row r.
fn enter(thread: u32, group: u32, x: f32) {
  if (thread < 4u * ROWS) { gathered[thread] = x; }
  workgroupBarrier();
  if (thread < ROWS) {
    let at = 4u * thread;
    tile[group * ROWS + thread] = vec4f(gathered[at], gathered[at + 1u], gathered[at + 2u], gathered[at + 3u]);
  }
  workgroupBarrier();
}
`

export interface Layer {
  readonly inputs: number
  readonly outputs: number
  /** Where its weights start, in vectors. */
  readonly weights: number
  /** Where its biases start in a row of them. */
  readonly biases: number
}

/** Where layers of these widths have their numbers. */
export function layersOf(widths: readonly number[]): Layer[] {
  let weights = 0
  let biases = 0
  return widths.slice(1).map((outputs, l) => {
    const layer = { inputs: widths[l]!, outputs, weights, biases }
    weights += layer.inputs * fours(outputs)
    biases += outputs
    return layer
  })
}

/**
 * h ← SiLU(hW + b) in place, as a function of that name. Needs `tileMemory`, and buffers `weights` and `biases`.
 */
export function hiddenLayer(
  name: string,
  { inputs, outputs, weights, biases }: Layer,
  { rows }: Tile,
): string {
  const [groups, rowGroups] = [fours(outputs), rows / 4]
  return /* wgsl */ `
fn ${name}(thread: u32, row: u32) {
  let busy = thread < ${groups * rowGroups}u;
  let group = thread % ${groups}u;
  let at = thread / ${groups}u;
  let b = row + ${biases}u + 4u * group;
  let start = vec4f(biases[b], biases[b + 1u], biases[b + 2u], biases[b + 3u]);
  var s0 = start;
  var s1 = start;
  var s2 = start;
  var s3 = start;
  if (busy) {
    for (var k = 0u; k < ${inputs}u; k++) {
      let h = tile[k * ${rowGroups}u + at];
      let w = weights[${weights}u + k * ${groups}u + group];
      s0 = fma(vec4f(h.x), w, s0);
      s1 = fma(vec4f(h.y), w, s1);
      s2 = fma(vec4f(h.z), w, s2);
      s3 = fma(vec4f(h.w), w, s3);
    }
  }
  workgroupBarrier();
  if (busy) {
    let to = 4u * group * ${rowGroups}u + at;
    tile[to] = activated(vec4f(s0.x, s1.x, s2.x, s3.x));
    tile[to + ${rowGroups}u] = activated(vec4f(s0.y, s1.y, s2.y, s3.y));
    tile[to + ${2 * rowGroups}u] = activated(vec4f(s0.z, s1.z, s2.z, s3.z));
    tile[to + ${3 * rowGroups}u] = activated(vec4f(s0.w, s1.w, s2.w, s3.w));
  }
  workgroupBarrier();
}
`
}

/**
 * hW + b of the last layer, as a function of that name: output 4 group + i of row r for the thread r + ROWS i, i < 4. Needs what
 * `hiddenLayer` does.
 */
export function lastLayer(name: string, { inputs, outputs, weights, biases }: Layer, tile: Tile): string {
  const length = Math.ceil(inputs / slicesOf(tile))
  return /* wgsl */ `
fn ${name}(thread: u32, row: u32, group: u32) -> f32 {
  let r = thread % ROWS;
  let i = thread / ROWS;
  var sum = vec4f();
  for (var k = i * ${length}u; k < min((i + 1u) * ${length}u, ${inputs}u); k++) {
    sum = fma(vec4f(tile[k * (ROWS / 4u) + r / 4u][r % 4u]), weights[${weights}u + k * ${fours(outputs)}u + group], sum);
  }
  slices[thread] = sum;
  workgroupBarrier();
  var y = biases[row + ${biases}u + 4u * group + i % 4u];
  for (var slice = 0u; slice < ${slicesOf(tile)}u; slice++) {
    y += slices[slice * ROWS + r][i % 4u];
  }
  workgroupBarrier();
  return y;
}
`
}
