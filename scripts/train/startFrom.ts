/** Training that goes on from another shipped model. */
import * as tf from '@tensorflow/tfjs'
import { loadParams, pretrained, saveParams, type Parametrised, type PretrainedName } from '../../src/models'

/** Gives the model the parameters of a shipped one of the same network. @throws SafetensorsError where it has other ones. */
export async function startFrom(name: PretrainedName, model: Parametrised): Promise<void> {
  const from = await pretrained(name)
  loadParams(model, await saveParams(from))
  tf.dispose(from.params)
}
