/**
 * Parameters in eight bits. Of a large tensor W each output channel c, which is the last axis of matrices and of convolutions alike, has a
 * scale of its own,
 *
 *   W[…, c] ≈ q[…, c] s[c],   s[c] = max |W[…, c]| / 127,   q = W / s, rounded to a whole number from −127 to 127,
 *
 * so no number is off by more than s/2, and zeros stay zeros. In a file q is called as W is, and s is NAME.scale. Vectors and small tensors,
 * which are few numbers of the whole and have most of its effect, stay in half precision.
 *
 * Jacob et al., 2018, section 2.1, https://arxiv.org/abs/1712.05877; Krishnamoorthi, 2018, section 3.1.2, https://arxiv.org/abs/1806.08342
 */
import { SafetensorsError, type TensorValues } from './safetensors'

/** Tensors of fewer numbers are not worth a scale. */
const LARGE = 1024
const LARGEST = 127

type Tensors = Readonly<Record<string, TensorValues>>

/**
 * Large tensors as whole numbers with their scales, and the others as halves.
 *
 * @throws RangeError for a large tensor with a number that is not finite, or where a tensor is called as another one's scale.
 */
export function quantised(tensors: Tensors): Record<string, TensorValues> {
  const stored: Record<string, TensorValues> = {}
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor.shape.length < 2 || tensor.values.length < LARGE) {
      stored[name] = { ...tensor, format: 'F16' }
      continue
    }
    const scale = scaleOf(name)
    if (scale in tensors)
      throw new RangeError(
        `the tensor ${scale} cannot be kept beside ${name} in eight bits, whose scale is called so`,
      )
    const { whole, scales } = quantise(name, tensor)
    stored[name] = { shape: tensor.shape, values: whole, format: 'I8' }
    stored[scale] = { shape: [scales.length], values: scales, format: 'F32' }
  }
  return stored
}

/**
 * The numbers that whole ones and their scales stand for; other tensors as they are.
 *
 * @throws SafetensorsError where whole numbers have no scale, or one that is not theirs.
 */
export function dequantised(tensors: Tensors): Record<string, TensorValues> {
  const read: Record<string, TensorValues> = { ...tensors }
  for (const [name, { shape, values, format }] of Object.entries(tensors)) {
    if (format !== 'I8') continue
    const scale = tensors[scaleOf(name)]
    const channels = shape.at(-1)
    if (!scale)
      throw new SafetensorsError(
        `the tensor ${name} has whole numbers of eight bits, but the file lacks their scale, ${scaleOf(name)}`,
      )
    if (scale.shape.length !== 1 || scale.shape[0] !== channels)
      throw new SafetensorsError(
        `${scaleOf(name)} must have one number for each of the ${channels ?? 1} output channels of ${name}, but has the shape [${scale.shape.join(', ')}]`,
      )
    read[name] = { shape, values: values.map((q, i) => q * scale.values[i % scale.values.length]!) }
    delete read[scaleOf(name)]
  }
  return read
}

function scaleOf(name: string): string {
  return `${name}.scale`
}

function quantise(
  name: string,
  { shape, values }: TensorValues,
): { readonly whole: Float32Array; readonly scales: Float32Array } {
  const scales = new Float32Array(shape.at(-1)!)
  for (const [i, value] of values.entries()) {
    if (!Number.isFinite(value))
      throw new RangeError(`the tensor ${name} has the number ${value}, which cannot be kept in eight bits`)
    const channel = i % scales.length
    scales[channel] = Math.max(scales[channel]!, Math.abs(value))
  }
  for (let channel = 0; channel < scales.length; channel++) scales[channel]! /= LARGEST
  const whole = values.map((value, i) => {
    const scale = scales[i % scales.length]!
    // A channel of numbers below single precision's smallest normal one has a scale that is hardly one.
    return scale ? Math.max(-LARGEST, Math.min(LARGEST, Math.round(value / scale))) : 0
  })
  return { whole, scales }
}
