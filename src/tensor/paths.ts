/**
 * Which way a computation takes: whether in one go by kernels made for it, or by TensorFlow.js's operations, and then why. Both
 * give the same numbers; it is told so that a person who wonders about speed finds out.
 */
import { tellPath, type Path } from './host'

let fusing = true

/** Whether computations may take the fused path, where nothing else is said. */
export function mayFuse(): boolean {
  return fusing
}

/** Switches fused paths on or off for all that follows. */
export function setFusing(on: boolean): void {
  fusing = on
}

/** Runs `f` with fused paths switched on or off. */
export function withFusing<T>(on: boolean, f: () => T): T {
  const before = fusing
  fusing = on
  try {
    return f()
  } finally {
    fusing = before
  }
}

/** Tells that work goes on by kernels of its own. @param on what they run on, such as `WASM SIMD (relaxed), 2 workers`. */
export function tellFused(work: Path['work'], on: string): void {
  tellPath({ work, fused: true, detail: on })
}

/** Tells that work goes on by single operations. @param reason why, such as `the network is a U-Net`. */
export function tellPlain(work: Path['work'], reason: string): void {
  tellPath({ work, fused: false, detail: reason })
}
