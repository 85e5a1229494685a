import { before, describe, test } from 'node:test'
import { data } from '../../../src/models'
import { selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { SYSTEMS } from './systems'
import { floorOf, measure } from './trained'

const law = data.eightGaussians()
let floor = NaN

before(async () => {
  await selectBackend('wasm', files)
  floor = await floorOf(law)
})

describe('trained models come near the floor on 8 Gaussians', () => {
  for (const [name, system] of Object.entries(SYSTEMS))
    test(name, (context) => measure(context, name, system, law, floor))
})
