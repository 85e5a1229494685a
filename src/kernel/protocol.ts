/**
 * What passes between a kernel and whoever drives it (VS Code or the command line).
 *
 * A driver compiles cells and posts them; the kernel executes them one after another and posts back what they show.
 * Every message is plain data that structured cloning can carry, so the same protocol serves a worker inside a
 * webview and a worker thread under Node. Each direction is one discriminated union, and both ends switch over it
 * exhaustively: add a message here and the compiler names every place that must answer it.
 */
import type { TaskState } from '../renderers/controls'
import type { Path } from '../tensor'
import type { CompiledCell } from './cell'
import type { Debug, Debugged, DebugLaunch } from './debug/protocol'

/** Raised whenever a message changes meaning; a kernel refuses a driver of another version. */
export const PROTOCOL_VERSION = 3

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** One thing to show, in every form that a viewer may choose from: MIME type to text, base64 or JSON. */
export type MimeBundle = Readonly<Record<string, Json>>

// ---------------------------------------------------------------------------------------------- driver → kernel

export type DriverMessage =
  | Initialize
  | Execute
  | Interrupt
  | Inspect
  | Summarise
  | View
  | Answer
  | Change
  | Recompute
  | WeightsRead
  | FilesRead
  | Debug

/** `auto` takes a real GPU, then WASM, then plain JavaScript; a software GPU only where it is asked for. */
export type BackendChoice = 'auto' | 'webgpu' | 'wasm' | 'cpu'

export interface Initialize {
  readonly type: 'initialize'
  readonly protocol: number
  /** The notebook's seed: every cell's random stream is keyed by it and the cell's id. */
  readonly seed: number
  readonly backend: BackendChoice
  /** The WebAssembly binaries by file name, because a webview's worker cannot load files. */
  readonly wasm: Readonly<Record<string, Uint8Array>>
  readonly limits: OutputLimits
  /** A person is there who can use controls. */
  readonly attended?: boolean
  /** Whether everything is computed by single operations, where it could be done in one go: for comparison. */
  readonly plain?: boolean
  /** How many threads long computations are shared among. Default: as many as there are processors. */
  readonly threads?: number
  /** Whether products may use subgroups of a GPU that has them. Default: not. */
  readonly subgroups?: boolean
  /** Where threads share memory: one 32-bit integer, the number of the run to stop. */
  readonly stopFlag?: SharedArrayBuffer
}

/** How much one cell may show before its output is cut with a note. */
export interface OutputLimits {
  /** Characters of stdout and stderr together. */
  readonly streamCharacters: number
  /** Bytes of one displayed bundle, as JSON. */
  readonly bundleBytes: number
  /** Bytes of everything that one cell shows. */
  readonly cellBytes: number
}

export const DEFAULT_LIMITS: OutputLimits = {
  streamCharacters: 200_000,
  bundleBytes: 8_000_000,
  cellBytes: 16_000_000,
}

export interface Execute {
  readonly type: 'execute'
  /** Positive, and larger than every earlier run's. */
  readonly run: number
  readonly cell: CompiledCell
  /** The execution count that the editor shows beside the cell, used to name it in errors. */
  readonly count: number
  /** Where threads share no memory: a `blob:` address that stops answering when the run is to stop. */
  readonly stopUrl?: string
  /** Where the run is to be stepped through; its cell is compiled for that. */
  readonly debug?: DebugLaunch
}

export interface Interrupt {
  readonly type: 'interrupt'
  readonly run: number
}

/** Asks for a fresh `status`. */
export interface Inspect {
  readonly type: 'inspect'
}

/** Asks for the statistics of variables, which are computed between runs; each name is answered by a `summary`. */
export interface Summarise {
  readonly type: 'summarise'
  readonly names: readonly string[]
}

/** Asks for a variable's contents, answered by a `viewed` between runs. */
export interface View {
  readonly type: 'view'
  /** Names the answer. */
  readonly request: number
  readonly name: string
  readonly as: ViewForm
}

/** How a variable is looked at: tensors and arrays of numbers in each of these ways, everything else as a text. */
export type ViewForm =
  /** `rows` rows of the table from `row` on: the last axis across, all others down. */
  | { readonly kind: 'table'; readonly row: number; readonly rows: number }
  /** A PNG of [h, w] and [h, w, c], or of [n, h, w] and [n, h, w, c] as a grid. */
  | { readonly kind: 'image' }
  /** A Plotly figure: a scatter of [n, 2], a histogram of anything else. */
  | { readonly kind: 'picture' }
  /** A string as it is; objects, lists and maps with what they hold. */
  | { readonly kind: 'text' }

/** What the person typed where a cell asked by `ask`; no `text` where there is no answer. */
export interface Answer {
  readonly type: 'answer'
  readonly question: number
  readonly text?: string
  /** Why there is none, where it is not that the person would not say. */
  readonly reason?: string
}

/** A person moved controls; the kernel answers with `stale`, as soon as it hears. */
export interface Change {
  readonly type: 'change'
  readonly controls: readonly ControlChange[]
}

export interface ControlChange {
  /** The control's id. */
  readonly control: string
  readonly value: Json
  /** Whether the person has let go of it: the value is one to store. */
  readonly settled: boolean
}

/** Computes a live picture anew: a run like that of a cell, ended by `finished`. */
export interface Recompute {
  readonly type: 'recompute'
  /** Positive, and larger than every earlier run's. */
  readonly run: number
  readonly region: string
  /** The execution count of its cell. */
  readonly count: number
  /** As for `execute`. */
  readonly stopUrl?: string
}

/** The answer to `readWeights`: the file, or why there is none, in words that can follow a colon. */
export interface WeightsRead {
  readonly type: 'weightsRead'
  readonly request: number
  readonly bytes?: Uint8Array
  readonly reason?: string
}

/** The answer to `readFiles`: what was asked for, or why there is none, in words that can follow a colon. */
export interface FilesRead {
  readonly type: 'filesRead'
  readonly request: number
  readonly bytes?: Uint8Array
  readonly paths?: readonly string[]
  readonly reason?: string
}

// ---------------------------------------------------------------------------------------------- kernel → driver

export type KernelMessage =
  | Ready
  | StartFailed
  | Output
  | Finished
  | LateError
  | Status
  | DeviceChanged
  | Summary
  | Viewed
  | Ask
  | Stale
  | Progress
  | PathTaken
  | ReadWeights
  | ReadFiles
  | Debugged

export interface Ready {
  readonly type: 'ready'
  readonly protocol: number
  readonly device: Device
}

export interface StartFailed {
  readonly type: 'startFailed'
  readonly reason: string
}

/** What the tensors live on. */
export interface Device {
  readonly backend: 'webgpu' | 'wasm' | 'cpu'
  /** For people: `NVIDIA H200`, `SwiftShader (software)`, `WASM SIMD`. */
  readonly name: string
  /** A GPU that is emulated by the processor. */
  readonly software: boolean
  /** Why a better one was not taken, in a sentence; absent where nothing was passed over. */
  readonly reason?: string
}

export interface Output {
  readonly type: 'output'
  readonly run: number
  readonly event: OutputEvent
}

export type OutputEvent =
  /** A new thing to show; `id` names it for later updates. */
  | { readonly kind: 'display'; readonly id: string; readonly bundle: MimeBundle }
  /** What was shown under `id`, by this cell or an earlier one, now looks like this. */
  | { readonly kind: 'update'; readonly id: string; readonly bundle: MimeBundle }
  | { readonly kind: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'clear' }

export interface Finished {
  readonly type: 'finished'
  readonly run: number
  readonly outcome: Outcome
  readonly milliseconds: number
  /** What the run read and set; absent where the cell did not begin. */
  readonly flow?: Flow
}

/** Which variables a run of a cell had to do with: what tells whether its outputs still hold. */
export interface Flow {
  /** Names of other cells that its text uses, with the run that had set each when this one began. */
  readonly reads: Readonly<Record<string, number>>
  /** Names that have another value than before, or hold something else: a model that was trained, a list that grew. */
  readonly sets: readonly string[]
}

export type Outcome =
  | { readonly status: 'ok' }
  | { readonly status: 'error'; readonly error: CellError }
  /** Stopped at a person's wish, with every variable kept. */
  | { readonly status: 'interrupted' }

/** An error as a person should see it. */
export interface CellError {
  readonly name: string
  readonly message: string
  /** Frames of cell code only, innermost first; empty where none is known. */
  readonly frames: readonly CellFrame[]
  /** The lines around the innermost frame with a mark under the column, or empty. */
  readonly excerpt: string
}

export interface CellFrame {
  readonly cell: string
  /** The execution count of the run that compiled the frame. */
  readonly count: number
  readonly function: string
  /** From 1, in the cell's own text. */
  readonly line: number
  readonly column: number
}

/** A callback of a finished cell threw: the failure belongs to that cell all the same. */
export interface LateError {
  readonly type: 'lateError'
  readonly cell: string
  readonly error: CellError
}

/** Sent after every run and on `inspect`. */
export interface Status {
  readonly type: 'status'
  /** The run that goes on; of its own variables those that it has yet to set are missing. */
  readonly during?: number
  readonly memory: { readonly tensors: number; readonly bytes: number }
  readonly variables: readonly Variable[]
  /** How many one-shot timers of cells have yet to fire; intervals, which never end by themselves, are not counted. */
  readonly timers: number
}

export interface Variable {
  readonly name: string
  readonly kind: string
  /** One short line: a value, or a tensor's shape and type. */
  readonly summary: string
  /** Grows with every change of the value, or inside it, that was seen. */
  readonly version: number
  /** What set it last; absent for what no cell set. */
  readonly origin?: Origin
  /** Of tensors, and of arrays of numbers, which count as [length]. */
  readonly tensor?: TensorFacts
  /** Of functions and classes: `f(x, { steps })`. */
  readonly signature?: string
  /** Of models: how many numbers are trained. */
  readonly parameters?: number
  /** Of tensors and whatever holds some: the memory of their values. */
  readonly bytes?: number
}

/** A cell loads a shipped model: asks for a file of its weights, or for its card. */
export interface ReadWeights {
  readonly type: 'readWeights'
  /** Names the answer. */
  readonly request: number
  readonly file: string
}

/** A cell asks for a file in the notebook's folder, or for the paths of all files in a folder there. */
export interface ReadFiles {
  readonly type: 'readFiles'
  /** Names the answer. */
  readonly request: number
  readonly wants: 'bytes' | 'paths'
  /** From the notebook's folder, with `/` between names. */
  readonly path: string
}

/** The answer to `change`: the live pictures that are outdated by it, in the order in which to compute them. */
export interface Stale {
  readonly type: 'stale'
  readonly regions: readonly StaleRegion[]
}

export interface StaleRegion {
  readonly region: string
  readonly cell: string
  /** The execution count of its cell. */
  readonly count: number
}

/** A run of a cell that set a variable. */
export interface Origin {
  /** The cell's id. */
  readonly cell: string
  readonly run: number
  /** The execution count that the editor shows beside the cell. */
  readonly count: number
  /** `textHash` of the cell's text as it ran. */
  readonly hash: string
}

export interface TensorFacts {
  readonly shape: readonly number[]
  /** TensorFlow.js's name of the type; `float64` and the like for typed arrays, `number` for arrays. */
  readonly dtype: string
  /** Its memory was given back. */
  readonly disposed?: true
}

/** The statistics of one variable. */
export interface Summary {
  readonly type: 'summary'
  readonly name: string
  /** The variable's when they were computed. */
  readonly version: number
  /** Absent where there are none: the variable has gone or holds no numbers. */
  readonly statistics?: Statistics
}

/** What the numbers of a tensor come to, in double precision; values that are not finite are counted apart. */
export interface Statistics {
  /** How many values were looked at, of how many there are. */
  readonly looked: number
  readonly size: number
  /** Of the finite values; absent where there is none. The deviation is the population's. */
  readonly finite?: {
    readonly mean: number
    readonly deviation: number
    readonly min: number
    readonly max: number
    readonly histogram: Histogram
  }
  readonly nan: number
  readonly infinite: number
}

/** Bars of equal width: bar i counts the finite values in [start + i·width, start + (i + 1)·width). */
export interface Histogram {
  readonly start: number
  readonly width: number
  readonly counts: readonly number[]
}

/** The answer to `view`. */
export interface Viewed {
  readonly type: 'viewed'
  readonly request: number
  readonly result: ViewResult
}

export type ViewResult =
  /** `cut` where only the beginning is here. */
  | { readonly kind: 'text'; readonly text: string; readonly cut: boolean }
  | {
      readonly kind: 'table'
      readonly tensor: TensorFacts
      /** Rows in all, and what stands over the columns. */
      readonly rowCount: number
      readonly columns: readonly string[]
      /** The first row that is here, from 0. */
      readonly row: number
      /** What stands beside each row, and its texts as they are to be shown. */
      readonly rows: readonly { readonly index: string; readonly cells: readonly string[] }[]
      /** Columns that were left out on the right. */
      readonly more: number
    }
  | { readonly kind: 'bundle'; readonly tensor: TensorFacts; readonly bundle: MimeBundle }
  /** Cannot be shown so, in a sentence. */
  | { readonly kind: 'failed'; readonly reason: string }

/** A cell waits for a person to type something. */
export interface Ask {
  readonly type: 'ask'
  readonly run: number
  readonly question: number
  readonly prompt: string
  readonly expects: 'text' | 'number'
  /** What the field holds at first, and what is taken where there is nobody to ask. */
  readonly initial?: string
  /** Shown while nothing is typed. */
  readonly placeholder?: string
  /** Typed text is not shown. */
  readonly password?: boolean
}

/** How far a run is: the tasks that go on, each within the one before; none when the last has ended. */
export interface Progress {
  readonly type: 'progress'
  readonly run: number
  readonly tasks: readonly TaskState[]
}

/** Which way a computation of a run takes, told where it is another than the one before. */
export interface PathTaken {
  readonly type: 'path'
  readonly run: number
  readonly path: Path
}

/** The device was lost, or exchanged by a cell, in mid-session. */
export interface DeviceChanged {
  readonly type: 'device'
  readonly device: Device
  readonly lost: boolean
}

/** The end of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`unexpected message: ${JSON.stringify(value)}`)
}
