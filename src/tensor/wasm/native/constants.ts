/**
 * Vectors of one number, four times, in memory.
 *
 * V8 makes a vector constant anew from two 64-bit numbers wherever it is used, which takes longer than the arithmetic with
 * it: reading it from memory made `exp` twice as fast.
 */

/** Where the scratch memory lies that JavaScript provides. A constant to the compiler, unlike a parameter. */
@external("env", "scratch")
declare const SCRATCH: usize

/** Bytes for the constants, at the start of the scratch memory. */
const CONSTANTS: usize = 16 * 80

/** Where the scratch memory of the kernels themselves starts. */
@inline
export function scratch(): usize {
  return SCRATCH + CONSTANTS
}

/** The bytes of scratch memory that JavaScript has to provide, for kernels that need `bytes`. */
export function bytesWithConstants(bytes: usize): usize {
  return CONSTANTS + bytes
}

/** The vector at a place in the table. */
@inline
export function constant(at: usize): v128 {
  return v128.load(SCRATCH + at)
}

/** Enters a number at a place in the table. */
export function enter(at: usize, value: f32): void {
  v128.store(SCRATCH + at, f32x4.splat(value))
}

export function enterWhole(at: usize, value: i32): void {
  v128.store(SCRATCH + at, i32x4.splat(value))
}

export function enterDouble(at: usize, value: f64): void {
  v128.store(SCRATCH + at, f64x2.splat(value))
}

/** The numbers 0, 1, 2, 3. */
export function enterLanes(at: usize): void {
  v128.store(SCRATCH + at, i32x4(0, 1, 2, 3))
}
