/**
 * What one run shows, on its way to the driver: gathered, so that a flood of lines is a few messages; throttled, so
 * that a live figure costs what can be seen of it; and capped, so that neither the editor nor the file drowns.
 */
import type { MimeBundle, OutputEvent, OutputLimits } from '../protocol'
import { jsonBytes } from '../display/json'
import { Sequence } from './sequence'

/** The shortest time between two messages of one kind, in milliseconds. */
const PACE = 80
/** A viewer needs an element for each display, however small it is. */
const MOST_DISPLAYS = 1000
/** Changes between stdout and stderr that are kept apart within one message pace. */
const MOST_SEGMENTS = 50

type StreamName = 'stdout' | 'stderr'

export class RunOutput {
  readonly #sequence: Sequence
  readonly #limits: OutputLimits
  #segments: { name: StreamName; text: string }[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastFlush = -Infinity
  #characters = 0
  #dropped = { characters: 0, lines: 0 }
  #displays = 0
  #droppedDisplays = 0
  /** Bytes by display id as last shown, because an update replaces. */
  readonly #bytes = new Map<string, number>()
  #total = 0
  readonly #updates = new Map<string, { last: number; next?: MimeBundle }>()

  constructor(limits: OutputLimits, emit: (event: OutputEvent) => void) {
    this.#limits = limits
    this.#sequence = new Sequence(emit)
  }

  /** Appends to stdout or stderr. */
  stream(name: StreamName, text: string): void {
    if (!text) return
    const limit = Math.min(this.#limits.streamCharacters, this.#limits.cellBytes)
    const kept = text.slice(0, Math.max(0, limit - this.#characters))
    this.#characters += kept.length
    if (kept) this.#append(name, kept)
    if (kept.length < text.length) {
      if (!this.#dropped.characters)
        this.#append('stderr', `\n[Output cut: a cell may print ${count(limit)} characters.]\n`)
      this.#dropped.characters += text.length - kept.length
      this.#dropped.lines += linesIn(text, kept.length)
    }
    if (performance.now() - this.#lastFlush >= PACE) this.#flushStreams()
    else this.#schedule()
  }

  /** Shows a new thing under `id`. @returns false if the cell has shown too many. */
  display(id: string, bundle: MimeBundle): boolean {
    if (!this.#open(id)) return false
    this.#sequence.push({ kind: 'display', id, bundle: this.#admit(id, bundle) })
    return true
  }

  /**
   * Keeps a place for a thing that must first be read from the device.
   *
   * @param placeholder what is shown when that takes long.
   * @returns what shows it then, or undefined if the cell has shown too many.
   */
  displayLater(id: string, placeholder: MimeBundle): ((bundle: MimeBundle) => void) | undefined {
    if (!this.#open(id)) return undefined
    const fill = this.#sequence.reserve({ kind: 'display', id, bundle: placeholder })
    return (bundle) => {
      if (!fill({ kind: 'display', id, bundle: this.#admit(id, bundle) })) this.update(id, bundle)
    }
  }

  /** Changes what is shown under `id`, now or soon; the last of many changes always arrives. */
  update(id: string, bundle: MimeBundle): void {
    const known = this.#updates.get(id)
    const now = performance.now()
    if (known && now - known.last < PACE) {
      known.next = bundle
      this.#schedule()
    } else this.#sendUpdate(id, bundle)
  }

  /** Takes everything back that the run has shown. */
  clear(): void {
    this.#segments = []
    this.#sequence.clear()
    for (const state of this.#updates.values()) delete state.next
    this.#bytes.clear()
    this.#total = 0
    this.#characters = 0
    this.#displays = 0
    this.#dropped = { characters: 0, lines: 0 }
    this.#droppedDisplays = 0
    this.#sequence.push({ kind: 'clear' })
  }

  /** Sends what waits. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#flushStreams()
    for (const [id, state] of this.#updates) if (state.next) this.#sendUpdate(id, state.next)
  }

  /** Sends what waits and says how much was dropped; called before `finished`. */
  end(): void {
    if (this.#dropped.characters) {
      const { characters, lines } = this.#dropped
      const inLines = lines > 0 ? ` in ${count(lines)} lines` : ''
      this.#append('stderr', `[${count(characters)} more characters${inLines} were dropped.]\n`)
    }
    if (this.#droppedDisplays)
      this.#append(
        'stderr',
        `[Output cut: a cell may show ${count(MOST_DISPLAYS)} things; ${count(this.#droppedDisplays)} more were dropped.]\n`,
      )
    this.flush()
    this.#sequence.flush()
  }

  #open(id: string): boolean {
    if (++this.#displays > MOST_DISPLAYS) {
      this.#droppedDisplays++
      return false
    }
    this.#flushStreams()
    this.#updates.set(id, { last: performance.now() })
    return true
  }

  #append(name: StreamName, text: string): void {
    const last = this.#segments.at(-1)
    const segment =
      last?.name === name
        ? last
        : this.#segments.length >= MOST_SEGMENTS
          ? this.#segments.findLast((each) => each.name === name)
          : undefined
    if (segment) segment.text += text
    else this.#segments.push({ name, text })
  }

  #flushStreams(): void {
    this.#lastFlush = performance.now()
    for (const { name, text } of this.#segments.splice(0)) this.#sequence.push({ kind: 'stream', name, text })
  }

  #sendUpdate(id: string, bundle: MimeBundle): void {
    this.#updates.set(id, { last: performance.now() })
    this.#sequence.push({ kind: 'update', id, bundle: this.#admit(id, bundle) })
  }

  #schedule(): void {
    // In a loop that never yields the timer does not fire; then the next call past the pace flushes.
    this.#timer ??= setTimeout(() => this.flush(), PACE)
  }

  /** The bundle itself, or a note in its place when it is too large. */
  #admit(id: string, bundle: MimeBundle): MimeBundle {
    const before = this.#bytes.get(id) ?? 0
    const room = this.#limits.cellBytes - this.#total - this.#characters + before
    const bytes = jsonBytes(bundle)
    const fits = bytes <= this.#limits.bundleBytes && bytes <= room
    const shown = fits ? bundle : note(bundle, bytes, this.#limits)
    const size = fits ? bytes : 0
    this.#total += size - before
    this.#bytes.set(id, size)
    return shown
  }
}

function note(bundle: MimeBundle, bytes: number, limits: OutputLimits): MimeBundle {
  const what = Object.keys(bundle)
    .filter((type) => type !== 'text/plain')
    .join(', ')
  const rule =
    bytes > limits.bundleBytes
      ? `one output may have ${megabytes(limits.bundleBytes)}`
      : `all outputs of a cell may have ${megabytes(limits.cellBytes)} together`
  return {
    'text/plain': `[Not shown: this output${what && ` (${what})`} has ${megabytes(bytes)}, and ${rule}. Show less of it.]`,
  }
}

const count = (n: number) => n.toLocaleString('en-US')
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

function linesIn(text: string, from: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', from); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
