/**
 * A matrix product in WGSL, out = activation(A·B + addend) + rest, whose factors may be anything that can be read number by number:
 * matrices, or the patches of pictures that convolutions multiply.
 *
 * A workgroup of 16 × 16 threads makes a square tile of `out`; each thread the numbers 16 rows and 16 columns apart. 16 columns of A
 * and rows of B at a time are brought into the workgroup's memory. Products of 16 are summed before they are added to the rest,
 * which loses fewer digits than one long sum.
 *
 * Where the device has subgroups and A lies along what is summed over, only B goes through the workgroup's memory. Numbers of A stay with
 * the threads that read them, which hand them round to the others of their row in the same subgroup. Each sum has the same terms in the same order.
 */
import type { Lanes } from '../subgroups'
import { ACTIVATION } from './activation'

/** What is added to the product: before the activation, and after it, of the product's shape. */
export interface Additions {
  readonly added?: boolean
  readonly onto?: boolean
}

/** Rows and columns of a tile. */
export type Tile = 16 | 32 | 64

/**
 * How a factor is read, in WGSL. For the factor `a`, `outer` is a row of A; for `b`, a column of B; `inner` is what is summed over.
 *
 *   fn aOuter(batch: u32, i: u32) -> vec4i    what all numbers of a row have in common
 *   fn aInner(k: u32) -> vec4i
 *   fn aAt(outer: vec4i, inner: vec4i) -> f32
 */
export interface Reader {
  readonly code: string
  /** Whether numbers next to each other in memory belong to the same `outer`. */
  readonly innerFirst: boolean
}

/** The numbers that the product itself is told, besides those of its readers. */
export const PRODUCT_PARAMS = {
  rows: 'u32',
  columns: 'u32',
  depth: 'u32',
  batches: 'u32',
  /** Of `depth`, how much one workgroup sums: sums of parts lie behind one another in `out`. */
  part: 'u32',
  parts: 'u32',
  /** How far apart the addend's numbers are from row to row, and from batch to batch. */
  addendRow: 'u32',
  addendBatch: 'u32',
  activation: 'u32',
  alpha: 'f32',
} as const

/**
 * @param additions whether there is an addend, and whether there is something that is added last.
 * @param lanes how many threads, next to each other in a row of a tile, hand round the numbers of A; the shader needs subgroups of no fewer.
 */
export function productCode(
  tile: Tile,
  a: Reader,
  b: Reader,
  { added, onto }: Additions,
  lanes?: Lanes,
): string {
  const each = tile / 16
  const vector = each === 1 ? 'f32' : `vec${each}f`
  return /* wgsl */ `${ACTIVATION}${a.code}${b.code}
const TILE = ${tile}u;
// One more, so that neighbouring rows begin in other banks of memory.
const LINE = ${tile + 1}u;

${lanes ? 'var<workgroup> seats: atomic<u32>;' : 'var<workgroup> aTile: array<f32, 16u * LINE>;'}
var<workgroup> bTile: array<f32, 16u * LINE>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  ${lanes ? '@builtin(subgroup_invocation_id) own: u32' : '@builtin(local_invocation_index) lane: u32'},
) {
  ${lanes ? seated(lanes) : ''}
  let down = lane / 16u;
  let right = lane % 16u;
  let tilesAcross = (params.columns + TILE - 1u) / TILE;
  let tilesDown = (params.rows + TILE - 1u) / TILE;
  let tiles = tilesAcross * tilesDown * params.batches * params.parts;
  for (var index = group.x; index < tiles; index += groups.x) {
    let firstColumn = (index % tilesAcross) * TILE;
    let firstRow = (index / tilesAcross % tilesDown) * TILE;
    let slice = index / (tilesAcross * tilesDown);
    let batch = slice % params.batches;
    let first = slice / params.batches * params.part;
    let end = min(first + params.part, params.depth);
    ${outers('a', 'Row', a)}
    ${outers('b', 'Column', b)}
    ${times(each, (i) => `var sum${i} = ${vector}(0.0);`)}
    for (var start = first; start < end; start += 16u) {
      ${lanes ? hold(lanes) : load('a', 'rows', a)}
      ${load('b', 'columns', b)}
      workgroupBarrier();
      ${times(each, (i) => `var part${i} = ${vector}(0.0);`)}
      ${lanes ? times(16 / lanes, (some) => handRound(lanes, some)) : rounds(0, 16, (i) => `aTile[at + down + ${16 * i}u]`)}
      ${times(each, (i) => `sum${i} += part${i};`)}
      workgroupBarrier();
    }
    // One call in a loop: compilers copy what is called, and the activation is long.
    var sums = array<${vector}, ${each}>(${list(each, (i) => `sum${i}`)});
    for (var i = 0u; i < ${each}u; i++) {
      for (var j = 0u; j < ${each}u; j++) {
        store(slice, batch, firstRow + down + 16u * i, firstColumn + right + 16u * j, sums[i]${each > 1 ? '[j]' : ''});
      }
    }
  }
}

fn store(slice: u32, batch: u32, row: u32, column: u32, sum: f32) {
  if (row < params.rows && column < params.columns) {
    let whole = sum${added ? ' + addend[batch * params.addendBatch + row * params.addendRow + column]' : ''};
    out[(slice * params.rows + row) * params.columns + column] = activated(whole, params.activation, params.alpha)${
      onto ? ' + rest[row * params.columns + column]' : ''
    };
  }
}`

  /** What is known of the rows or columns that this thread loads: \`each\` of them, or one. */
  function outers(factor: 'a' | 'b', which: 'Row' | 'Column', { innerFirst }: Reader): string {
    const at = innerFirst ? (i: number) => `lane / 16u + ${16 * i}u` : () => `lane % TILE`
    return times(innerFirst ? each : 1, (i) =>
      [
        `let ${factor}Place${i} = first${which} + ${at(i)};`,
        `let ${factor}Outer${i} = ${factor}Outer(batch, ${factor}Place${i});`,
      ].join(' '),
    )
  }

  /**
   * Gives each thread its place in the tile. WGSL does not say which threads of a workgroup are in a subgroup, so each subgroup takes the
   * next places, and its threads lie there in their order.
   */
  function seated(lanes: Lanes): string {
    return /* wgsl */ `var seat = 0u;
  let many = subgroupAdd(1u);
  if (subgroupElect()) {
    seat = atomicAdd(&seats, many);
  }
  let lane = subgroupBroadcastFirst(seat) + own;
  let home = own - own % ${lanes}u;`
  }

  /** Reads this thread's share of 16 of A's columns: every `lanes`-th of them, in all of its rows; zeros beyond the edges. */
  function hold(lanes: Lanes): string {
    return times(16 / lanes, (some) =>
      [
        `let k${some} = start + ${some * lanes}u + lane % ${lanes}u;`,
        `var held${some} = ${vector}(0.0);`,
        ...Array.from(
          { length: each },
          (_, i) => /* wgsl */ `if (k${some} < end && aPlace${i} < params.rows) {
        held${some}${each > 1 ? `[${i}]` : ''} = aAt(aOuter${i}, aInner(k${some}));
      }`,
        ),
      ].join('\n      '),
    )
  }

  function handRound(lanes: Lanes, some: number): string {
    const shuffled = `let given = subgroupShuffle(held${some}, home + k - ${some * lanes}u);`
    return rounds(some * lanes, lanes, (i) => (each > 1 ? `given[${i}]` : 'given'), shuffled)
  }

  /** Adds `count` products to each part, where `a` is the number of A in this thread's i-th row. */
  function rounds(first: number, count: number, a: (i: number) => string, before = ''): string {
    return /* wgsl */ `for (var k = ${first}u; k < ${first + count}u; k++) {
        let at = k * LINE;
        ${before}
        let bs = ${vector}(${list(each, (j) => `bTile[at + right + ${16 * j}u]`)});
        ${times(each, (i) => `part${i} = fma(${vector}(${a(i)}), bs, part${i});`)}
      }`
  }

  /** Brings 16 of a factor's rows or columns into its tile; beyond the edges there are zeros. */
  function load(factor: 'a' | 'b', size: 'rows' | 'columns', { innerFirst }: Reader): string {
    return times(each, (i) => {
      const outer = innerFirst ? i : 0
      const k = innerFirst ? `lane % 16u` : `lane / TILE + ${(256 / tile) * i}u`
      const place = innerFirst ? `lane / 16u + ${16 * i}u` : `lane % TILE`
      return /* wgsl */ `{
        let k = ${k};
        var value = 0.0;
        if (start + k < end && ${factor}Place${outer} < params.${size}) {
          value = ${factor}At(${factor}Outer${outer}, ${factor}Inner(start + k));
        }
        ${factor}Tile[k * LINE + ${place}] = value;
      }`
    })
  }
}

function list(count: number, f: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => f(i)).join(', ')
}

function times(count: number, f: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => f(i)).join('\n')
}
