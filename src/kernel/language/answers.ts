/**
 * What the language service answers, in plain data that can be posted between threads.
 *
 * A place in a cell is the cell's id and offsets in UTF-16 units of its text, as JavaScript and VS Code count. Markdown
 * is what VS Code renders: formulas stand between dollar signs as their authors wrote them.
 */
import type { CellDiagnostic } from '../cell'

/** From `start` up to `end`, in UTF-16 units of one text. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface CellSpan extends Span {
  readonly cell: string
}

/** Line and character from 0, for texts that whoever reads the answer does not have. */
export interface Position {
  readonly line: number
  readonly character: number
}

/** A place in a declaration file, whose text `declarationFile` gives. */
export interface FileSpan {
  /** Its virtual path, such as `/node_modules/genbook/models/ncsn.d.ts`. */
  readonly file: string
  readonly start: Position
  readonly end: Position
}

export type Place = CellSpan | FileSpan

/** Replaces a piece of a cell's text. Edits of one answer do not overlap and all speak of the text before any of them. */
export interface Edit extends CellSpan {
  readonly text: string
}

/** A syntax or type error, a warning, or a suggestion, which editors show faintly or by its tag only. */
export interface Diagnostic extends Omit<CellDiagnostic, 'category'> {
  readonly category: CellDiagnostic['category'] | 'suggestion'
  /** Code that nothing uses, shown faded. */
  readonly unnecessary?: true
  /** A name that its author advises against, shown struck out. */
  readonly deprecated?: true
  /** Other places that explain it, such as the declaration that an argument does not fit. */
  readonly related?: readonly { readonly message: string; readonly place: Place }[]
}

/** What a name is; the words of VS Code's completion and symbol kinds. */
export type NameKind =
  | 'class'
  | 'constant'
  | 'constructor'
  | 'enum'
  | 'enumMember'
  | 'field'
  | 'file'
  | 'function'
  | 'interface'
  | 'keyword'
  | 'method'
  | 'module'
  | 'property'
  | 'snippet'
  | 'text'
  | 'typeParameter'
  | 'type'
  | 'variable'

/** What tells a completion from others of its label, for asking for its details. */
export interface CompletionKey {
  readonly name: string
  /** The module that accepting it imports from. */
  readonly module?: string
  /** TypeScript's own word for where it comes from. */
  readonly source?: string
}

export interface Completion {
  readonly key: CompletionKey
  readonly label: string
  /** Shown dimly right after the label, such as the parameters of a method to write. */
  readonly labelDetail?: string
  /** Shown dimly at the right: the module that is imported, or the cell that declares the name. */
  readonly description?: string
  readonly kind: NameKind
  readonly sortText: string
  /** What is inserted where it is not the label. */
  readonly insertText?: string
  /** Whether `insertText` is a snippet with tab stops. */
  readonly snippet?: true
  readonly filterText?: string
  /** What is replaced where that is not the list's own `replaces`. */
  readonly replaces?: Span
  readonly deprecated?: true
  readonly preselect?: true
  /** Characters that accept it and are then typed; where absent, those of the list. */
  readonly commitCharacters?: readonly string[]
}

export interface CompletionList {
  readonly items: readonly Completion[]
  /** The word before and after the cursor, which accepting an item replaces; where absent, the editor's own. */
  readonly replaces?: Span
  /** Characters that accept an item and are then typed, such as `.` and `(`. */
  readonly commitCharacters: readonly string[]
  /** Where the words may begin that the line consists of so far, if a statement may: there whole statements can be offered. */
  readonly statement?: number
}

/** What is shown beside the chosen completion. */
export interface CompletionDetails {
  /** The signature or type, as code. */
  readonly detail: string
  /** Markdown. */
  readonly documentation: string
  /** Beside inserting the text: the import that makes the name known. */
  readonly edits: readonly Edit[]
}

export interface Hover extends Span {
  /** The signature or type, as TypeScript. */
  readonly code: string
  /** Markdown. */
  readonly documentation: string
  /** Where the name is one of the session: the name, and the cell whose declaration it means in document order. */
  readonly name?: { readonly name: string; readonly cell: string }
}

export interface SignatureHelp {
  readonly signatures: readonly {
    readonly label: string
    /** Markdown. */
    readonly documentation: string
    /** `start` and `end` are of the label. */
    readonly parameters: readonly (Span & { readonly documentation: string })[]
  }[]
  readonly activeSignature: number
  readonly activeParameter: number
}

/** Where something is declared, and what was asked about: the word to underline. */
export interface Definitions {
  readonly origin: Span
  readonly places: readonly Place[]
}

export interface Reference {
  readonly place: Place
  readonly declaration: boolean
  /** Whether the name is given a value there. */
  readonly write: boolean
}

/** The word that would be renamed, or why nothing can be. */
export type PrepareRename =
  ({ readonly ok: true; readonly text: string } & Span) | { readonly ok: false; readonly reason: string }

export type Rename =
  { readonly ok: true; readonly edits: readonly Edit[] } | { readonly ok: false; readonly reason: string }

export interface QuickFix {
  readonly title: string
  readonly edits: readonly Edit[]
  /** Whether it is most likely what the person wants. */
  readonly preferred: boolean
  /** The diagnostics' number that it mends. */
  readonly code: number
  /** Mends all of the kind in the cell at once, by `fixAll`. */
  readonly all?: { readonly id: string; readonly title: string }
}

export interface FoldingRange extends Span {
  readonly kind: 'code' | 'comment' | 'imports' | 'region'
}

export interface DocumentSymbol extends Span {
  readonly name: string
  readonly kind: NameKind
  /** The name itself, inside the whole. */
  readonly selection: Span
  readonly children: readonly DocumentSymbol[]
}

export interface InlayHint {
  readonly offset: number
  readonly text: string
  readonly kind: 'parameter' | 'type' | 'enum'
  /** Whether a blank belongs before or after it. */
  readonly before: boolean
  readonly after: boolean
}

/** One declaration of a session name, with the cells whose text means this one, in document order. */
export interface SessionName extends CellSpan {
  readonly name: string
  readonly kind: NameKind
  readonly usedBy: readonly string[]
}

/** What the numbers of semantic tokens mean: TypeScript's own legend, in the words of VS Code. */
export const TOKEN_TYPES = [
  'class',
  'enum',
  'interface',
  'namespace',
  'typeParameter',
  'type',
  'parameter',
  'variable',
  'enumMember',
  'property',
  'function',
  'method',
] as const

export const TOKEN_MODIFIERS = [
  'declaration',
  'static',
  'async',
  'readonly',
  'defaultLibrary',
  'local',
] as const
