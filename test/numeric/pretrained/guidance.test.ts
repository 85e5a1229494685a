/** Guidance of a shipped model of digits: the judge sees what was asked for, and most of the variety stays. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  classifierFree,
  classifierGuidance,
  data,
  dpmpp2M,
  metrics,
  pretrained,
  sample,
  type Denoiser,
  type Pretrained,
} from '../../../src/models'
import { setWeightSource } from '../../../src/models/pretrained/load'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { useShippedWeights } from '../shippedWeights'

/** Digits that are asked for, as many of each class. */
const N = 160
const CLASSES = Array.from({ length: N }, (_, i) => i % 10)
/** γ of either kind. */
const [FREE, BY_CLASSIFIER] = [1.5, 8]

let model: Pretrained<'digits-ddpm'>
let features: Pretrained<'digits-features'>
let judge: Pretrained<'digits-judge'>
let guide: Pretrained<'digits-classifier'>
let real: tf.Tensor
let unguided: number

/** Agreement with the judge, and recall, of samples in twelve steps. */
async function measured(guided: Denoiser): Promise<{ agreement: number; recall: number }> {
  const x = await sample(dpmpp2M(guided, { steps: 12 }), N, { stream: new RandomStream(3, 'guided digits') })
  const { value: agreement } = await metrics.agreement(x, CLASSES, judge)
  const { recall } = await metrics.precisionRecall(real, x, { features })
  x.dispose()
  return { agreement, recall: recall.value }
}

before(async () => {
  await selectBackend('wasm', files)
  useShippedWeights()
  model = await pretrained('digits-ddpm')
  features = await pretrained('digits-features')
  judge = await pretrained('digits-judge')
  guide = await pretrained('digits-classifier')
  real = data.digits({ size: 16 }).draw(N, new RandomStream(3, 'real digits'))
  const { agreement, recall } = await measured(model)
  // Who is asked for nothing gives one class in ten by chance; five standard errors above that is a fifth.
  assert.ok(agreement < 0.22, `unguided samples agree with classes that nobody asked for: ${agreement}`)
  unguided = recall
})
after(() => {
  tf.dispose([model.params, features.params, judge.params, guide.params, real])
  setWeightSource(undefined)
})

describe('guidance of shipped digits', () => {
  test('classifier-free guidance is obeyed, and keeps most of the recall', async () => {
    const { agreement, recall } = await measured(classifierFree(model, { class: CLASSES }, { scale: FREE }))
    assert.ok(agreement >= 0.95, `agreement ${agreement}`)
    assert.ok(recall >= 0.7 * unguided, `recall ${recall}, unguided ${unguided}`)
  })

  test('classifier guidance is obeyed, and keeps most of the recall', async () => {
    const { agreement, recall } = await measured(
      classifierGuidance(model, guide, { class: CLASSES, scale: BY_CLASSIFIER }),
    )
    assert.ok(agreement >= 0.95, `agreement ${agreement}`)
    assert.ok(recall >= 0.7 * unguided, `recall ${recall}, unguided ${unguided}`)
  })

  test('the judge knows clean digits, and the classifier noisy ones', async () => {
    const { x, labels } = data.digits({ size: 16 }).drawLabelled(500, new RandomStream(4, 'clean digits'))
    assert.ok((await metrics.agreement(x, labels, judge)).value > 0.98)
    const at = async (t: number): Promise<number> => {
      const noisy = guide.process.draw(x, t, new RandomStream(5, 'noise'))
      const told = { ...guide, logProbabilities: (x: tf.Tensor) => guide.logProbabilities(x, t) }
      const { value } = await metrics.agreement(noisy, labels, told)
      noisy.dispose()
      return value
    }
    const [clear, half, none] = [await at(50), await at(300), await at(1000)]
    assert.ok(clear > 0.97, String(clear))
    // At t = 300 noise has 61 % of the variance; pure noise says nothing.
    assert.ok(half > 0.75, String(half))
    assert.ok(none < 0.2, String(none))
    x.dispose()
  })
})
