/** Models with the numbers that they were trained to: what `pretrained('digits-ddpm')` does. */
import * as tf from '@tensorflow/tfjs'
import { RandomStream } from '../../tensor'
import { loadParams, type Parametrised } from '../training/parameters'
import { SafetensorsError } from '../training/safetensors'
import type { ModelBuilder } from './builder'
import type { Card } from './card'

/** Reads a file of `media/weights`, such as `digits-ddpm.safetensors`. */
export type WeightSource = (file: string) => Promise<Uint8Array>

/** The weights of a shipped model could not be had. The message says why, and what to do. */
export class PretrainedError extends Error {
  override readonly name = 'PretrainedError'
}

let source: WeightSource | undefined

/** Makes known where weights lie: models know no files, and whoever runs them does. */
export function setWeightSource(read: WeightSource | undefined): void {
  source = read
}

/**
 * A builder's model with its trained parameters, and its card.
 *
 * @throws PretrainedError (as a rejection) where a file is missing, or is not the model's.
 */
export async function loadModel<M extends Parametrised>(
  builder: ModelBuilder<M>,
): Promise<M & { readonly card: Card }> {
  const { name } = builder
  const [weights, card] = [
    await read(`${name}.safetensors`, name),
    cardOf(await read(`${name}.json`, name), name),
  ]
  const model = builder.build(new RandomStream(0, name))
  try {
    loadParams(model, weights)
  } catch (error) {
    tf.dispose(model.params)
    if (!(error instanceof SafetensorsError)) throw error
    throw new PretrainedError(
      `${name}.safetensors does not fit the model that it is for: ${error.message}. ` +
        `Install Genbook again, or, in its repository, train the model anew: npm run train -- ${name}`,
      { cause: error },
    )
  }
  return Object.assign(model, { card })
}

async function read(file: string, name: string): Promise<Uint8Array> {
  if (!source)
    throw new PretrainedError(
      `pretrained('${name}') works in a notebook's session; here nobody knows where weights lie.`,
    )
  try {
    return await source(file)
  } catch (error) {
    throw new PretrainedError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}. ` +
        `Install Genbook again, or, in its repository, build it, or train the model: npm run train -- ${name}`,
      { cause: error },
    )
  }
}

function cardOf(bytes: Uint8Array, name: string): Card {
  let card: Partial<Card> | undefined
  try {
    card = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Card>
  } catch (error) {
    throw new PretrainedError(
      `${name}.json is not JSON: ${(error as Error).message}. Install Genbook again.`,
      {
        cause: error,
      },
    )
  }
  if (card?.name !== name)
    throw new PretrainedError(`${name}.json is not the card of ${name}. Install Genbook again.`)
  return card as Card
}
