/**
 * Group normalisation and its gradients (formulas in `../groupNorm.ts`). A workgroup takes one group of one member of the batch: the mean
 * first, then the variance about it. The gradients in scale and shift are each member's, or sums
 * of them over the batch.
 */
import * as tf from '@tensorflow/tfjs'
import { GROUP_NORM, GROUP_NORM_GRADIENT } from '../wasm/layers'
import { dispatch, makeOutput } from './dispatch'
import { override } from './registry'
import { shader } from './shader'
import { MATH } from './wgsl/math'

const PARAMS = {
  batch: 'u32',
  places: 'u32',
  channels: 'u32',
  groups: 'u32',
  epsilon: 'f32',
  activate: 'u32',
  /** How far apart scales and shifts of members of the batch are; 0 where they share theirs. */
  own: 'u32',
} as const

/**
 * A thread of 256 has a channel of the group, and every so many places: neighbours in memory are neighbours among threads. Groups of
 * more than 256 channels are taken 256 at a time.
 */
const COMMON = /* wgsl */ `${MATH}
var<workgroup> totals: array<f32, 256>;

// The sum over all threads, which all of them learn.
fn summed(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  totals[lane] = value;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (lane < half) {
      totals[lane] += totals[lane + half];
    }
    workgroupBarrier();
  }
  return totals[0];
}

struct Share {
  width: u32,     // channels of the group
  together: u32,  // channels taken at a time
  lines: u32,     // threads for each of them
  channel: u32,   // this thread's
  line: u32,      // beyond lines for threads that have nothing to do
  first: u32,     // where the group begins
}

fn shareOf(index: u32, lane: u32) -> Share {
  let width = params.channels / params.groups;
  let together = min(width, 256u);
  let batch = index / params.groups;
  let first = batch * params.places * params.channels + index % params.groups * width;
  return Share(width, together, 256u / together, lane % together, lane / together, first);
}

fn meanOf(share: Share, lane: u32) -> f32 {
  var sum = 0.0;
  if (share.line < share.lines) {
    for (var c = share.channel; c < share.width; c += share.together) {
      var part = 0.0;
      for (var place = share.line; place < params.places; place += share.lines) {
        part += x[share.first + place * params.channels + c];
      }
      sum += part;
    }
  }
  return summed(sum, lane) / f32(params.places * share.width);
}

fn rateOf(share: Share, lane: u32, mean: f32) -> f32 {
  var sum = 0.0;
  if (share.line < share.lines) {
    for (var c = share.channel; c < share.width; c += share.together) {
      var part = 0.0;
      for (var place = share.line; place < params.places; place += share.lines) {
        let centred = x[share.first + place * params.channels + c] - mean;
        part = fma(centred, centred, part);
      }
      sum += part;
    }
  }
  return 1.0 / sqrt(summed(sum, lane) / f32(params.places * share.width) + params.epsilon);
}
`

const START = /* wgsl */ `
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var index = group.x; index < params.batch * params.groups; index += groups.x) {
    let share = shareOf(index, lane);
    let mean = meanOf(share, lane);
    let rate = rateOf(share, lane, mean);
    let firstChannel = index % params.groups * share.width;
    let firstGain = index / params.groups * params.own + firstChannel;
`

const FORWARD = shader(
  'group norm',
  { x: 'read', scale: 'read', shift: 'read', out: 'write' },
  PARAMS,
  /* wgsl */ `${COMMON}${START}
    if (share.line < share.lines) {
      for (var c = share.channel; c < share.width; c += share.together) {
        let gain = scale[firstGain + c];
        let bias = shift[firstGain + c];
        for (var place = share.line; place < params.places; place += share.lines) {
          let at = share.first + place * params.channels + c;
          let z = fma((x[at] - mean) * rate, gain, bias);
          if (params.activate == 1u) {
            out[at] = silu(z);
          } else {
            out[at] = z;
          }
        }
      }
    }
  }
}`,
)

const GRADIENT = shader(
  'gradient of group norm',
  { x: 'read', dy: 'read', scale: 'read', shift: 'read', dx: 'write', dscale: 'write', dshift: 'write' },
  PARAMS,
  /* wgsl */ `${COMMON}
// The gradient in what SiLU is applied to.
fn slopeAt(at: u32, hat: f32, gain: f32, bias: f32) -> f32 {
  if (params.activate == 1u) {
    return dy[at] * siluSlope(fma(hat, gain, bias));
  }
  return dy[at];
}
${START}
    // Of the group: sums of scale dz and of scale dz x^. Of each channel and this member of the batch: sums of dz x^ and of dz.
    var sumG = 0.0;
    var sumGHat = 0.0;
    // Barriers want a loop that is plainly the same for all threads.
    let width = params.channels / params.groups;
    for (var start = 0u; start < width; start += min(width, 256u)) {
      let c = start + share.channel;
      var partScale = 0.0;
      var partShift = 0.0;
      if (share.line < share.lines && c < share.width) {
        let gain = scale[firstGain + c];
        let bias = shift[firstGain + c];
        for (var place = share.line; place < params.places; place += share.lines) {
          let at = share.first + place * params.channels + c;
          let hat = (x[at] - mean) * rate;
          let dz = slopeAt(at, hat, gain, bias);
          partShift += dz;
          partScale = fma(dz, hat, partScale);
        }
        sumG = fma(gain, partShift, sumG);
        sumGHat = fma(gain, partScale, sumGHat);
      }
      let channel = index / params.groups * params.channels + firstChannel + c;
      let scaleSum = overLines(partScale, share, lane);
      let shiftSum = overLines(partShift, share, lane);
      if (share.line == 0u && c < share.width) {
        dscale[channel] = scaleSum;
        dshift[channel] = shiftSum;
      }
    }
    let count = f32(params.places * share.width);
    let meanG = summed(sumG, lane) / count;
    let meanGHat = summed(sumGHat, lane) / count;
    if (share.line < share.lines) {
      for (var c = share.channel; c < share.width; c += share.together) {
        let gain = scale[firstGain + c];
        let bias = shift[firstGain + c];
        for (var place = share.line; place < params.places; place += share.lines) {
          let at = share.first + place * params.channels + c;
          let hat = (x[at] - mean) * rate;
          dx[at] = rate * (slopeAt(at, hat, gain, bias) * gain - meanG - hat * meanGHat);
        }
      }
    }
  }
}

// The sum over the threads of a channel, for the one of line 0.
fn overLines(value: f32, share: Share, lane: u32) -> f32 {
  workgroupBarrier();
  totals[lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  if (share.line == 0u) {
    for (var line = 0u; line < share.lines; line++) {
      sum += totals[line * share.together + lane];
    }
  }
  return sum;
}`,
)

const OVER_BATCH = shader(
  'gradient of group norm over the batch',
  { scales: 'read', shifts: 'read', dscale: 'write', dshift: 'write' },
  { batch: 'u32', channels: 'u32' },
  /* wgsl */ `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.channels) {
    return;
  }
  var scale = 0.0;
  var shift = 0.0;
  for (var b = 0u; b < params.batch; b++) {
    scale += scales[b * params.channels + c];
    shift += shifts[b * params.channels + c];
  }
  dscale[c] = scale;
  dshift[c] = shift;
}`,
)

export const GROUP_NORM_SHADERS = [FORWARD, GRADIENT, OVER_BATCH]

interface Attributes {
  readonly groups: number
  readonly epsilon: number
  readonly activate: boolean
}

function paramsOf({ shape }: tf.TensorInfo, scale: tf.TensorInfo, { groups, epsilon, activate }: Attributes) {
  const [batch, channels] = [shape[0]!, shape.at(-1)!]
  const places = tf.util.sizeFromShape(shape.slice(1, -1))
  return {
    batch,
    places,
    channels,
    groups,
    epsilon,
    activate: activate ? 1 : 0,
    own: scale.shape.length === 2 ? channels : 0,
  }
}

/** x is not empty. */
export function registerGroupNorm(): void {
  override<readonly tf.TensorInfo[], Attributes>(GROUP_NORM, ({ inputs, attrs, backend }) => {
    const [x, scale, shift] = Object.values(inputs) as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo]
    const out = makeOutput(backend, x.shape)
    const params = paramsOf(x, scale, attrs)
    dispatch(backend, FORWARD, { x, scale, shift, out }, params, [params.batch * params.groups])
    return out
  })
  override<readonly tf.TensorInfo[], Attributes>(GROUP_NORM_GRADIENT, ({ inputs, attrs, backend }) => {
    const [x, dy, scale, shift] = Object.values(inputs) as [
      tf.TensorInfo,
      tf.TensorInfo,
      tf.TensorInfo,
      tf.TensorInfo,
    ]
    const params = paramsOf(x, scale, attrs)
    const { batch, channels, groups } = params
    const dx = makeOutput(backend, x.shape)
    const [scales, shifts] = [0, 1].map(() => makeOutput(backend, [batch, channels])) as [
      tf.TensorInfo,
      tf.TensorInfo,
    ]
    const outs = { dx, dscale: scales, dshift: shifts }
    dispatch(backend, GRADIENT, { x, dy, scale, shift, ...outs }, params, [batch * groups])
    if (params.own) return [dx, scales, shifts]
    const [dscale, dshift] = [0, 1].map(() => makeOutput(backend, [channels])) as [
      tf.TensorInfo,
      tf.TensorInfo,
    ]
    const sums = { scales, shifts, dscale, dshift }
    dispatch(backend, OVER_BATCH, sums, { batch, channels }, [Math.ceil(channels / 64)])
    for (const { dataId } of [scales, shifts]) backend.disposeData(dataId)
    return [dx, dscale, dshift]
  })
}
