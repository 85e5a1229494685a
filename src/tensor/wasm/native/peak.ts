/** For benchmarks: what the processor can do at most through WebAssembly. */
import { madd } from './vector'

/** `count` times z ← factor · z + term for twelve times four numbers z in registers. @returns one that depends on them. */
export function multiplyAdds(count: i32, factor: f32, term: f32): f32 {
  const x = f32x4.splat(factor)
  const y = f32x4.splat(term)
  let a = f32x4.splat(1)
  let b = f32x4.splat(2)
  let c = f32x4.splat(3)
  let d = f32x4.splat(4)
  let e = f32x4.splat(5)
  let f = f32x4.splat(6)
  let g = f32x4.splat(7)
  let h = f32x4.splat(8)
  let i = f32x4.splat(9)
  let j = f32x4.splat(10)
  let k = f32x4.splat(11)
  let l = f32x4.splat(12)
  for (; count > 0; count--) {
    a = madd(a, x, y)
    b = madd(b, x, y)
    c = madd(c, x, y)
    d = madd(d, x, y)
    e = madd(e, x, y)
    f = madd(f, x, y)
    g = madd(g, x, y)
    h = madd(h, x, y)
    i = madd(i, x, y)
    j = madd(j, x, y)
    k = madd(k, x, y)
    l = madd(l, x, y)
  }
  const sum = v128.add<f32>(v128.add<f32>(v128.add<f32>(a, b), v128.add<f32>(c, d)), v128.add<f32>(e, f))
  const more = v128.add<f32>(v128.add<f32>(v128.add<f32>(g, h), v128.add<f32>(i, j)), v128.add<f32>(k, l))
  return f32x4.extract_lane(v128.add<f32>(sum, more), 0)
}
