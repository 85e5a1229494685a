/** The models that Genbook is shipped with, trained by `npm run train`; each is loaded by its name. */
import type { ModelBuilder } from './builder'
import type { Card } from './card'
import { digitsCascade16, digitsCascade32, digitsCascade8 } from './digitsCascade'
import { digitsClassifier } from './digitsClassifier'
import { digitsConsistency } from './digitsConsistency'
import { digitsDdpm } from './digitsDdpm'
import { digitsFeatures } from './digitsFeatures'
import { digitsFlow } from './digitsFlow'
import { digitsGlow } from './digitsGlow'
import { digitsJudge } from './digitsJudge'
import { digitsNcsn } from './digitsNcsn'
import { digitsVpSde } from './digitsVpSde'
import { loadModel } from './load'
import { phantomsPrior } from './phantomsPrior'
import { shapesAutoencoder } from './shapesAutoencoder'
import { shapesCaptioner } from './shapesCaptioner'
import { shapesLatent } from './shapesLatent'
import { shapesText } from './shapesText'

export type { ModelBuilder } from './builder'
export type { Card, Measured } from './card'
export { PretrainedError } from './load'

/** Their builders, by name: `pretrainedModels['digits-ddpm'].data()` is what that model was trained on. */
export const pretrainedModels = {
  'digits-cascade-8': digitsCascade8,
  'digits-cascade-16': digitsCascade16,
  'digits-cascade-32': digitsCascade32,
  'digits-classifier': digitsClassifier,
  'digits-consistency': digitsConsistency,
  'digits-ddpm': digitsDdpm,
  'digits-features': digitsFeatures,
  'digits-flow': digitsFlow,
  'digits-glow': digitsGlow,
  'digits-judge': digitsJudge,
  'digits-ncsn': digitsNcsn,
  'digits-vpsde': digitsVpSde,
  'phantoms-prior': phantomsPrior,
  'shapes-autoencoder': shapesAutoencoder,
  'shapes-captioner': shapesCaptioner,
  'shapes-latent': shapesLatent,
  'shapes-text': shapesText,
} satisfies Readonly<Record<string, ModelBuilder>>

/** By which a shipped model is loaded. */
export type PretrainedName = keyof typeof pretrainedModels

/** The model of a name, with its card. */
export type Pretrained<N extends PretrainedName> = ReturnType<(typeof pretrainedModels)[N]['build']> & {
  readonly card: Card
}

/**
 * A model that was trained ahead, ready to sample from, to guide, or to train further: each call gives one of its own. Its card
 * says how it was trained and how good it is; nothing is downloaded.
 *
 * @param name such as `digits-ddpm`; `pretrainedModels` lists them.
 * @throws RangeError (as a rejection) for a name that there is not; PretrainedError where its files cannot be read.
 */
export async function pretrained<N extends PretrainedName>(name: N): Promise<Pretrained<N>> {
  if (!Object.hasOwn(pretrainedModels, name))
    throw new RangeError(
      `pretrained: there is no model ${JSON.stringify(name)}; there are ${Object.keys(pretrainedModels).join(', ')}`,
    )
  const builder: ModelBuilder = pretrainedModels[name]
  return (await loadModel(builder)) as Pretrained<N>
}
