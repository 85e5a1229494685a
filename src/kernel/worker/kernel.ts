/** A kernel: answers a driver's messages with a session on a device. The same in a web worker and in a worker thread. */
import {
  cellTf,
  deviceInUse,
  leaveGpu,
  onDeviceLost,
  rerouteRandom,
  selectBackend,
  setFusing,
  TensorLedger,
  useWorkers,
} from '../../tensor'
import { setWeightSource } from '../../models/pretrained/load'
import { addressedCommands } from '../debug/addresses'
import type { Commands } from '../debug/commands'
import { setFileSource } from '../library/files'
import { moduleTable } from '../library/modules'
import {
  PROTOCOL_VERSION,
  unreachable,
  type Device,
  type DriverMessage,
  type Execute,
  type Initialize,
  type Recompute,
} from '../protocol'
import { FileRequests } from '../session/files'
import { revoked, sharedSign, type StopSign } from '../session/interrupt'
import { Session, type LeftGpu } from '../session/session'
import type { Environment } from './environment'
import { WeightRequests } from '../session/weights'

export class Kernel {
  readonly #environment: Environment
  #session: Session | undefined
  /** The device that was told last. */
  #device: Device | undefined
  #shared = false
  /** Whether a stop address could be read once: where synchronous requests do not work, none may mean "stop". */
  #urlsWork = false
  readonly #weights: WeightRequests
  readonly #files: FileRequests

  constructor(environment: Environment) {
    this.#environment = environment
    this.#weights = new WeightRequests(environment.post)
    this.#files = new FileRequests(environment.post)
    // The frames of a cell are below those of the library that it calls.
    Error.stackTraceLimit = 100
  }

  /** Handles one message of the driver. */
  receive(message: DriverMessage): void {
    switch (message.type) {
      case 'initialize':
        this.#initialize(message).catch((error: unknown) => this.#refuse(reasonOf(error)))
        break
      case 'execute':
        void this.#started().execute(message, this.#sign(message), this.#commands(message))
        break
      case 'interrupt':
        this.#started().interrupt(message.run)
        break
      case 'change':
        this.#started().change(message)
        break
      case 'recompute':
        void this.#started().recompute(message, this.#sign(message))
        break
      case 'inspect':
        this.#started().postStatus()
        break
      case 'summarise':
        this.#started().inspector.summarise(message.names)
        break
      case 'view':
        this.#started().inspector.view(message)
        break
      case 'answer':
        this.#started().answer(message)
        break
      case 'weightsRead':
        this.#weights.answer(message)
        break
      case 'filesRead':
        this.#files.answer(message)
        break
      // Commands take another way, on which they reach a kernel that is kept waiting.
      case 'debug':
        break
      default:
        unreachable(message)
    }
  }

  /** Hears of an error that nobody caught. @returns false where it is not any cell's. */
  uncaught(thrown: unknown): boolean {
    return this.#session?.uncaught(thrown) ?? false
  }

  async #initialize({
    protocol,
    seed,
    backend,
    wasm,
    limits,
    attended,
    plain = false,
    threads,
    subgroups = false,
    stopFlag,
  }: Initialize): Promise<void> {
    const { post, findGpu } = this.#environment
    if (protocol !== PROTOCOL_VERSION) {
      this.#refuse(
        `The kernel speaks protocol ${PROTOCOL_VERSION}, but it was started by a driver of protocol ${protocol}. ` +
          'They belong to different versions of Genbook: reload the window, or install it again.',
      )
      return
    }
    const missing = await findGpu?.(backend)
    const found = await selectBackend(backend, { wasm }, { subgroups }).catch((error: Error) => {
      throw missing ? new Error(`${error.message} ${missing}`) : error
    })
    // What is missing says more than that there is no WebGPU.
    const device = missing && found.reason ? { ...found, reason: missing } : found
    setFusing(!plain)
    setWeightSource((file) => this.#weights.read(file))
    setFileSource(this.#files)
    useWorkers(this.#environment.workers, threads)
    this.#shared = stopFlag !== undefined
    const ledger = new TensorLedger()
    const session = new Session({
      seed,
      limits,
      ...(attended && { attended }),
      post,
      modules: moduleTable(cellTf),
      globals: { tf: cellTf },
      ledger,
      leaveGpu: () => this.#leaveGpu(ledger, wasm),
      ...(stopFlag && { stopSign: sharedSign(stopFlag) }),
      onEnd: () => this.#noteDevice(),
    })
    this.#device = device
    rerouteRandom()
    // Bundled code, such as a tensor's own print(), finds the global one.
    Object.assign(globalThis, { console: session.builtins.console })
    this.#session = session
    onDeviceLost((reason) => session.hold(this.#moveOn(session, reason.replace(/\.+$/, '.'), wasm)))
    post({ type: 'ready', protocol: PROTOCOL_VERSION, device })
  }

  /** Goes on without the GPU. */
  async #moveOn(session: Session, reason: string, wasm: Initialize['wasm']): Promise<void> {
    session.fail(
      new Error(`${reason} What the tensors on it held is gone: run the cells that make them again.`),
    )
    let device: Device
    try {
      device = await selectBackend('wasm', { wasm })
    } catch {
      device = await selectBackend('cpu', { wasm })
    }
    this.#device = { ...device, reason }
    this.#environment.post({ type: 'device', device: this.#device, lost: true })
  }

  /** A GPU cannot be read while a cell is paused. What cannot be read now either stays there, and its numbers are not shown. */
  async #leaveGpu(ledger: TensorLedger, wasm: Initialize['wasm']): Promise<LeftGpu | undefined> {
    const back = await leaveGpu(ledger.tensors(), { wasm }).catch(() => undefined)
    const device = back && deviceInUse()
    if (!back || !device) return undefined
    this.#noteDevice()
    return {
      device: device.name,
      back: async () => {
        await back()
        this.#noteDevice()
      },
    }
  }

  /** A cell may have changed the device by itself, with `tf.setBackend`. */
  #noteDevice(): void {
    const now = deviceInUse()
    if (!now || now.backend === this.#device?.backend) return
    this.#device = now
    this.#environment.post({ type: 'device', device: now, lost: false })
  }

  /** How a run without shared memory is stopped in mid-loop. */
  #sign({ stopUrl }: Execute | Recompute): StopSign | undefined {
    if (this.#shared || stopUrl === undefined) return undefined
    this.#urlsWork ||= !revoked(stopUrl)
    return this.#urlsWork ? () => revoked(stopUrl) : undefined
  }

  /** Where the commands come from for a run that is to be stepped through. */
  #commands({ run, debug }: Execute): Commands | undefined {
    const channel = debug?.channel
    if (!channel) return undefined
    try {
      if (channel.kind === 'addresses') return addressedCommands(channel.addresses)
      if (this.#environment.portCommands) return this.#environment.portCommands(channel)
      throw new Error('This kernel has no ports.')
    } catch (error) {
      const event = { kind: 'unable', reason: reasonOf(error) } as const
      this.#environment.post({ type: 'debugged', run, taken: 0, event })
      return undefined
    }
  }

  #started(): Session {
    if (!this.#session) throw new Error('The kernel was asked to work before it was ready.')
    return this.#session
  }

  #refuse(reason: string): void {
    this.#environment.post({ type: 'startFailed', reason })
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
