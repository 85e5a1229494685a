import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as tf from '@tensorflow/tfjs'
import { root } from '../../scripts/vscode-host/index.mjs'
import { threads } from '../../src/kernel/worker/workers.node'
import { selectBackend, useWorkers } from '../../src/tensor'
import { accelerateWasm } from '../../src/tensor/wasm'
import { files } from '../numeric/backends'
import { median, type Benchmark } from './benchmark'
import { startJax } from './jax'
import { UNET_PICTURES } from './jaxPictures'
import type { Loop } from './mlp'
import { UNET_OPERATIONS, unetStep } from './unet'

const ROUNDS = Number(process.env['GENBOOK_ROUNDS'] ?? 7)

const CONTESTANTS = [
  ['plain SIMD, one thread', 'plain', 1],
  ['relaxed SIMD, one thread', 'relaxed', 1],
  ['relaxed SIMD, two threads', 'relaxed', 2],
] as const

const benchmark: Benchmark = {
  title:
    'U-Net on WASM: a training step of 64 pictures of 28 × 28, 32 and 64 channels, four residual blocks, attention ' +
    `at 14 × 14, Adam; ${ROUNDS} rounds in turns`,
  async run(report) {
    await selectBackend('wasm', files)
    const torch = await startPytorch()
    const times = new Map<string, number[]>()
    const add = (name: string, time: number): void => void times.set(name, [...(times.get(name) ?? []), time])
    const loop = unetStep()
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, build, count] of CONTESTANTS) {
        await accelerateWasm(build)
        useWorkers(count > 1 ? threads : undefined, count)
        // The first step calls the other thread.
        if (count > 1) await called(loop)
        const start = performance.now()
        loop.step()
        const time = performance.now() - start
        if (round >= 0) add(name, time)
      }
      useWorkers(undefined)
      const others = (await torch?.burst()) ?? {}
      if (round >= 0) for (const [name, time] of Object.entries(others)) add(`PyTorch, ${name}`, time)
    }
    loop.dispose()
    torch?.end()
    const fastest = (of: readonly number[]): number => Math.min(...of)
    const reference = Math.min(
      ...[...times].filter(([name]) => name.startsWith('PyTorch')).map(([, of]) => fastest(of)),
    )
    for (const [name, of] of times)
      report(
        name,
        [
          `${fastest(of).toFixed(0)} ms (median ${median(of).toFixed(0)})`,
          `${(UNET_OPERATIONS / fastest(of) / 1e6).toFixed(1)} GF/s`,
          ...(reference < Infinity ? [`${(fastest(of) / reference).toFixed(2)} of PyTorch's best time`] : []),
        ].join(', '),
      )
    if (torch) report('PyTorch', torch.version)
    const { buffer } = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8
    report("memory of TensorFlow.js's module", `${(buffer.byteLength / 2 ** 20).toFixed(0)} MiB`)
    report('most memory of this process', `${(process.resourceUsage().maxRSS / 2 ** 10).toFixed(0)} MiB`)
    // Last, because what it needs on the way is more than ours does.
    report('stock TensorFlow.js', await stock())
    await accelerateWasm()
    const jax = await startJax()
    if (!jax) return
    const { burst } = jax.contestant('unet', 1)
    // The first step compiles.
    await burst()
    report(`${jax.version}, ${UNET_PICTURES} pictures`, `${(await burst()).toFixed(0)} ms, one step`)
  },
}

export default benchmark

/** A step after which another thread is there, as far as messages go. */
async function called(loop: Loop): Promise<void> {
  loop.step()
  await new Promise((resolve) => setTimeout(resolve, 300))
  loop.step()
}

/** How TensorFlow.js alone does it, or why it does not. */
async function stock(): Promise<string> {
  await accelerateWasm('stock')
  const loop = unetStep()
  const start = performance.now()
  try {
    loop.step()
    return `${(performance.now() - start).toFixed(0)} ms, one step`
  } catch (error) {
    return `cannot run it: ${(error as Error).message}`
  } finally {
    loop.dispose()
  }
}

interface Pytorch {
  readonly version: string
  /** Milliseconds of one step, by how it is done. */
  burst(): Promise<Record<string, number>>
  end(): void
}

/** The same step in PyTorch, a line of input a burst; undefined where there is none. */
async function startPytorch(): Promise<Pytorch | undefined> {
  // The system's own Python may have it where another stands before it on the path.
  for (const python of ['python3', '/usr/bin/python3']) {
    const child = spawn(python, [join(root, 'test/bench/unet.py')], { stdio: ['pipe', 'pipe', 'ignore'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<unknown> => {
      const { done, value } = await lines.next()
      return done ? undefined : JSON.parse(value)
    }
    const [first] = await Promise.all([next(), once(child, 'spawn').catch(() => undefined)])
    if (!first) continue
    return {
      version: (first as { version: string }).version,
      burst: async () => {
        child.stdin.write('\n')
        return (await next()) as Record<string, number>
      },
      end: () => child.stdin.end(),
    }
  }
  return undefined
}
