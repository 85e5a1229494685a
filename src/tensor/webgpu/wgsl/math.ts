/**
 * Elementary functions in WGSL, right to a few units in the last place whatever the driver: WGSL's own `exp` and `log` may lose
 * digits, and its `sin` and `cos` may be off by 2⁻¹¹. The polynomials are those of `../../wasm/native/functions.ts` (Moshier's
 * Cephes library, https://www.netlib.org/cephes/).
 */

/** `exponential`, `exponentialLess1`, `sigmoid`, `silu`, `siluSlope`, `hyperbolicTangent`, `logarithm` and `sineOfQuadrant`. */
export const MATH = /* wgsl */ `
// e^r - 1 for |r| <= ln(2) / 2.
fn expm1Reduced(r: f32) -> f32 {
  var p = fma(1.9875691500e-4, r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  return fma(p, r * r, r);
}

// 2^n for -126 <= n <= 127.
fn powerOfTwo(n: i32) -> f32 {
  return bitcast<f32>((n + 127) << 23u);
}

// e^x; 0 below -104, and the largest power of two times y above 89.
fn exponential(x: f32) -> f32 {
  let inside = clamp(x, -104.0, 89.0);
  let n = round(inside * 1.4426950408889634);
  // ln 2 in two parts, of which the first has so few bits that its multiples are exact.
  let y = 1.0 + expm1Reduced(fma(n, 2.12194440e-4, fma(n, -0.693359375, inside)));
  // In two factors, since 2^n itself may be too large or too small to be written.
  let whole = i32(n);
  let half = whole >> 1u;
  return y * powerOfTwo(half) * powerOfTwo(whole - half);
}

// e^x - 1, for x <= 0.
fn exponentialLess1(x: f32) -> f32 {
  let inside = max(x, -87.33654);
  let n = round(inside * 1.4426950408889634);
  let scale = powerOfTwo(i32(n));
  return fma(scale, expm1Reduced(fma(n, 2.12194440e-4, fma(n, -0.693359375, inside))), scale - 1.0);
}

// 1 / (1 + e^-x), from the side where e^ is at most 1.
fn sigmoid(x: f32) -> f32 {
  let e = exponential(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

fn silu(x: f32) -> f32 {
  return x * sigmoid(x);
}

// The derivative of silu: s + x s (1 - s).
fn siluSlope(x: f32) -> f32 {
  let s = sigmoid(x);
  return fma(x * s, sigmoid(-x), s);
}

// -u / (u + 2) for u = e^(-2|x|) - 1, with the sign of x.
fn hyperbolicTangent(x: f32) -> f32 {
  let u = exponentialLess1(-2.0 * abs(x));
  return select(1.0, -1.0, x < 0.0) * (-u / (u + 2.0));
}

// ln(1 + f) + e ln(2) for 1 + f between sqrt(1/2) and sqrt(2).
fn logReduced(f: f32, e: f32) -> f32 {
  let z = f * f;
  var p = fma(7.0376836292e-2, f, -1.1514610310e-1);
  p = fma(p, f, 1.1676998740e-1);
  p = fma(p, f, -1.2420140846e-1);
  p = fma(p, f, 1.4249322787e-1);
  p = fma(p, f, -1.6668057665e-1);
  p = fma(p, f, 2.0000714765e-1);
  p = fma(p, f, -2.4999993993e-1);
  p = fma(p, f, 3.3333331174e-1);
  let y = fma(-0.5, z, fma(e, -2.12194440e-4, p * f * z));
  return fma(e, 0.693359375, f + y);
}

// The natural logarithm of a positive normal number.
fn logarithm(x: f32) -> f32 {
  let bits = bitcast<i32>(x);
  let e = (bits - 0x3f3504f3) >> 23u;
  return logReduced(bitcast<f32>(bits - (e << 23u)) - 1.0, f32(e));
}

// sin(r + n pi/2) for |r| <= pi/4.
fn sineOfQuadrant(r: f32, n: i32) -> f32 {
  let z = r * r;
  let sine = fma(fma(fma(-1.9515295891e-4, z, 8.3321608736e-3), z, -1.6666654611e-1) * z, r, r);
  let cosine = fma(fma(fma(2.443315711809948e-5, z, -1.388731625493765e-3), z, 4.166664568298827e-2) * z, z, fma(-0.5, z, 1.0));
  let size = select(sine, cosine, (n & 1) == 1);
  return select(size, -size, (n & 2) == 2);
}
`

/** `sineAt(x, q)`, sin(x + q π/2), for |x| up to 8192; takes `MATH`. */
export const SINE_AT = /* wgsl */ `
fn sineAt(x: f32, quarters: i32) -> f32 {
  let n = round(x * 0.63661977236758134);
  // pi/2 in three parts, of which the first two have so few bits that their multiples are exact.
  let r = fma(n, -7.5497899548918821e-8, fma(n, -4.837512969970703125e-4, fma(n, -1.5703125, x)));
  return sineOfQuadrant(r, i32(n) + quarters);
}
`
