/** What cells show while they run, recorded as a notebook keeps it. */
import { unreachable, type CellError, type OutputEvent } from '../kernel/protocol'
import { formatError } from '../kernel/session/errors'
import { displayOutput, errorOutput, streamOutput, type Output } from '../notebook'

export class Recorder {
  readonly #outputs = new Map<string, Output[]>()
  /** Where each display stands, by its id, so that later updates find it. */
  readonly #displays = new Map<string, { readonly cell: string; readonly index: number }>()

  /** The outputs of a cell so far. */
  of(cell: string): readonly Output[] {
    return this.#list(cell)
  }

  add(cell: string, event: OutputEvent): void {
    const outputs = this.#list(cell)
    switch (event.kind) {
      case 'display':
        this.#displays.set(event.id, { cell, index: outputs.length })
        outputs.push(displayOutput(event.bundle))
        break
      case 'update': {
        const place = this.#displays.get(event.id)
        if (place) this.#list(place.cell)[place.index] = displayOutput(event.bundle)
        break
      }
      case 'stream': {
        const last = outputs.at(-1)
        if (last?.output_type === 'stream' && last.name === event.name)
          outputs[outputs.length - 1] = { ...last, text: last.text + event.text }
        else outputs.push(streamOutput(event.name, event.text))
        break
      }
      case 'clear':
        for (const [id, place] of this.#displays) if (place.cell === cell) this.#displays.delete(id)
        outputs.length = 0
        break
      default:
        unreachable(event)
    }
  }

  fail(cell: string, error: CellError): void {
    this.#list(cell).push(errorOutput(error.name, error.message, formatError(error).split('\n')))
  }

  #list(cell: string): Output[] {
    let list = this.#outputs.get(cell)
    if (!list) this.#outputs.set(cell, (list = []))
    return list
  }
}
