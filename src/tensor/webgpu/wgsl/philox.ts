/**
 * Philox4x32-10 in WGSL, with the bits of `../../random/philox.ts`, and the numbers that `../../random/stream.ts` makes of them. Needs
 * `MATH`.
 */

/**
 * `philox(key, counter)`: a block of four words; `uniform24(word)` in [0, 1); `normalPair(words)`: two standard normals by Box and
 * Muller's formula; `normals(block)`: the four of a block.
 */
export const PHILOX = /* wgsl */ `
// The upper 32 bits of a b.
fn highProduct(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carry = aLow * bHigh + (middle & 0xffffu);
  return aHigh * bHigh + (middle >> 16u) + (carry >> 16u);
}

fn philox(key: vec2u, counter: vec4u) -> vec4u {
  var k = key;
  var c = counter;
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(
      highProduct(0xcd9e8d57u, c.z) ^ c.y ^ k.x,
      0xcd9e8d57u * c.z,
      highProduct(0xd2511f53u, c.x) ^ c.w ^ k.y,
      0xd2511f53u * c.x,
    );
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

fn uniform24(word: u32) -> f32 {
  return f32(word >> 8u) * 0x1p-24;
}

// sqrt(-2 ln u) cos(2 pi v) and sqrt(-2 ln u) sin(2 pi v), u in (0, 1] from the first word and v in [0, 1) from the second.
fn normalPair(words: vec2u) -> vec2f {
  // ln u = ln(2^24 u) - 24 ln 2, with 2^24 u a whole number from 1 on.
  let bits = bitcast<i32>(f32((words.x >> 8u) + 1u));
  let e = (bits - 0x3f3504f3) >> 23u;
  let radius = sqrt(-2.0 * logReduced(bitcast<f32>(bits - (e << 23u)) - 1.0, f32(e - 24)));
  // A turn is split into quarters exactly, as a whole number of 2^-24.
  let turn = i32(words.y >> 8u);
  let quarter = (turn + 0x200000) >> 22u;
  let angle = f32(turn - (quarter << 22u)) * 3.7450704e-7;
  return radius * vec2f(sineOfQuadrant(angle, quarter + 1), sineOfQuadrant(angle, quarter));
}

fn normals(block: vec4u) -> vec4f {
  return vec4f(normalPair(block.xy), normalPair(block.zw));
}
`
