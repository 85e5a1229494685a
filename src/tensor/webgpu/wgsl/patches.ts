/**
 * Pictures read as matrices, so that a convolution y = x ∗ w and both its gradients are products:
 *
 *   y = P w,   dw = Pᵀ dy,   dx = Q wᵀ,
 *
 * where a row of P has the numbers of x that one place of y sees, and a row of Q those of dy that see one place of x.
 */
import type { Reader } from './product'

/** The shape of a convolution, as the readers are told it. */
export const PATCH_PARAMS = {
  height: 'i32',
  width: 'i32',
  channels: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  outChannels: 'i32',
  filterWidth: 'i32',
  strideY: 'i32',
  strideX: 'i32',
  dilationY: 'i32',
  dilationX: 'i32',
  top: 'i32',
  left: 'i32',
} as const

const PLACE = /* wgsl */ `
// A place of y: where its picture begins in x, and the first row and column that it sees.
fn placeOfOutput(index: u32) -> vec4i {
  let i = i32(index);
  let column = i % params.outWidth;
  let row = i / params.outWidth % params.outHeight;
  let picture = i / (params.outWidth * params.outHeight);
  return vec4i(
    picture * params.height * params.width * params.channels,
    row * params.strideY - params.top,
    column * params.strideX - params.left,
    0,
  );
}

// A number of the filter, without its output: the channel, and how far from the first row and column.
fn placeInFilter(index: u32) -> vec4i {
  let i = i32(index);
  let field = i / params.channels;
  return vec4i(
    i % params.channels,
    field / params.filterWidth * params.dilationY,
    field % params.filterWidth * params.dilationX,
    0,
  );
}

fn seen(place: vec4i, field: vec4i) -> f32 {
  let row = place.y + field.y;
  let column = place.z + field.z;
  if (row < 0 || row >= params.height || column < 0 || column >= params.width) {
    return 0.0;
  }
  return a[place.x + (row * params.width + column) * params.channels + field.x];
}
`

/** The factor `a` is P: rows are places. */
export const PATCHES: Reader = {
  innerFirst: true,
  code: /* wgsl */ `${PLACE}
fn aOuter(batch: u32, i: u32) -> vec4i { return placeOfOutput(i); }
fn aInner(k: u32) -> vec4i { return placeInFilter(k); }
fn aAt(outer: vec4i, inner: vec4i) -> f32 { return seen(outer, inner); }
`,
}

/** The factor `a` is Pᵀ: places are summed over. */
export const TRANSPOSED_PATCHES: Reader = {
  innerFirst: false,
  code: /* wgsl */ `${PLACE}
fn aOuter(batch: u32, i: u32) -> vec4i { return placeInFilter(i); }
fn aInner(k: u32) -> vec4i { return placeOfOutput(k); }
fn aAt(outer: vec4i, inner: vec4i) -> f32 { return seen(inner, outer); }
`,
}

/** The factor `a` is Q: rows are places of x, and the places of the filter that met them are summed over, with their outputs. */
export const MEETINGS: Reader = {
  innerFirst: true,
  code: /* wgsl */ `
fn aOuter(batch: u32, index: u32) -> vec4i {
  let i = i32(index);
  let picture = i / (params.width * params.height);
  return vec4i(
    picture * params.outHeight * params.outWidth * params.outChannels,
    i / params.width % params.height + params.top,
    i % params.width + params.left,
    0,
  );
}
fn aInner(k: u32) -> vec4i {
  let i = i32(k);
  let field = i / params.outChannels;
  return vec4i(
    i % params.outChannels,
    field / params.filterWidth * params.dilationY,
    field % params.filterWidth * params.dilationX,
    0,
  );
}
fn aAt(place: vec4i, field: vec4i) -> f32 {
  let y = place.y - field.y;
  let x = place.z - field.z;
  let row = y / params.strideY;
  let column = x / params.strideX;
  if (y < 0 || x < 0 || row * params.strideY != y || column * params.strideX != x || row >= params.outHeight || column >= params.outWidth) {
    return 0.0;
  }
  return a[place.x + (row * params.outWidth + column) * params.outChannels + field.x];
}
`,
}

/** The factor `b` is the filter with inputs as columns: what is summed over is a place of the filter and an output. */
export const TURNED_FILTER: Reader = {
  innerFirst: true,
  code: /* wgsl */ `
fn bOuter(batch: u32, i: u32) -> vec4i { return vec4i(i32(i) * params.outChannels, 0, 0, 0); }
fn bInner(k: u32) -> vec4i {
  let field = i32(k) / params.outChannels;
  return vec4i(field * params.channels * params.outChannels + i32(k) % params.outChannels, 0, 0, 0);
}
fn bAt(outer: vec4i, inner: vec4i) -> f32 { return b[outer.x + inner.x]; }
`,
}
