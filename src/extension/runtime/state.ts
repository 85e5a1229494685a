/**
 * What the runtime view knows of one notebook's kernel, worked out from the messages that pass through the page.
 *
 * Pure data and pure functions, so that it is tested without a page.
 */
import { taskText } from '../../renderers/controls'
import type { Path } from '../../tensor'
import type { CellAnalysis } from '../../kernel/cell'
import {
  unreachable,
  type Device,
  type DriverMessage,
  type KernelMessage,
  type Status,
  type Summary,
  type Variable,
} from '../../kernel/protocol'

export interface NotebookState {
  readonly title: string
  readonly activity:
    | { readonly kind: 'starting' }
    | { readonly kind: 'idle' }
    | Running
    | { readonly kind: 'gone'; readonly reason: string }
  readonly device: Device | undefined
  readonly deviceLost: boolean
  /** Which way the last computation of each kind went. */
  readonly paths: readonly Path[]
  readonly memory: { readonly tensors: number; readonly bytes: number }
  readonly variables: readonly Variable[]
  /** What the last run that began changed. */
  readonly changed: ReadonlySet<string>
  /** By name; of an older version of the variable until the newer one is there. */
  readonly summaries: ReadonlyMap<string, Summary>
  /** The first lines of the cells that wait to run. */
  readonly waiting: readonly string[]
}

export interface Running {
  readonly kind: 'running'
  /** The number that the editor shows beside the cell. */
  readonly count: number
  /** When it was sent. */
  readonly since: number
  /** When the kernel last told what the session holds. */
  readonly heard: number
  /** Names that its text reads, sets or declares. */
  readonly names: ReadonlySet<string>
  /** What it waits for. */
  readonly asks?: string
  readonly doing?: string
}

/** For so long a variable that the running cell has to do with counts as it was told, in milliseconds. */
const FRESH = 2500

/** The state of a notebook whose kernel is about to start. */
export function opened(title: string): NotebookState {
  return {
    title,
    activity: { kind: 'starting' },
    device: undefined,
    deviceLost: false,
    paths: [],
    memory: { tensors: 0, bytes: 0 },
    variables: [],
    changed: new Set(),
    summaries: new Map(),
    waiting: [],
  }
}

/** …after the extension posted `message` to the kernel, at the time `now` in milliseconds. */
export function afterDriver(state: NotebookState, message: DriverMessage, now: number): NotebookState {
  const { activity } = state
  switch (message.type) {
    case 'execute':
      return started(state, message.count, now, namesOf(message.cell.analysis))
    case 'recompute':
      return started(state, message.count, now, new Set())
    case 'answer': {
      if (activity.kind !== 'running' || activity.asks === undefined) return state
      const { asks: _, ...going } = activity
      return { ...state, activity: going }
    }
    case 'initialize':
    case 'interrupt':
    case 'inspect':
    case 'summarise':
    case 'view':
    case 'change':
    case 'weightsRead':
    case 'filesRead':
    case 'debug':
      return state
    default:
      return unreachable(message)
  }
}

function started(
  state: NotebookState,
  count: number,
  now: number,
  names: ReadonlySet<string>,
): NotebookState {
  return { ...state, activity: { kind: 'running', count, since: now, heard: now, names } }
}

function namesOf({ declared, used, assigned }: CellAnalysis): ReadonlySet<string> {
  return new Set([...declared.map(({ name }) => name), ...used, ...assigned])
}

/** …after the kernel said `message`, at the time `now` in milliseconds. */
export function afterKernel(state: NotebookState, message: KernelMessage, now: number): NotebookState {
  switch (message.type) {
    case 'ready':
      return { ...state, activity: { kind: 'idle' }, device: message.device }
    case 'startFailed':
      return ended(state, message.reason)
    case 'finished': {
      const changed = message.flow ? new Set(message.flow.sets) : state.changed
      return { ...state, activity: { kind: 'idle' }, changed }
    }
    case 'summary': {
      const summaries = new Map(state.summaries).set(message.name, message)
      return { ...state, summaries }
    }
    case 'progress': {
      if (state.activity.kind !== 'running') return state
      const innermost = message.tasks.at(-1)
      const { doing: _, ...known } = state.activity
      return { ...state, activity: { ...known, ...(innermost && { doing: taskText(innermost) }) } }
    }
    case 'path': {
      const others = state.paths.filter(({ work }) => work !== message.path.work)
      return { ...state, paths: [...others, message.path] }
    }
    case 'ask':
      if (state.activity.kind !== 'running') return state
      return { ...state, activity: { ...state.activity, asks: message.prompt } }
    case 'status':
      return told(state, message, now)
    case 'device':
      return { ...state, device: message.device, deviceLost: message.lost }
    case 'output':
    case 'stale':
    case 'lateError':
    case 'viewed':
    case 'readWeights':
    case 'readFiles':
    case 'debugged':
      return state
    default:
      return unreachable(message)
  }
}

function told(state: NotebookState, { memory, variables, during }: Status, now: number): NotebookState {
  const { activity } = state
  if (activity.kind !== 'running' || during === undefined) return { ...state, memory, variables }
  // What the cell declares and has yet to set is shown as it was before, in its place.
  const later = new Map(variables.map((variable) => [variable.name, variable]))
  const known = state.variables.map((variable) => {
    const now = later.get(variable.name) ?? variable
    later.delete(variable.name)
    return now
  })
  return { ...state, activity: { ...activity, heard: now }, memory, variables: [...known, ...later.values()] }
}

/** Whether what is shown of a variable may be of the time before the running cell changed it. */
export function mayBeOld({ activity, summaries }: NotebookState, variable: Variable, now: number): boolean {
  const { name, tensor, version } = variable
  const summary = summaries.get(name)
  if (tensor && !tensor.disposed && summary && summary.version !== version) return true
  return activity.kind === 'running' && activity.names.has(name) && now - activity.heard > FRESH
}

/** …after the kernel ended, and its variables with it. */
export function ended(state: NotebookState, reason: string): NotebookState {
  // The worker of a kernel that failed is ended as well; why it failed is still what matters.
  if (state.activity.kind === 'gone' && !reason) return state
  return {
    ...opened(state.title),
    device: state.device,
    deviceLost: state.deviceLost,
    activity: { kind: 'gone', reason },
  }
}

/** A number of bytes as people read it: `512 B`, `3.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

/** A time that goes on: `0:07`, `12:34`, `1:02:03`. */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
