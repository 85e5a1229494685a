import * as vscode from 'vscode'
import type { BackendChoice } from '../kernel/protocol'
import { CONFIGURATION } from './names'

const BACKENDS: readonly BackendChoice[] = ['auto', 'webgpu', 'wasm', 'cpu']

export interface Settings {
  readonly backend: BackendChoice
  readonly graceMilliseconds: number
  /** Whether whole trainings and walks may be computed in one go. */
  readonly fused: boolean
  /** How many threads share long computations; 0 for as many as there are processors. */
  readonly threads: number
  /** Whether products may use subgroups of a GPU that has them. */
  readonly subgroups: boolean
}

/** What the person's settings say for a notebook; a value that makes no sense counts as the default. */
export function settingsFor(notebook: vscode.Uri): Settings {
  const settings = vscode.workspace.getConfiguration(CONFIGURATION, notebook)
  const backend = settings.get<string>('backend')
  const seconds = settings.get<unknown>('stopGraceSeconds')
  const threads = settings.get<unknown>('threads')
  return {
    backend: BACKENDS.find((choice) => choice === backend) ?? 'auto',
    fused: settings.get<unknown>('fused') !== false,
    threads: typeof threads === 'number' && threads > 0 ? Math.floor(threads) : 0,
    subgroups: settings.get<unknown>('gpu.subgroups') === true,
    graceMilliseconds: (typeof seconds === 'number' && seconds > 0 ? seconds : 5) * 1000,
  }
}
