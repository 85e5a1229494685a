/** How tensors lie in memory, as axes of a size and, for each tensor, a step between neighbours. */

/** An axis of a loop, and how many numbers apart its neighbours are in each tensor that it runs over. */
export interface Axis {
  readonly size: number
  readonly steps: readonly number[]
}

/** Numbers between neighbours along each axis of a tensor of `shape`. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}

/** The same along the axes of `out`, to which `shape` is broadcast: 0 where it is repeated. */
export function broadcastStrides(shape: readonly number[], out: readonly number[]): number[] {
  const missing = out.length - shape.length
  const strides = stridesOf(shape)
  return out.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing]!))
}

/** Drops axes of one, and joins neighbours that every tensor walks through as if they were one. */
export function joined(axes: readonly Axis[]): Axis[] {
  const joint: Axis[] = []
  for (const axis of axes) {
    if (axis.size === 1) continue
    const last = joint.at(-1)
    if (last?.steps.every((step, i) => step === axis.steps[i]! * axis.size))
      joint[joint.length - 1] = { size: last.size * axis.size, steps: axis.steps }
    else joint.push(axis)
  }
  return joint
}

/** Calls `f` for every point of the axes, in order, with where it lies in each tensor. */
export function forEachPoint(axes: readonly Axis[], count: number, f: (...at: number[]) => void): void {
  const at = new Array<number>(count).fill(0)
  const visit = (depth: number): void => {
    const axis = axes[depth]
    if (!axis) return f(...at)
    for (let i = 0; i < axis.size; i++) {
      visit(depth + 1)
      for (let k = 0; k < count; k++) at[k]! += axis.steps[k]!
    }
    for (let k = 0; k < count; k++) at[k]! -= axis.size * axis.steps[k]!
  }
  visit(0)
}
