/** Walks in numbers on our kernels, wherever these have their memory: in TensorFlow.js's module, or in a worker's own. */
import type { PhiloxKey } from '../random/philox'
import { dimOf, registersOf, stepsOf, type WalkPlan } from '../fused/walk'
import type { Native } from './native'

/** The kernels, and memory for them. */
export interface Workshop {
  readonly native: Native
  /** @returns the address of so many bytes, a multiple of 16. @throws Error where there is no memory left. */
  readonly allocate: (bytes: number) => number
  readonly free: (address: number) => void
  /** Their memory now: it may grow, and be another buffer, whenever something is allocated. */
  readonly buffer: () => ArrayBuffer
}

/** All that a walk is made of, as plain arrays, to be sent to whoever takes some of its particles. */
export interface WalkNumbers {
  readonly plan: WalkPlan
  /** W_0, …, row by row. */
  readonly weights: readonly Float32Array[]
  /** Row by row. */
  readonly biases: Float32Array
  readonly key: PhiloxKey
}

/** Past a row of biases, so many more numbers are read, and not used. */
const BIASES_BEHIND = 8
/** Whole numbers of a program before its layers, and of each layer: as `native/walk.ts` lays them out. */
const HEADER = 19
const LAYER = 4

/** Some particles of a walk, on their way. */
export class ParticleWalk {
  readonly #workshop: Workshop
  readonly #allocated: number[] = []
  readonly #dim: number
  #n = 0
  #first = 0
  readonly #tile: number
  /** Bytes of one tile's registers. */
  readonly #stride: number
  readonly #registers: number
  readonly #program: number
  #done = 0

  /**
   * @param start the particles' states, of d numbers each.
   * @param first the number of the first of them in the whole walk, a multiple of the tile's size only for speed.
   */
  constructor(
    workshop: Workshop,
    { plan, weights, biases, key }: WalkNumbers,
    start: Float32Array,
    first = 0,
  ) {
    const { native } = workshop
    this.#workshop = workshop
    this.#dim = dimOf(plan)
    this.#tile = native.walkTile()
    this.#stride = 4 * this.#tile * this.#dim * (registersOf(plan) - plan.fresh)
    try {
      this.#program = this.#load(plan, weights, biases, key)
      this.#registers = this.#allocate(this.#tilesOf(start.length / this.#dim) * this.#stride)
      this.begin(start, first)
    } catch (error) {
      this.dispose()
      throw error
    }
  }

  #tilesOf(particles: number): number {
    return Math.ceil(particles / this.#tile)
  }

  /** Exchanges the particles for others that have yet to begin, not more than there were at first. */
  begin(start: Float32Array, first: number): void {
    const { native, buffer } = this.#workshop
    this.#n = start.length / this.#dim
    this.#first = first
    this.#done = 0
    this.#withRows((rows) => {
      new Float32Array(buffer(), rows, start.length).set(start)
      native.enterTiles(rows, this.#n, this.#dim, this.#registers, this.#stride)
    })
  }

  /** What there is to know about the particles now, for `resume`. */
  registers(): Float32Array<ArrayBuffer> {
    const end = this.#registers + this.#tilesOf(this.#n) * this.#stride
    const length = (end - this.#registers) / 4
    return new Float32Array(this.#workshop.buffer(), this.#registers, length).slice()
  }

  /** Exchanges the particles for `n` others that have done so many steps. */
  resume(registers: Float32Array, n: number, first: number, done: number): void {
    this.#n = n
    this.#first = first
    this.#done = done
    new Float32Array(this.#workshop.buffer(), this.#registers, registers.length).set(registers)
  }

  /** Steps done. */
  get done(): number {
    return this.#done
  }

  /** Walks on until `to` steps are done. */
  advance(to: number): void {
    this.portions(to, Infinity).next()
  }

  /** The same, about so many particles at a time: between them whoever follows may look around. */
  *portions(to: number, particles: number): Generator<void, void, void> {
    const tiles = this.#tilesOf(this.#n)
    const each = Math.max(1, Math.floor(particles / this.#tile))
    for (let tile = 0; tile < tiles && to > this.#done; tile += each) {
      if (tile > 0) yield
      const registers = this.#registers + tile * this.#stride
      const first = this.#first + tile * this.#tile
      const count = Math.min(each, tiles - tile)
      this.#workshop.native.walkSteps(this.#program, registers, first, count, this.#done, to)
    }
    this.#done = to
  }

  /** The states now, particle after particle. */
  states(): Float32Array<ArrayBuffer> {
    const { native, buffer } = this.#workshop
    return this.#withRows((rows) => {
      native.readTiles(this.#registers, this.#n, this.#dim, rows, this.#stride)
      return new Float32Array(buffer().slice(rows, rows + 4 * this.#n * this.#dim))
    })
  }

  dispose(): void {
    for (const address of this.#allocated.splice(0)) this.#workshop.free(address)
  }

  #withRows<T>(f: (rows: number) => T): T {
    const rows = this.#workshop.allocate(Math.max(4 * this.#n * this.#dim, 16))
    try {
      return f(rows)
    } finally {
      this.#workshop.free(rows)
    }
  }

  #allocate(bytes: number): number {
    const address = this.#workshop.allocate(Math.max(bytes, 16))
    this.#allocated.push(address)
    return address
  }

  #enter(values: Float32Array | Uint32Array, behind = 0): number {
    const address = this.#allocate(4 * (values.length + behind))
    const kind = values instanceof Float32Array ? Float32Array : Uint32Array
    new kind(this.#workshop.buffer(), address, values.length).set(values)
    return address
  }

  /** Writes the plan and the network as `walkSteps` reads them. @returns the program's address. */
  #load(plan: WalkPlan, weights: readonly Float32Array[], biases: Float32Array, key: PhiloxKey): number {
    const { native } = this.#workshop
    const { widths } = plan
    const outputs = widths.slice(1)
    const work = this.#allocate(native.walkWorkBytes(this.#dim, plan.fresh, Math.max(...outputs)))
    let column = 0
    const isLast = (l: number): number => (l + 1 === outputs.length ? 1 : 0)
    const factors = outputs.flatMap((width, l) => new Array<number>(width).fill(native.biasFactor(isLast(l))))
    const layers = outputs.flatMap((width, l) => {
      const inputs = widths[l]!
      const from = this.#enter(weights[l]!)
      const packed = this.#allocate(4 * inputs * native.paddedOutputs(width))
      native.packLayer(from, inputs, width, l === 0 ? 1 : 0, isLast(l), packed)
      const layer = [inputs, width, packed, column]
      column += width
      return layer
    })
    const program = [
      outputs.length,
      this.#dim,
      plan.slots,
      plan.fresh,
      ...key,
      this.#enter(plan.stepEnds),
      this.#enter(plan.draws),
      this.#enter(plan.next),
      this.#enter(plan.at),
      this.#enter(plan.input),
      this.#enter(plan.slot),
      this.#enter(plan.passEnds),
      this.#enter(plan.row),
      this.#enter(plan.share),
      this.#enter(
        biases.map((bias, i) => bias * factors[i % column]!),
        BIASES_BEHIND,
      ),
      column,
      work,
      native.walkLayerBytes(Math.max(...outputs)),
    ]
    if (program.length !== HEADER || layers.length !== LAYER * outputs.length)
      throw new Error('The program of a walk is not laid out as its kernel reads it.')
    return this.#enter(Uint32Array.from([...program, ...layers]))
  }
}

/** The states of a whole walk's particles at its end: for tests and workers. */
export function walkedStates(
  workshop: Workshop,
  numbers: WalkNumbers,
  start: Float32Array,
  first = 0,
): Float32Array<ArrayBuffer> {
  const walk = new ParticleWalk(workshop, numbers, start, first)
  try {
    walk.advance(stepsOf(numbers.plan))
    return walk.states()
  } finally {
    walk.dispose()
  }
}
