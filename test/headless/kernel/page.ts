/** What the test's page offers: a client of a kernel in a Worker, as the runtime view has it. */
import { KernelClient, type RunOutcome } from '../../../src/kernel/client'
import { webTransport } from '../../../src/kernel/client.web'
import type { CompiledCell } from '../../../src/kernel/cell'
import type { DebugCommand, DebugEvent, DebugLaunch } from '../../../src/kernel/debug/protocol'
import type { BackendChoice, Device, OutputEvent } from '../../../src/kernel/protocol'

export interface PageApi {
  start(
    script: string,
    backend: BackendChoice,
    wasm: Record<string, string>,
    threads?: number,
  ): Promise<Device>
  /** With `stop`, presses Stop so many milliseconds after the first output. */
  run(cell: CompiledCell, stop?: number): Promise<{ outcome: RunOutcome; events: OutputEvent[] }>
  /** Steps through a cell: at each thing that it tells, the next commands are sent, and `continue` when there are no more. */
  step(
    cell: CompiledCell,
    launch: DebugLaunch,
    answers: readonly (readonly DebugCommand[])[],
    stop?: boolean,
  ): Promise<{ status: string; told: DebugEvent[] }>
  readonly late: [cell: string, message: string][]
  /** What walks ran on. */
  readonly paths: string[]
  readonly devices: { device: Device; lost: boolean }[]
}

let client: KernelClient
const late: [string, string][] = []
const paths: string[] = []
const devices: { device: Device; lost: boolean }[] = []

const api: PageApi = {
  late,
  devices,
  paths,
  start(script, backend, wasm, threads) {
    client = new KernelClient(webTransport(script), { startMilliseconds: 60_000, graceMilliseconds: 20_000 })
    client.on('lateError', (cell, error) => late.push([cell, error.message]))
    client.on('path', (_, { detail }) => paths.push(detail))
    client.on('device', (device, lost) => devices.push({ device, lost }))
    const bytes = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
    const binaries = Object.fromEntries(Object.entries(wasm).map(([name, text]) => [name, bytes(text)]))
    return client.start({ seed: 1, backend, wasm: binaries, ...(threads && { threads }) })
  },
  async run(cell, stop) {
    const events: OutputEvent[] = []
    let waiting = stop !== undefined
    const outcome = await client.execute(cell, 1, (event) => {
      events.push(event)
      if (waiting) setTimeout(() => client.interrupt(), stop)
      waiting = false
    })
    return { outcome, events }
  },
  async step(cell, launch, answers, stop = false) {
    const told: DebugEvent[] = []
    const queue = [...answers]
    const onEvent = (event: DebugEvent) => {
      told.push(event)
      if (stop) client.interrupt()
      else for (const command of queue.shift() ?? [{ kind: 'continue' } as const]) client.debug(command)
    }
    const { status } = await client.execute(cell, 1, () => {}, { launch, onEvent })
    return { status, told }
  },
}
Object.assign(globalThis, { api })
