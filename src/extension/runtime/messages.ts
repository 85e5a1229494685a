/**
 * What passes between the extension and the page of the runtime view.
 *
 * The page holds one worker per kernel and relays the kernel protocol; around each relayed message goes an envelope
 * that names the kernel. A notebook's restart is a new kernel, so what an old one still says cannot be mistaken.
 */
import type { DriverMessage, KernelMessage } from '../../kernel/protocol'

/** Extension → page. */
export type PageMessage =
  /** First of all: the text of the kernel's script and the words to show. */
  | { readonly type: 'load'; readonly script: string; readonly words: Words }
  /** Start a worker for a notebook; `title` is what the person calls it. */
  | { readonly type: 'open'; readonly notebook: string; readonly kernel: number; readonly title: string }
  | { readonly type: 'driver'; readonly kernel: number; readonly message: DriverMessage }
  /** End a kernel's worker at once. Its notebook stays listed, with `reason` where there is something to say. */
  | { readonly type: 'close'; readonly kernel: number; readonly reason?: string }
  | { readonly type: 'rename'; readonly notebook: string; readonly title: string }
  /** The notebook was closed: nothing of it is listed any longer. */
  | { readonly type: 'forget'; readonly notebook: string }
  /** The first lines of the cells that wait to run. */
  | { readonly type: 'queue'; readonly notebook: string; readonly waiting: readonly string[] }
  /** The notebook in the active editor, whose details are shown first. */
  | { readonly type: 'select'; readonly notebook: string | undefined }

/** Page → extension. */
export type ViewMessage =
  /** The page's script runs and waits for `load`. */
  | { readonly type: 'loaded' }
  /** What a kernel said, in order; together what it said at once. */
  | { readonly type: 'kernel'; readonly kernel: number; readonly messages: readonly KernelMessage[] }
  /** A worker failed as a whole and is gone. */
  | { readonly type: 'exit'; readonly kernel: number; readonly reason: string }
  | { readonly type: 'press'; readonly notebook: string; readonly button: Button }
  /** Show a variable in an editor of its own. */
  | { readonly type: 'show'; readonly notebook: string; readonly name: string }

export type Button = 'restart' | 'restartAndRunAll' | 'interrupt'

/** Everything that the page says, in the person's language; `{0}` stands for a value. */
export interface Words {
  readonly restart: string
  readonly restartAndRunAll: string
  readonly interrupt: string
  readonly starting: string
  readonly idle: string
  readonly running: string
  readonly asking: string
  readonly gone: string
  readonly empty: readonly string[]
  readonly device: string
  readonly softwareNote: string
  readonly tensors: string
  readonly bytes: string
  readonly now: string
  readonly waiting: string
  readonly nothingRuns: string
  readonly nothingWaits: string
  readonly deviceLost: string
  /** How computations went: `{0}` is what they ran on, or why they could not run in one go. */
  readonly sampling: string
  readonly training: string
  readonly fused: string
  readonly plain: string
  readonly variables: VariableWords
}

/** What the table of variables says. */
export interface VariableWords {
  readonly title: string
  readonly filter: string
  readonly name: string
  readonly kind: string
  readonly shape: string
  readonly value: string
  readonly range: string
  readonly histogram: string
  readonly memory: string
  readonly none: string
  readonly noneFit: string
  readonly gone: string
  readonly parameters: string
  readonly changed: string
  readonly old: string
  readonly nan: string
  readonly infinite: string
  readonly noFinite: string
  readonly ofFirst: string
  readonly open: string
  readonly setBy: string
  readonly histogramOf: string
  readonly count: string
}
