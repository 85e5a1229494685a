/**
 * Layers of a perceptron on a tile of rows, in WGSL.
 *
 * Activations lie in workgroup memory by unit: `tile[unit * ROWS / 4 + i]` is that unit in rows 4i, …, 4i + 3. A thread that makes four
 * outputs of four rows needs, for sixteen products and sums, one vector of activations, the same as its neighbours, and one of weights,
 * beside those of its neighbours.
 */
import { fours, THREADS, type Tile } from './tile'

/** Threads among which the sums of the last layer are divided: it has few outputs. */
export const slicesOf = ({ rows }: Tile): number => THREADS / rows

/** Workgroup memory, and how it is filled. */
export const tileMemory = ({ rows, vectors }: Tile): string => /* wgsl */ `
const ROWS = ${rows}u;
var<workgroup> tile: array<vec4f, ${vectors}>;
// Components of vectors may not be written one by one by several threads: numbers are gathered here first.
var<workgroup> gathered: array<f32, ${4 * rows}>;
var<workgroup> slices: array<vec4f, ${THREADS}>;

// Units 4 group, … of all rows of the tile; thread r + ROWS i brings number i of them of row r.
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

/**
 * The logistic function. WGSL's own exponential is right to 3 + 2|x| units in its last place; where e^-x is not small beside 1, |x| is.
 */
export const LOGISTIC = /* wgsl */ `
fn logistic(x: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(min(-x, vec4f(80.0))));
}
`

/** A layer in a shader: its sizes, and WGSL for its numbers. */
export interface Layer {
  readonly inputs: number
  readonly outputs: number
  /** Row k of the weights, the columns 4 group, …: a vector. */
  readonly weight: (k: string, group: string) => string
  /** The biases 4 group, …: a vector. */
  readonly bias: (group: string) => string
}

/**
 * WGSL that adds to s0, …, s3, four outputs of four rows, what so many inputs contribute.
 *
 * @param input an input of four rows, at an index as in the tile.
 */
export function products(
  input: (index: string) => string,
  inputs: number,
  { rows }: Tile,
  weight: Layer['weight'],
): string {
  return /* wgsl */ `
    for (var k = 0u; k < ${inputs}u; k++) {
      let h = ${input(`k * ${rows / 4}u + at`)};
      let w = ${weight('k', 'group')};
      s0 = fma(vec4f(h.x), w, s0);
      s1 = fma(vec4f(h.y), w, s1);
      s2 = fma(vec4f(h.z), w, s2);
      s3 = fma(vec4f(h.w), w, s3);
    }`
}

/** An input that is a unit of the tile. */
export const inTile = (index: string): string => `tile[${index}]`

/** WGSL that writes s0, …, s3 to the tile, as units 4 group, …. */
export function transposed({ rows }: Tile): string {
  const writes = ['x', 'y', 'z', 'w'].map(
    (unit, i) =>
      `tile[(4u * group + ${i}u) * ${rows / 4}u + at] = vec4f(s0.${unit}, s1.${unit}, s2.${unit}, s3.${unit});`,
  )
  return writes.join('\n    ')
}

/** h ← SiLU(hW + b) in place, as a function of that name. Needs `tileMemory` and `LOGISTIC`. @param row what biases are found by. */
export function hiddenLayer(name: string, layer: Layer, tile: Tile): string {
  const groups = fours(layer.outputs)
  return /* wgsl */ `
fn ${name}(thread: u32, row: u32) {
  let busy = thread < ${(groups * tile.rows) / 4}u;
  let group = thread % ${groups}u;
  let at = thread / ${groups}u;
  var s0 = ${layer.bias('group')};
  var s1 = s0;
  var s2 = s0;
  var s3 = s0;
  if (busy) {${products(inTile, layer.inputs, tile, layer.weight)}
    s0 *= logistic(s0);
    s1 *= logistic(s1);
    s2 *= logistic(s2);
    s3 *= logistic(s3);
  }
  workgroupBarrier();
  if (busy) {
    ${transposed(tile)}
  }
  workgroupBarrier();
}
`
}

/**
 * hW + b of the last layer, as a function of that name: output 4 group + i of row r for the thread r + ROWS i, i < 4. Needs what
 * `hiddenLayer` does.
 */
export function lastLayer(name: string, { inputs, weight, bias }: Layer, tile: Tile): string {
  const length = Math.ceil(inputs / slicesOf(tile))
  return /* wgsl */ `
fn ${name}(thread: u32, row: u32, group: u32) -> f32 {
  let r = thread % ROWS;
  let i = thread / ROWS;
  var sum = vec4f();
  for (var k = i * ${length}u; k < min((i + 1u) * ${length}u, ${inputs}u); k++) {
    sum = fma(vec4f(tile[k * (ROWS / 4u) + r / 4u][r % 4u]), ${weight('k', 'group')}, sum);
  }
  slices[thread] = sum;
  workgroupBarrier();
  let b = ${bias('group')};
  var y = b[i % 4u];
  for (var slice = 0u; slice < ${slicesOf(tile)}u; slice++) {
    y += slices[slice * ROWS + r][i % 4u];
  }
  workgroupBarrier();
  return y;
}
`
}
