/** What a person has drawn, stroke by stroke: pure data, so that it is tested without a page. */
import { MOST_DRAWN, type DrawnPoint } from '../figures/pad'

/** Strokes that can be taken back. */
const MOST_UNDONE = 100

export class Strokes {
  #points: readonly DrawnPoint[]
  readonly #before: (readonly DrawnPoint[])[] = []
  #open = false

  constructor(points: readonly DrawnPoint[] = []) {
    this.#points = points
  }

  get points(): readonly DrawnPoint[] {
    return this.#points
  }

  /** What is changed from now on is taken back together. */
  begin(): void {
    this.#open = true
  }

  add(...points: DrawnPoint[]): void {
    const room = MOST_DRAWN - this.#points.length
    if (room > 0 && points.length) this.#set([...this.#points, ...points.slice(0, room)])
  }

  /** Takes away what lies within `radius` in units of the axes, as `distance` measures them. */
  erase(x: number, y: number, near: (dx: number, dy: number) => boolean): void {
    const kept = this.#points.filter((point) => !near(point.x - x, point.y - y))
    if (kept.length < this.#points.length) this.#set(kept)
  }

  clear(): void {
    this.begin()
    if (this.#points.length) this.#set([])
  }

  /** Takes the last stroke back. */
  undo(): void {
    this.#points = this.#before.pop() ?? this.#points
    this.#open = true
  }

  #set(points: readonly DrawnPoint[]): void {
    if (this.#open || !this.#before.length) {
      this.#before.push(this.#points)
      if (this.#before.length > MOST_UNDONE) this.#before.shift()
      this.#open = false
    }
    this.#points = points
  }
}
