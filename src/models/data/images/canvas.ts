/**
 * A canvas that pens and shapes are drawn on, with soft edges: a pixel's value is how much of it is covered, as far as the
 * distance of its centre from the edge tells, so that small pictures have no staircases.
 */

/** A point of the unit square: x to the right, y downwards. */
export type Place = readonly [x: number, y: number]

/** How far each pixel's centre lies inside an edge, in pixels; negative outside. */
export type Inside = (x: number, y: number) => number

/** A box of the unit square that holds all that is drawn. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Covered parts, in [0, 1], of `size` × `size` pixels, row by row. */
export class Canvas {
  readonly size: number
  readonly covered: Float32Array

  constructor(size: number) {
    this.size = size
    this.covered = new Float32Array(size * size)
  }

  /**
   * A line through points with a round pen.
   *
   * @param width of the pen, as a share of the canvas.
   */
  line(points: readonly Place[], width: number): void {
    const { size } = this
    const half = (width * size) / 2
    for (let k = 0; k + 1 < points.length; k++) {
      const [x0, y0] = scaled(points[k]!, size)
      const [x1, y1] = scaled(points[k + 1]!, size)
      const [dx, dy] = [x1 - x0, y1 - y0]
      const square = dx * dx + dy * dy
      const margin = half / size + 1 / size
      const box = {
        left: Math.min(x0, x1) / size - margin,
        right: Math.max(x0, x1) / size + margin,
        top: Math.min(y0, y1) / size - margin,
        bottom: Math.max(y0, y1) / size + margin,
      }
      this.fill(box, (x, y) => {
        const along = square > 0 ? ((x - x0) * dx + (y - y0) * dy) / square : 0
        const t = Math.min(1, Math.max(0, along))
        return half - Math.hypot(x - x0 - t * dx, y - y0 - t * dy)
      })
    }
  }

  /**
   * A shape.
   *
   * @param box outside of which nothing is drawn.
   * @param inside in pixels, of a point in pixels.
   */
  fill({ left, top, right, bottom }: Box, inside: Inside): void {
    const { size, covered } = this
    const [firstRow, lastRow] = [pixel(top, size), pixel(bottom, size)]
    const [firstColumn, lastColumn] = [pixel(left, size), pixel(right, size)]
    for (let row = firstRow; row <= lastRow; row++)
      for (let column = firstColumn; column <= lastColumn; column++) {
        const depth = inside(column + 0.5, row + 0.5)
        if (depth <= -0.5) continue
        const at = row * size + column
        covered[at] = Math.max(covered[at]!, Math.min(1, depth + 0.5))
      }
  }
}

function scaled([x, y]: Place, size: number): Place {
  return [x * size, y * size]
}

function pixel(share: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.floor(share * size)))
}
