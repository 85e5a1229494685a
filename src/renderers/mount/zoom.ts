/** Remembers where a person zoomed to, so that a figure that is drawn anew stays there. */
import type { Attributes, Json } from '../figures/figure'

type Ranges = Map<string, Attributes>

export class Zoom {
  readonly #axes: Ranges = new Map()
  readonly #cameras: Ranges = new Map()
  /** What Plotly's own Reset goes back to: the first version of the figure, which may have been replaced since. */
  #first: Attributes | undefined

  /** Called when Plotly draws a figure from scratch. */
  begin(own: Attributes): void {
    this.#first = structuredClone(own)
  }

  /**
   * Takes note of a person's change.
   *
   * @param event what Plotly says was changed: `xaxis.range[0]`, `xaxis.autorange`, `scene.camera`, …
   * @param shown the layout as it now is.
   * @param own the layout that the figure itself asks for: back there, nothing is to be remembered.
   * @returns whether the figure is to be drawn again, because the person went back to what is no longer its own view.
   */
  record(event: Readonly<Record<string, unknown>>, shown: Attributes, own: Attributes): boolean {
    let outdated = false
    for (const key of Object.keys(event)) {
      const axis = /^([xy]axis\d*)\.(?:range|autorange)/.exec(key)?.[1]
      if (axis) {
        const now = object(shown[axis])
        const range: Json =
          now.autorange === true ? { autorange: true } : { range: now.range ?? null, autorange: false }
        if (isOwn(range, object(own[axis]))) this.#axes.delete(axis)
        else if (this.#first && isOwn(range, object(this.#first[axis]))) {
          this.#axes.delete(axis)
          outdated = true
        } else this.#axes.set(axis, structuredClone(range))
      }
      const scene = /^(scene\d*)\.camera/.exec(key)?.[1]
      if (scene) this.#cameras.set(scene, structuredClone({ camera: object(shown[scene]).camera ?? null }))
    }
    return outdated
  }

  /** The layout with what was remembered. */
  apply(layout: Attributes): Attributes {
    const zoomed: Record<string, Json> = { ...layout }
    for (const [key, change] of [...this.#axes, ...this.#cameras])
      zoomed[key] = { ...object(layout[key]), ...change }
    return zoomed
  }
}

function isOwn(now: Attributes, own: Attributes): boolean {
  if (now.autorange === true) return own.range === undefined
  return JSON.stringify(now.range) === JSON.stringify(own.range)
}

function object(value: Json | undefined): Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Attributes) : {}
}
