/** Parameters to and from files. */
import * as tf from '@tensorflow/tfjs'
import { dequantised, quantised } from './quantised'
import {
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
  type NumberFormat,
  type TensorValues,
} from './safetensors'

/** Something with named parameters: a model, or the record itself under `params`. */
export interface Parametrised {
  readonly params: Readonly<Record<string, tf.Tensor>>
}

/**
 * The parameters of a model as a safetensors file.
 *
 * @param metadata texts to keep with them.
 * @param format of the numbers: `F32`, single precision, the default; `F16`, half of the size; `I8`, a quarter of it, where each large
 *   tensor W is whole numbers of eight bits, and a tensor W.scale has what each output channel is to be multiplied by.
 * @throws RangeError for a number that the format cannot hold.
 */
export async function saveParams(
  model: Parametrised,
  metadata: Readonly<Record<string, string>> = {},
  { format = 'F32' }: { readonly format?: NumberFormat } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = await valuesOf(paramsOf('saveParams', model))
  return format === 'I8'
    ? writeSafetensors({ tensors: quantised(tensors), metadata })
    : writeSafetensors({ tensors, metadata }, format)
}

/**
 * Puts the parameters of a safetensors file into a model, in place, in whatever format `saveParams` has kept them.
 *
 * @returns the file's metadata.
 * @throws SafetensorsError where the file is not one, or its names or shapes are not the model's.
 */
export function loadParams(model: Parametrised, bytes: Uint8Array): Readonly<Record<string, string>> {
  const params = paramsOf('loadParams', model)
  const { tensors, metadata } = readSafetensors(bytes)
  assignValues(params, dequantised(tensors), 'the model')
  return metadata
}

/** Reads tensors from their device. */
export async function valuesOf(
  tensors: Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, TensorValues>> {
  const read = Object.entries(tensors).map(
    async ([name, tensor]) =>
      [name, { shape: [...tensor.shape], values: Float32Array.from(await tensor.data()) }] as const,
  )
  return Object.fromEntries(await Promise.all(read))
}

/**
 * Assigns values to variables of the same names, all or none.
 *
 * @param whose what the variables belong to, for errors.
 */
export function assignValues(
  variables: Readonly<Record<string, tf.Tensor>>,
  values: Readonly<Record<string, TensorValues>>,
  whose: string,
): void {
  const missing = Object.keys(variables).filter((name) => !(name in values))
  const foreign = Object.keys(values).filter((name) => !(name in variables))
  if (missing.length || foreign.length)
    throw new SafetensorsError(
      [
        missing.length ? `the file lacks ${missing.join(', ')} of ${whose}` : '',
        foreign.length ? `${whose} has no ${foreign.join(', ')}` : '',
      ]
        .filter(Boolean)
        .join('; '),
    )
  for (const [name, variable] of Object.entries(variables)) {
    const { shape } = values[name]!
    if (shape.join() !== variable.shape.join())
      throw new SafetensorsError(
        `${name} has the shape [${shape.join(', ')}] in the file, but [${variable.shape.join(', ')}] in ${whose}`,
      )
    if (!(variable instanceof tf.Variable))
      throw new TypeError(`${name} of ${whose} is not a parameter that can be assigned`)
  }
  for (const [name, variable] of Object.entries(variables)) {
    const { shape, values: numbers } = values[name]!
    tf.tidy(() => (variable as tf.Variable).assign(tf.tensor(numbers, [...shape])))
  }
}

function paramsOf(name: string, model: Parametrised): Readonly<Record<string, tf.Tensor>> {
  // Cells are not type-checked before they run.
  const params = (model as Partial<Parametrised> | undefined)?.params
  if (typeof params !== 'object')
    throw new TypeError(`${name}: the first argument must be a model with parameters, such as denoiser(…)`)
  return params
}
