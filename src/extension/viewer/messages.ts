/** What passes between the extension and the page that shows one variable. */
import type { ViewForm, ViewResult, Variable } from '../../kernel/protocol'

/** Extension → page. */
export type ViewerMessage =
  /** First of all, and whenever the variable changes: what is known of it; nothing where it is gone. */
  | { readonly type: 'variable'; readonly variable: Variable | undefined }
  | { readonly type: 'result'; readonly request: number; readonly result: ViewResult }

/** Page → extension. */
export type ViewerRequest =
  /** The page's script runs. */
  { readonly type: 'loaded' } | { readonly type: 'look'; readonly request: number; readonly as: ViewForm }

/** What the page needs from the start, as JSON inside its document. */
export interface ViewerSetup {
  readonly words: ViewerWords
  /** Where the notebook's renderer lies, which draws figures here as well. */
  readonly renderer: string
}

/** Everything that the page says, in the person's language; `{0}` stands for a value. */
export interface ViewerWords {
  readonly forms: string
  readonly table: string
  readonly image: string
  readonly picture: string
  readonly text: string
  readonly rows: string
  readonly previous: string
  readonly next: string
  readonly first: string
  readonly moreColumns: string
  readonly waiting: string
  readonly gone: string
  readonly notNumbers: string
  readonly cut: string
  readonly empty: string
  readonly setBy: string
}
