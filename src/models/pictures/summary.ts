/** What a network is made of: its parameters by layer, with their shapes and how many numbers they are. */
import * as tf from '@tensorflow/tfjs'
import { RandomStream } from '../../tensor'
import type { Network, Params } from '../network'

export interface LayerSummary {
  /** The layer's name, what stands before the last dot of its parameters' names. */
  readonly layer: string
  /** Shapes of its parameters by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>
  /** Numbers in them. */
  readonly parameters: number
}

export interface NetworkSummary {
  readonly layers: readonly LayerSummary[]
  /** Numbers in all parameters. */
  readonly parameters: number
  /** What they take in single precision. */
  readonly bytes: number
}

/**
 * A summary of a network, or of a model's parameters.
 *
 * @param of a network such as `unet(…)`, or a model with `params`.
 */
export function summary(of: Network | { readonly params: Params }): NetworkSummary {
  // Cells are not type-checked before they run.
  const given = of as Partial<Network & { readonly params: Params }> | undefined
  const fresh = given?.params === undefined
  if (fresh && typeof given?.initial !== 'function')
    throw new TypeError('summary: the argument must be a network, such as unet(…), or a model with params')
  const params = given.params ?? given.initial!(new RandomStream(0, 'summary'))
  try {
    const layers = new Map<string, Record<string, readonly number[]>>()
    for (const [name, { shape }] of Object.entries(params)) {
      const dot = name.lastIndexOf('.')
      const layer = name.slice(0, Math.max(0, dot)) || name
      layers.set(layer, { ...layers.get(layer), [name.slice(dot + 1)]: [...shape] })
    }
    const list = Array.from(layers, ([layer, shapes]): LayerSummary => ({
      layer,
      shapes,
      parameters: Object.values(shapes).reduce((sum, shape) => sum + tf.util.sizeFromShape([...shape]), 0),
    }))
    const parameters = list.reduce((sum, layer) => sum + layer.parameters, 0)
    return Object.defineProperty({ layers: list, parameters, bytes: 4 * parameters }, DISPLAY, {
      value: () => rowsOf(list, parameters),
    })
  } finally {
    if (fresh) tf.dispose(params)
  }
}

/** By which a cell's value says how it is shown: here as a table, in words. */
const DISPLAY = Symbol.for('genbook.display')

function rowsOf(layers: readonly LayerSummary[], parameters: number) {
  const shapeOf = ([name, shape]: readonly [string, readonly number[]]) =>
    `${name} ${shape.join(' × ') || '1'}`
  return [
    ...layers.map(({ layer, shapes, parameters }) => ({
      layer,
      shapes: Object.entries(shapes).map(shapeOf).join(', '),
      parameters,
    })),
    { layer: 'all', shapes: '', parameters },
  ]
}
