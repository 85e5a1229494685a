/** What a person paints, pixel by pixel and stroke by stroke: pure data, so that it is tested without a page. */

/** A place in pixels from the picture's left and top: (0.5, 0.5) is the middle of the first pixel. */
export type Place = readonly [x: number, y: number]

/** Strokes that can be taken back. */
const MOST_UNDONE = 100

export class Painting {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly #blank: Uint8Array
  #pixels: Uint8Array
  readonly #before: Uint8Array[] = []
  #open = false

  /**
   * @param shape height, width and channels. @param pixels bytes of what is there already, row by row.
   * @param blank what the eraser brings back.
   */
  constructor(shape: readonly [number, number, number], pixels: Uint8Array, blank: Uint8Array) {
    ;[this.height, this.width, this.channels] = shape
    this.#pixels = pixels
    this.#blank = blank
  }

  /** Its bytes by now; a new array after every change. */
  get pixels(): Uint8Array {
    return this.#pixels
  }

  /** What is changed from now on is taken back together. */
  begin(): void {
    this.#open = true
  }

  /**
   * Draws a line with a round brush.
   *
   * @param size the brush's diameter in pixels. @param colour a byte for each channel; absent: the eraser.
   * @returns whether any pixel has changed.
   */
  stroke(from: Place, to: Place, size: number, colour?: readonly number[]): boolean {
    const next = this.#pixels.slice()
    let changed = false
    const { height, width, channels } = this
    // Steps of less than half a pixel leave no gap.
    const steps = Math.max(1, Math.ceil(2.5 * Math.hypot(to[0] - from[0], to[1] - from[1])))
    for (let k = 0; k <= steps; k++) {
      const [x, y] = [0, 1].map((i) => from[i]! + (k / steps) * (to[i]! - from[i]!)) as [number, number]
      const reach = size / 2
      for (
        let row = Math.max(0, Math.floor(y - reach));
        row <= Math.min(height - 1, Math.floor(y + reach));
        row++
      )
        for (
          let column = Math.max(0, Math.floor(x - reach));
          column <= Math.min(width - 1, Math.floor(x + reach));
          column++
        ) {
          // Even the smallest brush paints the pixel that it is in.
          const within = Math.floor(x) === column && Math.floor(y) === row
          if (!within && Math.hypot(column + 0.5 - x, row + 0.5 - y) > reach) continue
          const at = (row * width + column) * channels
          for (let c = at; c < at + channels; c++) {
            const byte = colour ? colour[c - at]! : this.#blank[c]!
            changed ||= next[c] !== byte
            next[c] = byte
          }
        }
    }
    if (changed) this.#set(next)
    return changed
  }

  /** Everything as it was before anybody painted. */
  clear(): void {
    this.replace(this.#blank)
  }

  /** Another picture in its place; can be taken back. */
  replace(pixels: Uint8Array): void {
    if (pixels.every((byte, i) => byte === this.#pixels[i])) return
    this.begin()
    this.#set(pixels.slice())
  }

  /** Takes the last stroke back. @returns whether there was one. */
  undo(): boolean {
    const last = this.#before.pop()
    if (!last) return false
    this.#pixels = last
    this.#open = true
    return true
  }

  #set(pixels: Uint8Array): void {
    if (this.#open || !this.#before.length) {
      this.#before.push(this.#pixels)
      if (this.#before.length > MOST_UNDONE) this.#before.shift()
      this.#open = false
    }
    this.#pixels = pixels
  }
}
