/** Where in a text something is. Lines and columns count from 1, columns in UTF-16 units, as editors count. */
export interface Position {
  readonly offset: number
  readonly line: number
  readonly column: number
}

/** The places of a text's lines. `\n`, `\r\n` and a lone `\r` end a line. */
export class LineTable {
  private readonly starts: number[] = [0]

  constructor(text: string) {
    for (const end of text.matchAll(/\r\n?|\n/g)) this.starts.push(end.index + end[0].length)
  }

  /** The place of an offset from 0 to the text's length. */
  positionAt(offset: number): Position {
    let low = 0
    let high = this.starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.starts[middle] ?? Infinity) <= offset) low = middle
      else high = middle
    }
    return { offset, line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 }
  }
}
