/** What cells show while they run, recorded as a notebook keeps it. */
import type { CellError, OutputEvent } from '../kernel/protocol'
import { unreachable } from '../kernel/protocol'
import type { ErrorOutput, Output } from '../notebook/types'

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
        outputs.push({ output_type: 'display_data', data: event.bundle, metadata: {} })
        break
      case 'update': {
        const place = this.#displays.get(event.id)
        if (place)
          this.#list(place.cell)[place.index] = {
            output_type: 'display_data',
            data: event.bundle,
            metadata: {},
          }
        break
      }
      case 'stream': {
        const last = outputs.at(-1)
        if (last?.output_type === 'stream' && last.name === event.name)
          outputs[outputs.length - 1] = { ...last, text: last.text + event.text }
        else outputs.push({ output_type: 'stream', name: event.name, text: event.text })
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
    this.#list(cell).push(errorOutput(error))
  }

  #list(cell: string): Output[] {
    let list = this.#outputs.get(cell)
    if (!list) this.#outputs.set(cell, (list = []))
    return list
  }
}

/** An error as nbformat keeps it: its name, its message, and lines for people. */
export function errorOutput(error: CellError): ErrorOutput {
  const frames = error.frames.map(
    ({ cell, count, function: name, line, column }) =>
      `    at ${name || '(top level)'} (In [${count}], cell ${cell}, line ${line}, column ${column})`,
  )
  const traceback = [
    `${error.name}: ${error.message}`,
    ...error.excerpt.split('\n').filter(Boolean),
    ...frames,
  ]
  return { output_type: 'error', ename: error.name, evalue: error.message, traceback }
}
