/** From a place in a cell to the place in the notebook's JSON that an editor can be sent to. */
import { LineTable, type Position } from '../notebook/position'
import { Locator, entriesAt } from '../notebook/spans'

export class SourceLocator {
  readonly #text: string
  readonly #locator: Locator
  readonly #lines: LineTable

  /** @param text of a notebook that parses */
  constructor(text: string) {
    this.#text = text
    this.#locator = new Locator(text)
    this.#lines = new LineTable(text)
  }

  /**
   * @param index of the cell among all cells, from 0
   * @param offset in the cell's source, in UTF-16 units
   */
  position(index: number, offset: number): Position {
    const cells = { parent: undefined, key: 'cells' }
    const start = this.#locator.offset({ parent: { parent: cells, key: index }, key: 'source' })
    return this.#lines.positionAt(this.#offsetIn(start, offset))
  }

  /** `source` is one string, or a list of strings that are joined without anything between. */
  #offsetIn(start: number, offset: number): number {
    if (this.#text[start] !== '[') return this.#offsetInString(start, offset).at
    let left = offset
    let at = start
    for (const { valueStart } of entriesAt(this.#text, start)) {
      const found = this.#offsetInString(valueStart, left)
      at = found.at
      // What follows a string's last unit is the first of the next string, which is the next line.
      if (!found.left && this.#text[at] !== '"') return at
      left = found.left
    }
    return at
  }

  /** @returns where that unit of the string stands, and how many units the string lacks to have it */
  #offsetInString(quote: number, offset: number): { at: number; left: number } {
    let at = quote + 1
    for (let left = offset; ; left--) {
      if (this.#text[at] === '"') return { at, left }
      if (!left) return { at, left }
      // Every escape stands for one UTF-16 unit.
      if (this.#text[at] !== '\\') at++
      else at += this.#text[at + 1] === 'u' ? 6 : 2
    }
  }
}
