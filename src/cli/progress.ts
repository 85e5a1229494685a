/** Shows how far a run is: one moving line on a terminal, plain lines anywhere else. */
import { stripVTControlCharacters } from 'node:util'
import { taskText, type TaskState } from '../renderers/controls'
import type { Device, OutputEvent } from '../kernel/protocol'
import type { Path } from '../tensor'
import type { CellResult, Watcher } from './session'
import { deviceName, seconds } from './words'

export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A watcher that also has to be told when the run is over. */
export interface Progress extends Watcher {
  done(): void
}

export interface ProgressOptions {
  /** Whether the ways of computations are told. Default false. */
  readonly verbose?: boolean
  /** Tells the time in milliseconds. */
  readonly now?: () => number
}

export function createProgress(
  screen: Screen,
  title: string,
  { verbose = false, now = () => performance.now() }: ProgressOptions = {},
): Progress {
  return screen.isTTY ? new MovingLine(screen, title, verbose) : new PlainLines(screen, title, verbose, now)
}

/** In a log, a cell that takes long is heard of this seldom, in milliseconds. */
export const QUIET_MILLISECONDS = 10_000

class PlainLines implements Progress {
  readonly #screen: Screen
  readonly #title: string
  readonly #verbose: boolean
  readonly #now: () => number
  #told = 0
  #cell = 0

  constructor(screen: Screen, title: string, verbose: boolean, now: () => number) {
    this.#screen = screen
    this.#title = title
    this.#verbose = verbose
    this.#now = now
  }

  started(device: Device): void {
    this.#screen.write(`${this.#title}: running on ${deviceName(device)}\n`)
  }

  cellStarted(number: number): void {
    this.#cell = number
    this.#told = this.#now()
  }

  cellPath(path: Path): void {
    if (this.#verbose) this.#screen.write(`${this.#title}: cell ${this.#cell}, ${pathText(path)}\n`)
  }

  cellShows(): void {}

  cellProgress(tasks: readonly TaskState[]): void {
    const [outermost] = tasks
    const now = this.#now()
    if (!outermost || now - this.#told < QUIET_MILLISECONDS) return
    this.#told = now
    this.#screen.write(`${this.#title}: ${printable(taskText(outermost))}\n`)
  }

  cellFinished(result: CellResult, index: number, count: number): void {
    this.#told = this.#now()
    this.#screen.write(`${this.#title}: ${index + 1}/${count} ${describe(result)}\n`)
  }

  done(): void {}
}

const FRAME_MILLISECONDS = 100
const BAR_WIDTH = 20

class MovingLine implements Progress {
  readonly #screen: Screen
  readonly #title: string
  readonly #verbose: boolean
  readonly #began = performance.now()
  #cell = { number: 0, index: 0, count: 0 }
  /** The last line of what the cell showed last: `step 300/2000 …` while a model trains. */
  #note = ''
  /** What goes on, outermost first. */
  #tasks = ''
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(screen: Screen, title: string, verbose: boolean) {
    this.#screen = screen
    this.#title = title
    this.#verbose = verbose
  }

  started(device: Device): void {
    this.#screen.write(`${this.#title}: running on ${deviceName(device)}\n`)
    this.#timer = setInterval(() => this.#draw(), FRAME_MILLISECONDS)
  }

  cellStarted(number: number, index: number, count: number): void {
    this.#cell = { number, index, count }
    this.#note = this.#tasks = ''
    this.#draw()
  }

  cellProgress(tasks: readonly TaskState[]): void {
    this.#tasks = tasks.map(taskText).join(' › ')
  }

  cellShows(event: OutputEvent): void {
    const text =
      event.kind === 'stream' ? event.text : 'bundle' in event ? event.bundle['text/plain'] : undefined
    if (typeof text === 'string') this.#note = text.trimEnd().split('\n').at(-1) ?? ''
  }

  cellPath(path: Path): void {
    if (!this.#verbose) return
    this.#erase()
    this.#screen.write(`cell ${this.#cell.number}, ${pathText(path)}\n`)
  }

  cellFinished(result: CellResult): void {
    if (result.status === 'ok') return
    this.#erase()
    this.#screen.write(`${describe(result)}\n`)
  }

  done(): void {
    clearInterval(this.#timer)
    this.#erase()
  }

  #draw(): void {
    const { number, index, count } = this.#cell
    if (!count) return
    const filled = Math.round((index / count) * BAR_WIDTH)
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
    const line = `${bar} ${index}/${count}  cell ${number}  ${seconds(performance.now() - this.#began)}  ${this.#tasks || this.#note}`
    // A line that wrapped could not be drawn over; control characters of a cell's own would move it.
    const room = (this.#screen.columns ?? 80) - 1
    this.#screen.write(`\r\x1b[2K${printable(line).slice(0, room)}`)
  }

  #erase(): void {
    this.#screen.write('\r\x1b[2K')
  }
}

function describe({ number, status, milliseconds, error }: CellResult): string {
  const reason = error ? `: ${error.name}: ${printable(error.message.split('\n')[0] ?? '')}` : ''
  return `cell ${number} ${status}, ${seconds(milliseconds)}${reason}`
}

/** `sampling: in one go on WASM SIMD (relaxed)`, or `sampling: step by step: its network is no perceptron`. */
function pathText({ work, fused, detail }: Path): string {
  return `${work}: ${fused ? 'in one go on' : 'step by step:'} ${printable(detail)}`
}

function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, ' ')
}
