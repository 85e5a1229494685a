/**
 * A training in the middle, as a safetensors file: parameters, what the optimiser keeps, the running average, the losses so
 * far and the place in the random stream. What goes on from it is, bit for bit, what would have gone on without stopping.
 */
import type * as tf from '@tensorflow/tfjs'
import { RandomStream, STREAM_VERSION } from '../../tensor'
import type { TrainableParams } from '../network'
import type { ParameterAverage } from './average'
import type { OptimizerState } from './optimizer'
import { assignValues, valuesOf } from './parameters'
import { readSafetensors, SafetensorsError, writeSafetensors, type TensorValues } from './safetensors'

/** What is in progress while a model trains. */
export interface Progress {
  readonly params: TrainableParams
  /** The optimiser's name. */
  readonly rule: string
  readonly optimizer: OptimizerState
  readonly average?: ParameterAverage | undefined
  readonly stream: RandomStream
  readonly losses: number[]
  readonly evaluations: Evaluated[]
}

/** The value of a measurement after so many steps. */
export interface Evaluated {
  readonly step: number
  readonly value: number
}

const FORMAT = 'genbook training 1'

/** The file of what has been done so far. */
export async function writeCheckpoint(progress: Progress): Promise<Uint8Array<ArrayBuffer>> {
  const { params, rule, optimizer, average, stream, losses, evaluations } = progress
  const tensors: Record<string, tf.Tensor> = {
    ...prefixed('params', params),
    ...prefixed('optimizer', optimizer.tensors),
    ...(average && prefixed('average', Object.fromEntries(average.average))),
  }
  const metadata = {
    format: FORMAT,
    optimizer: JSON.stringify({ name: rule, steps: optimizer.steps }),
    average: JSON.stringify(average ? { updates: average.updates } : null),
    stream: JSON.stringify({
      version: STREAM_VERSION,
      seed: stream.seed,
      name: stream.name,
      position: stream.position,
    }),
    evaluations: JSON.stringify(evaluations),
  }
  const values = await valuesOf(tensors)
  return writeSafetensors({
    // Losses are read from single precision.
    tensors: { ...values, losses: { shape: [losses.length], values: Float32Array.from(losses) } },
    metadata,
  })
}

/** What a checkpoint says before anything is changed. */
export interface Checkpoint {
  readonly stream: RandomStream
  /** Puts what was saved in place. @throws SafetensorsError where it does not fit. */
  restore(progress: Progress): void
}

/** @throws SafetensorsError where the bytes are not a checkpoint of a training. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes)
  if (metadata.format !== FORMAT)
    throw new SafetensorsError(
      `the file is not a checkpoint of a training: its format is ${JSON.stringify(metadata.format)}, not ${JSON.stringify(FORMAT)}`,
    )
  const said = <T>(key: string): T => {
    try {
      return JSON.parse(metadata[key] ?? '') as T
    } catch {
      throw new SafetensorsError(`the checkpoint's ${key} cannot be read`)
    }
  }
  const stream = said<{ version: number; seed: number; name: string; position: number }>('stream')
  if (stream.version !== STREAM_VERSION)
    throw new SafetensorsError(
      `the checkpoint was made with random streams of version ${stream.version}, which are no longer those of version ${STREAM_VERSION}`,
    )
  const rule = said<{ name: string; steps: number }>('optimizer')
  const average = said<{ updates: number } | null>('average')
  const place = new RandomStream(stream.seed, stream.name)
  place.position = stream.position

  return {
    stream: place,
    restore(progress) {
      if (progress.rule !== rule.name)
        throw new SafetensorsError(`the checkpoint is of ${rule.name}, but the optimizer is ${progress.rule}`)
      if (!progress.average !== !average)
        throw new SafetensorsError(
          average
            ? 'the checkpoint has a running average: say its decay as { ema }'
            : 'the checkpoint has no running average: leave ema out',
        )
      assignValues(progress.params, part(tensors, 'params'), 'the model')
      assignValues(progress.optimizer.tensors, part(tensors, 'optimizer'), 'the optimizer')
      progress.optimizer.steps = rule.steps
      if (progress.average && average) {
        assignValues(Object.fromEntries(progress.average.average), part(tensors, 'average'), 'the average')
        progress.average.updates = average.updates
      }
      progress.losses.push(...(tensors.losses?.values ?? []))
      progress.evaluations.push(...said<Evaluated[]>('evaluations'))
    },
  }
}

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}/${name}`, value]))
}

function part(tensors: Readonly<Record<string, TensorValues>>, prefix: string): Record<string, TensorValues> {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, values]) => [name.slice(prefix.length + 1), values]),
  )
}
