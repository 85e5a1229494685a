/** What may be done to a number before it is written, as TensorFlow.js's fused operations know it. */
import { MATH } from './math'

/** Numbers of the activations in `activated`. */
export const ACTIVATIONS: Readonly<Record<string, number>> = {
  linear: 0,
  relu: 1,
  relu6: 2,
  leakyrelu: 3,
  elu: 4,
  sigmoid: 5,
  silu: 6,
}

/** `activated(x, activation, alpha)`. */
export const ACTIVATION = /* wgsl */ `${MATH}
fn activated(x: f32, activation: u32, alpha: f32) -> f32 {
  switch activation {
    case 1u: { return max(x, 0.0); }
    case 2u: { return clamp(x, 0.0, 6.0); }
    case 3u: { return select(x, alpha * x, x < 0.0); }
    case 4u: { return select(x, exponentialLess1(min(x, 0.0)), x < 0.0); }
    case 5u: { return sigmoid(x); }
    case 6u: { return silu(x); }
    default: { return x; }
  }
}
`
