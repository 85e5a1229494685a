/** What passes between a kernel that steps through a cell and its driver: commands one way, events the other. */

import type { CompiledCell } from '../cell'

/** How a run is to be stepped through. */
export interface DebugLaunch {
  /** Whether to pause before the first statement. */
  readonly stopOnEntry: boolean
  /** Whether to pause where an error is thrown that no cell catches. */
  readonly uncaught: boolean
  readonly breakpoints: Breakpoints
  /** The functions of cells that ran plainly, as `compileFunctions` makes them, with the counts of those runs. */
  readonly functions?: readonly { readonly cell: CompiledCell; readonly count: number }[]
  /** How commands reach a kernel that is kept waiting in the middle of a cell; a transport adds it. */
  readonly channel?: CommandChannel
}

/** By cell id. */
export type Breakpoints = Readonly<Record<string, readonly Breakpoint[]>>

/** Where a cell that comes by is to pause. Code is as `compileExpression` makes it. */
export interface Breakpoint {
  /** From 1. */
  readonly line: number
  /** What must be truthy, or else the breakpoint is not there. */
  readonly condition?: string
  /** The how-manieth time counts, of those at which the condition held. */
  readonly hits?: HitCondition
  /** What is told instead of pausing: texts as they are, and expressions. */
  readonly log?: readonly (string | { readonly code: string })[]
}

/** `%` holds at every `count`-th time. */
export interface HitCondition {
  readonly operator: '=' | '>' | '>=' | '<' | '<=' | '%'
  readonly count: number
}

/**
 * Where threads share memory, a port and a counter of what was sent through it; else addresses that stand for bits.
 */
export type CommandChannel =
  | { readonly kind: 'port'; readonly port: MessagePort; readonly sent: SharedArrayBuffer }
  | { readonly kind: 'addresses'; readonly addresses: CommandAddresses }

/** `blob:` addresses that a page revokes one by one: a revoked one is a 1, one that still answers a 0. */
export interface CommandAddresses {
  /** What all addresses begin with, and what each ends with. */
  readonly origin: string
  /** One after another, for one command each: whether it is there, and which it is. */
  readonly slots: readonly { readonly ready: string; readonly bits: readonly string[] }[]
  /** The bits of the last part of the address at which a command of any length lies. */
  readonly name: readonly string[]
}

/** Ways to go on. `step` goes to the next step of a derivation, state of a sampler or report of a training. */
export type Going = 'continue' | 'over' | 'in' | 'out' | 'step'

export type DebugCommand =
  | { readonly kind: Going }
  /** Pause at the next statement. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'breakpoints'; readonly breakpoints: Breakpoints }
  | { readonly kind: 'exceptions'; readonly uncaught: boolean }
  /** Run on and pause nowhere. */
  | { readonly kind: 'detach' }
  /** Asks for what an expandable value contains, from the entry `start` on where it has numbered ones. */
  | {
      readonly kind: 'variables'
      readonly request: number
      readonly reference: number
      readonly start?: number
      readonly count?: number
    }
  /** Evaluates an expression in a frame. `code` is as `compileExpression` makes it. */
  | { readonly kind: 'evaluate'; readonly request: number; readonly frame: number; readonly code: string }

export type DebugEvent =
  | Stopped
  | { readonly kind: 'variables'; readonly request: number; readonly variables: readonly DebugVariable[] }
  | { readonly kind: 'evaluated'; readonly request: number; readonly variable: DebugVariable }
  /** A request that could not be met, and why. */
  | { readonly kind: 'refused'; readonly request: number; readonly reason: string }
  /** A breakpoint that tells instead of pausing was passed. */
  | { readonly kind: 'logged'; readonly text: string; readonly cell: string; readonly line: number }
  /** The cell computes on another device than the session does, so that its numbers can be read. */
  | { readonly kind: 'moved'; readonly device: string }
  /** The cell runs, but this kernel cannot pause, and why. */
  | { readonly kind: 'unable'; readonly reason: string }

/** The cell waits for a command. References and frames are good until it goes on. */
export interface Stopped {
  readonly kind: 'stopped'
  readonly reason: 'entry' | 'step' | 'breakpoint' | 'pause' | 'exception' | 'milestone'
  /**
   * For an exception, its name and message; for a milestone, what was reached; for a breakpoint, why its condition could
   * not be evaluated, if so.
   */
  readonly text?: string
  /** Innermost first. */
  readonly frames: readonly DebugFrame[]
  /** What the first scope of the first frame contains, as nearly everybody looks at it. */
  readonly first: readonly DebugVariable[]
}

export interface DebugFrame {
  readonly id: number
  /** Empty for the top level of a cell. */
  readonly name: string
  /** What was reached, where this is no call but a milestone in one. */
  readonly milestone?: string
  readonly cell: string
  /** The execution count of the run that compiled the frame. */
  readonly count: number
  /** From 1, in the cell's own text. */
  readonly line: number
  readonly column: number
  readonly scopes: readonly DebugScope[]
  /** Names that mean variables of the frame, for compiling expressions. */
  readonly locals: readonly string[]
}

export interface DebugScope {
  /** `milestone`: what was reached; `cell`: what the frame's cell declares; `session`: what others do. */
  readonly kind: 'milestone' | 'local' | 'closure' | 'cell' | 'session'
  readonly reference: number
  readonly named: number
}

export interface DebugVariable {
  readonly name: string
  /** One line. */
  readonly value: string
  readonly type: string
  /** An expression that means the same in the frame; absent where there is none. */
  readonly expression?: string
  /** To ask for its contents; 0 where it has none. */
  readonly reference: number
  /** How many numbered entries it has. */
  readonly indexed?: number
  readonly named?: number
}

/** A command of the driver to the run that is executing. */
export interface Debug {
  readonly type: 'debug'
  readonly run: number
  readonly command: DebugCommand
}

/** What stepping through a run tells. */
export interface Debugged {
  readonly type: 'debugged'
  readonly run: number
  /** How many commands have been taken so far. */
  readonly taken: number
  readonly event: DebugEvent
}
