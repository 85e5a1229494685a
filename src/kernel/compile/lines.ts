/** Offsets of a text as lines and columns, both counted from 0, and back. */

/** What ends a line for an editor, and what ends one for a JavaScript engine (and for TypeScript). */
const EDITOR_BREAK = /\r\n|\n|\r/g
const SCRIPT_BREAK = /\r\n|[\n\r\u2028\u2029]/g

export class Lines {
  private readonly text: string
  private readonly starts: number[] = [0]

  /** @param rules whose line ends count: an editor's, or also U+2028 and U+2029 as in JavaScript. */
  constructor(text: string, rules: 'editor' | 'script') {
    this.text = text
    for (const match of text.matchAll(rules === 'editor' ? EDITOR_BREAK : SCRIPT_BREAK))
      this.starts.push(match.index + match[0].length)
  }

  /** The line of an offset and the column in it, in UTF-16 units. */
  position(offset: number): { line: number; column: number } {
    let low = 0
    let high = this.starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low, column: offset - this.starts[low]! }
  }

  /** The offset of a line and column; one past the text's end for a line that it does not have. */
  offset(line: number, column: number): number {
    return Math.min((this.starts[line] ?? this.text.length) + column, this.text.length)
  }

  /** How many lines there are; at least one. */
  get count(): number {
    return this.starts.length
  }
}
