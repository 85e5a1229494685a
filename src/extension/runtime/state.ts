/**
 * What the runtime view knows of one notebook's kernel, worked out from the messages that pass through the page.
 *
 * Pure data and pure functions, so that it is tested without a page.
 */
import { unreachable, type DriverMessage, type KernelMessage, type Variable } from '../../kernel/protocol'
import type { Device } from '../../kernel/protocol'

export interface NotebookState {
  readonly title: string
  readonly activity:
    | { readonly kind: 'starting' }
    | { readonly kind: 'idle' }
    /** `count` is the number that the editor shows beside the cell. */
    | { readonly kind: 'running'; readonly count: number }
    | { readonly kind: 'gone'; readonly reason: string }
  readonly device: Device | undefined
  readonly deviceLost: boolean
  readonly memory: { readonly tensors: number; readonly bytes: number }
  readonly variables: readonly Variable[]
}

/** The state of a notebook whose kernel is about to start. */
export function opened(title: string): NotebookState {
  return {
    title,
    activity: { kind: 'starting' },
    device: undefined,
    deviceLost: false,
    memory: { tensors: 0, bytes: 0 },
    variables: [],
  }
}

/** …after the extension posted `message` to the kernel. */
export function afterDriver(state: NotebookState, message: DriverMessage): NotebookState {
  switch (message.type) {
    case 'execute':
    case 'recompute':
      return { ...state, activity: { kind: 'running', count: message.count } }
    case 'initialize':
    case 'interrupt':
    case 'inspect':
    case 'summarise':
    case 'view':
    case 'answer':
    case 'change':
      return state
    default:
      return unreachable(message)
  }
}

/** …after the kernel said `message`. */
export function afterKernel(state: NotebookState, message: KernelMessage): NotebookState {
  switch (message.type) {
    case 'ready':
      return { ...state, activity: { kind: 'idle' }, device: message.device }
    case 'startFailed':
      return ended(state, message.reason)
    case 'finished':
      return { ...state, activity: { kind: 'idle' } }
    case 'status':
      return { ...state, memory: message.memory, variables: message.variables }
    case 'device':
      return { ...state, device: message.device, deviceLost: message.lost }
    case 'output':
    case 'stale':
    case 'lateError':
    case 'summary':
    case 'viewed':
    case 'ask':
      return state
    default:
      return unreachable(message)
  }
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
