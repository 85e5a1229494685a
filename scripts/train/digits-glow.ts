import { cosine, metrics, warmUp } from '../../src/models'
import { digitsGlow } from '../../src/models/pretrained/digitsGlow'
import { RandomStream } from '../../src/tensor'
import { recipe } from './recipe'

export default recipe({
  builder: digitsGlow,
  seed: 4,
  steps: 5000,
  batch: 64,
  settings: (model) => {
    // Its actnorms begin where a first batch suggests; a training that goes on brings its own numbers.
    const first = digitsGlow.data().draw(256, new RandomStream(4, 'digits-glow: first batch'))
    model.adaptTo(first, new RandomStream(4, 'digits-glow: first noise'))
    first.dispose()
    return { rate: warmUp(cosine(2e-3), 100), clip: 50, ema: 0.998 }
  },
  measure: async (model, stream) => {
    const held = digitsGlow.data().draw(500, stream)
    const bits = async (draws: number) => {
      const { value, standardError } = await metrics.nll(
        (x) => model.logProbability(x, { draws, stream }),
        held,
        { unit: 'bits per dimension' },
      )
      return { value, standardError }
    }
    const measured = {
      'bits per dimension': {
        ...(await bits(1)),
        of: '500 new digits of three bits a pixel, a bound from above',
      },
      'bits per dimension, 16 draws': { ...(await bits(16)), of: 'the same digits, a tighter bound' },
    }
    held.dispose()
    return measured
  },
})
