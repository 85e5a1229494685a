/** What the workers of the tests can do. */
import type { Work } from '../../../../src/tensor/workers/work'

interface Blocks {
  readonly block: number
  readonly count: number
}

/** Standard normals of a stream: 4 from each block. */
const normals: Work<{ readonly key: readonly [number, number] }, Blocks, Float32Array> =
  (bench, { key: [key0, key1] }) =>
  ({ block, count }) => {
    const out = bench.allocate(4 * count)
    bench.native.normals(out, count, key0, key1, block, 0)
    const values = new Float32Array(bench.buffer().slice(out, out + 4 * count))
    bench.free(out)
    return values
  }

interface Factor {
  readonly b: Float32Array
  readonly n: number
}

/** Rows of A·B, with B kept where the job is open. */
const product: Work<Factor, Float32Array, { readonly rows: Float32Array; readonly bytes: number }> = (
  bench,
  { b, n },
) => {
  const k = b.length / n
  const put = (values: Float32Array): number => {
    const address = bench.allocate(4 * values.length)
    new Float32Array(bench.buffer(), address).set(values)
    return address
  }
  const atB = put(b)
  return (a) => {
    const m = a.length / k
    const [atA, out] = [put(a), bench.allocate(4 * m * n)]
    bench.native.gemm(atA, false, atB, false, out, m, n, k, 0, false)
    const rows = new Float32Array(bench.buffer().slice(out, out + 4 * m * n))
    // In the order in which they were taken, which is not the one that gives memory back at once.
    for (const address of [atA, out]) bench.free(address)
    return { rows, bytes: bench.buffer().byteLength }
  }
}

/** Whether a worker does this, and not the thread that owns it: the program of the tests says so. */
const elsewhere = () => 'genbookWorker' in globalThis

/** Fails in workers, or everywhere. */
const failing: Work<'workers' | 'everywhere', number, number> = (_, where) => (value) => {
  if (where === 'everywhere' || elsewhere()) throw new Error(`part ${value} failed`)
  return value
}

/** Ends a worker. */
const crashing: Work<null, number, number> = () => (value) => {
  if (elsewhere()) process.exit(7)
  return value
}

/** Takes so many milliseconds, and tells whether it was a worker that took them. */
const place: Work<null, number, boolean> = () => (milliseconds) => {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
  return elsewhere()
}

export const works = { normals, product, failing, crashing, place }
