/** Contestants in turns, in short bursts, so that whatever else the machine does slows all of them alike. */
import { accelerateWasm, type WasmBuild } from '../../src/tensor/wasm'
import { median } from './benchmark'

/** Against whom ratios are told. */
const RIVALS = ['stock', 'jax-js', 'PyTorch', 'PyTorch eager', 'CUDA graphs'] as const
type Rival = (typeof RIVALS)[number]

/** Something to be measured beside others. */
export interface Contestant {
  readonly name: string
  /** Of contestants against whom ratios are told: TensorFlow.js alone, and the fastest of several settings of another library. */
  readonly rival?: Rival
  /** Milliseconds of one step, in a burst of a few. Before the first burst counts there is one that does not. */
  readonly burst: () => number | Promise<number>
  readonly dispose?: () => void
}

export interface Raced {
  readonly name: string
  readonly rival?: Contestant['rival']
  /** Milliseconds of a step, of each burst; or why there are none. */
  readonly times: readonly number[] | string
}

/** Steps on the kernels of one build, on TensorFlow.js's WASM backend. */
export function onBuild(
  name: string,
  build: WasmBuild | 'stock',
  make: () => { readonly step: () => unknown; readonly dispose: () => void },
  count: number,
): Contestant {
  let loop: ReturnType<typeof make> | undefined
  return {
    name,
    ...(build === 'stock' && { rival: 'stock' }),
    burst: async () => {
      await accelerateWasm(build)
      loop ??= make()
      return timed(loop.step, count)
    },
    dispose: () => loop?.dispose(),
  }
}

/** Milliseconds of each of `count` steps. */
export async function timed(step: () => unknown, count: number): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    const done = step()
    // Waiting for what is there already would cost a turn.
    if (done instanceof Promise) await done
  }
  return (performance.now() - start) / count
}

/**
 * Lets them all take `rounds` turns. One that fails is out of the race, and the error is told.
 *
 * @param after puts back what contestants switch. Default: the best of our kernels on WASM.
 */
export async function race(
  contestants: readonly Contestant[],
  rounds: number,
  after: () => void | Promise<void> = () => accelerateWasm(),
): Promise<readonly Raced[]> {
  const times = contestants.map((): number[] => [])
  const failures = new Map<number, string>()
  for (let round = -1; round < rounds; round++)
    for (const [i, { burst }] of contestants.entries()) {
      if (failures.has(i)) continue
      try {
        const time = await burst()
        if (round >= 0) times[i]!.push(time)
      } catch (error) {
        failures.set(i, error instanceof Error ? error.message.split('\n')[0]! : String(error))
      }
    }
  for (const { dispose } of contestants) dispose?.()
  await after()
  return contestants.map(({ name, rival }, i) => ({
    name,
    ...(rival && { rival }),
    times: failures.get(i) ?? times[i]!,
  }))
}

/**
 * The race as a table: the fastest burst and the median, and how many times as long each takes as the best of its rivals.
 *
 * @param operations floating-point operations of a step, where rates are to be told.
 */
export function raceTable(what: string, raced: readonly Raced[], operations?: number): string[][] {
  const fastest = ({ times }: Raced): number => (typeof times === 'string' ? NaN : Math.min(...times))
  const rivals = RIVALS.flatMap((rival) => {
    const best = Math.min(
      ...raced.filter((one) => one.rival === rival && typeof one.times !== 'string').map(fastest),
    )
    return best < Infinity ? [{ rival, best }] : []
  })
  const header = [
    what,
    'fastest',
    'median',
    ...(operations ? ['GF/s'] : []),
    ...rivals.map(({ rival }) => `of ${rival === 'stock' ? "TensorFlow.js's" : `${rival}'s`} time`),
  ]
  const rows = raced.map((one) => {
    if (typeof one.times === 'string') return [one.name, one.times]
    const best = fastest(one)
    return [
      one.name,
      milliseconds(best),
      milliseconds(median(one.times)),
      ...(operations ? [(operations / best / 1e6).toFixed(1)] : []),
      ...rivals.map(({ best: other }) => (best / other).toFixed(2)),
    ]
  })
  return [header, ...rows]
}

export function milliseconds(value: number): string {
  return `${value.toFixed(value < 1 ? 3 : value < 100 ? 2 : 0)} ms`
}
