import { LineTable, type Position } from './position'

/** A text that is no notebook, and why. Nothing else is thrown by reading one, whatever it holds. */
export class NotebookFormatError extends Error {
  override readonly name = 'NotebookFormatError'
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  /** From 0, in UTF-16 units. */
  readonly offset: number
  /** What was being read, such as `cells[3].source`; empty for the file itself and for broken JSON. */
  readonly path: string
  readonly expected: string
  readonly found: string

  constructor(position: Position, path: string, expected: string, found: string) {
    super(
      `line ${position.line}, column ${position.column}: ${path ? `${path}: ` : ''}expected ${expected}, found ${found}`,
    )
    this.line = position.line
    this.column = position.column
    this.offset = position.offset
    this.path = path
    this.expected = expected
    this.found = found
  }
}

/** The error for what stands at an offset of a text. */
export function errorAt(
  text: string,
  offset: number,
  expected: string,
  found: string,
  path = '',
): NotebookFormatError {
  return new NotebookFormatError(new LineTable(text).positionAt(offset), path, expected, found)
}
