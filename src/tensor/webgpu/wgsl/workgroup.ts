/** What the 128 threads of a workgroup have together. To be called where all of them come by, with `lane` their number. */

/** `sumOfAll(value, lane)` and `largestOfAll(value, lane)`: all threads learn the result. */
export const WORKGROUP_REDUCTIONS = /* wgsl */ `
var<workgroup> shared128: array<f32, 128>;

fn sumOfAll(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  shared128[lane] = value;
  workgroupBarrier();
  for (var half = 64u; half > 0u; half /= 2u) {
    if (lane < half) {
      shared128[lane] += shared128[lane + half];
    }
    workgroupBarrier();
  }
  return shared128[0];
}

fn largestOfAll(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  shared128[lane] = value;
  workgroupBarrier();
  for (var half = 64u; half > 0u; half /= 2u) {
    if (lane < half) {
      shared128[lane] = max(shared128[lane], shared128[lane + half]);
    }
    workgroupBarrier();
  }
  return shared128[0];
}
`
