/** A live picture: what `live` shows, computed anew in the same place whenever a control that it read has another value. */
import { captionBundle, type CaptionSpec } from '../../renderers/controls'
import type { MimeBundle } from '../protocol'
import type { RunOutput } from './output'
import type { Run } from './run'

/** Text that a computation prints is shown under its picture up to this length. */
const MOST_PRINTED = 4000

/** A place among a cell's outputs. */
interface Slot {
  readonly id: string
  /** Puts the first thing there; afterwards it is changed by its id. */
  fill?: ((bundle: MimeBundle) => void) | undefined
  /** Whether something is shown there. */
  full: boolean
}

export class Region {
  readonly id: string
  /** The run that declared it. */
  readonly run: Run
  readonly compute: () => unknown
  /** The controls whose values were read. */
  reads: Set<string> = new Set()
  readonly #newId: () => string
  readonly #slots: (Slot | undefined)[]
  readonly #caption: Slot | undefined
  #next = 0
  #printed = ''

  /**
   * Keeps a place for one picture and its caption in the output of `run`; further ones come after what is there by then.
   *
   * @param newId makes a name for a display.
   */
  constructor(id: string, run: Run, compute: () => unknown, newId: () => string) {
    this.id = id
    this.run = run
    this.compute = compute
    this.#newId = newId
    this.#slots = [reserve(run.output, newId(), { 'text/plain': 'Computing …' })]
    this.#caption = reserve(run.output, newId(), captionBundle({ region: id, used: [] }))
  }

  get cell(): string {
    return this.run.cell.id
  }

  /** Everything is about to be shown anew. */
  begin(): void {
    this.#next = 0
    this.#printed = ''
    this.reads = new Set()
  }

  /** The next thing that the computation shows. @returns what changes it, at once and later. */
  show(output: RunOutput): (bundle: MimeBundle) => void {
    const index = this.#next++
    if (index === this.#slots.length) this.#slots.push(reserve(output, this.#newId(), { 'text/plain': '' }))
    const slot = this.#slots[index]
    return (bundle) => slot && this.#put(slot, output, bundle)
  }

  print(text: string): void {
    this.#printed = (this.#printed + text).slice(0, MOST_PRINTED)
  }

  /** The computation has come to its end: what it did not show this time goes. */
  end(output: RunOutput): void {
    for (const slot of this.#slots.slice(Math.max(1, this.#next)))
      if (slot?.full) {
        this.#put(slot, output, { 'text/plain': '' })
        slot.full = false
      }
    const [first] = this.#slots
    if (this.#next === 0 && first) this.#put(first, output, { 'text/plain': '' })
  }

  /** Says what the picture was computed with, or why it was not. */
  caption(output: RunOutput, said: Pick<CaptionSpec, 'used' | 'error' | 'hint'>): void {
    if (!this.#caption) return
    const printed = this.#printed && { printed: this.#printed }
    this.#put(this.#caption, output, captionBundle({ region: this.id, ...said, ...printed }))
  }

  #put(slot: Slot, output: RunOutput, bundle: MimeBundle): void {
    slot.full = true
    // Once the declaring run has ended, its placeholder stands in every place that it did not fill.
    if (slot.fill && !this.run.finished) slot.fill(bundle)
    else output.update(slot.id, bundle)
    slot.fill = undefined
  }
}

/** @returns nothing where the cell has shown too much already. */
function reserve(output: RunOutput, id: string, placeholder: MimeBundle): Slot | undefined {
  const fill = output.displayLater(id, placeholder)
  return fill && { id, fill, full: false }
}
