/** Functions of one or two tensors, number by number. */
import { exp, LARGEST_ANGLE, log, sine, softplus, tanh } from './functions'
import { sigmoid } from './silu'
import { add, div, mul, sub } from './vector'

// The operations are numbered, and every loop is compiled once for each: the number is a constant inside it.

const SQUARE = 0
const SQRT = 1
const RSQRT = 2
const NEG = 3
const RECIPROCAL = 4
const ABS = 5
const RELU = 6
const EXP = 7
const LOG = 8
const SIGMOID = 9
const TANH = 10
const SOFTPLUS = 11
const SIN = 12
const COS = 13

@inline
function unaryOf(op: i32, x: v128): v128 {
  if (op == SQUARE) return mul(x, x)
  if (op == SQRT) return v128.sqrt<f32>(x)
  if (op == RSQRT) return div(f32x4.splat(1), v128.sqrt<f32>(x))
  if (op == NEG) return v128.neg<f32>(x)
  if (op == RECIPROCAL) return div(f32x4.splat(1), x)
  if (op == ABS) return v128.abs<f32>(x)
  if (op == RELU) return v128.max<f32>(x, f32x4.splat(0))
  if (op == EXP) return exp(x)
  if (op == LOG) return log(x)
  if (op == TANH) return tanh(x)
  if (op == SOFTPLUS) return softplus(x)
  if (op == SIN) return sine(x, 0)
  return sine(x, 1)
}

@inline
function unaryLoop(op: i32, x: usize, out: usize, count: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) {
    v128.store(out, unaryOf(op, v128.load(x)))
    x += 16
    out += 16
  }
  for (; i < count; i++) {
    v128.store_lane<f32>(out, unaryOf(op, v128.load32_splat(x)), 0)
    x += 4
    out += 4
  }
}

/** out ← op(x), `count` numbers; x and out may be the same. */
export function unary(op: i32, x: usize, out: usize, count: i32): void {
  if (op == SQUARE) unaryLoop(SQUARE, x, out, count)
  else if (op == SQRT) unaryLoop(SQRT, x, out, count)
  else if (op == RSQRT) unaryLoop(RSQRT, x, out, count)
  else if (op == NEG) unaryLoop(NEG, x, out, count)
  else if (op == RECIPROCAL) unaryLoop(RECIPROCAL, x, out, count)
  else if (op == ABS) unaryLoop(ABS, x, out, count)
  else if (op == RELU) unaryLoop(RELU, x, out, count)
  else if (op == EXP) unaryLoop(EXP, x, out, count)
  else if (op == LOG) unaryLoop(LOG, x, out, count)
  else if (op == SIGMOID) sigmoid(x, out, count)
  else if (op == TANH) unaryLoop(TANH, x, out, count)
  else if (op == SOFTPLUS) unaryLoop(SOFTPLUS, x, out, count)
  else if (op == SIN) unaryLoop(SIN, x, out, count)
  else if (op == COS) unaryLoop(COS, x, out, count)
}

/** Whether sin and cos are right for all `count` numbers: none is finite and beyond LARGEST_ANGLE. */
export function anglesAreSmall(x: usize, count: i32): bool {
  const limit = f32x4.splat(LARGEST_ANGLE)
  const infinite = f32x4.splat(Infinity)
  let large = i32x4.splat(0)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const size = v128.abs<f32>(v128.load(x + 4 * i))
    large = v128.or(large, v128.and(v128.gt<f32>(size, limit), v128.lt<f32>(size, infinite)))
  }
  for (; i < count; i++) {
    const size = v128.abs<f32>(v128.load32_splat(x + 4 * i))
    large = v128.or(large, v128.and(v128.gt<f32>(size, limit), v128.lt<f32>(size, infinite)))
  }
  return !v128.any_true(large)
}

const ADD = 0
const SUB = 1
const MUL = 2
const DIV = 3
const MAX = 4
const MIN = 5
const SQUARED_DIFFERENCE = 6

@inline
function binaryOf(op: i32, a: v128, b: v128): v128 {
  if (op == ADD) return add(a, b)
  if (op == SUB) return sub(a, b)
  if (op == MUL) return mul(a, b)
  if (op == DIV) return div(a, b)
  if (op == MAX) return v128.max<f32>(a, b)
  if (op == MIN) return v128.min<f32>(a, b)
  const difference = sub(a, b)
  return mul(difference, difference)
}

@inline
function binaryLoop(
  op: i32,
  a: usize,
  stepA: i32,
  b: usize,
  stepB: i32,
  out: usize,
  inner: i32,
  outer: i32,
  outerA: i32,
  outerB: i32,
): void {
  for (; outer > 0; outer--) {
    let p = a
    let q = b
    let i = 0
    if (stepA != 0 && stepB != 0)
      for (; i + 4 <= inner; i += 4) {
        v128.store(out, binaryOf(op, v128.load(p), v128.load(q)))
        p += 16
        q += 16
        out += 16
      }
    else if (stepA != 0) {
      const y = v128.load32_splat(q)
      for (; i + 4 <= inner; i += 4) {
        v128.store(out, binaryOf(op, v128.load(p), y))
        p += 16
        out += 16
      }
    } else {
      const x = v128.load32_splat(p)
      for (; i + 4 <= inner; i += 4) {
        v128.store(out, binaryOf(op, x, v128.load(q)))
        q += 16
        out += 16
      }
    }
    for (; i < inner; i++) {
      v128.store_lane<f32>(out, binaryOf(op, v128.load32_splat(p), v128.load32_splat(q)), 0)
      p += 4 * stepA
      q += 4 * stepB
      out += 4
    }
    a += 4 * outerA
    b += 4 * outerB
  }
}

/**
 * out ← op(a, b) for `outer` rows of `inner` numbers.
 *
 * @param stepA numbers from one to the next of a in a row: 1, or 0 where one is repeated. Not both steps are 0.
 * @param outerA numbers from one row of a to the next.
 */
export function binary(
  op: i32,
  a: usize,
  stepA: i32,
  b: usize,
  stepB: i32,
  out: usize,
  inner: i32,
  outer: i32,
  outerA: i32,
  outerB: i32,
): void {
  if (op == ADD) binaryLoop(ADD, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else if (op == SUB) binaryLoop(SUB, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else if (op == MUL) binaryLoop(MUL, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else if (op == DIV) binaryLoop(DIV, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else if (op == MAX) binaryLoop(MAX, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else if (op == MIN) binaryLoop(MIN, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
  else if (op == SQUARED_DIFFERENCE)
    binaryLoop(SQUARED_DIFFERENCE, a, stepA, b, stepB, out, inner, outer, outerA, outerB)
}
