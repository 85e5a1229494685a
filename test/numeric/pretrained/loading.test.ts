/** What is shipped of trained models: files and cards that belong together, small, and loaded by name. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  pretrained,
  PretrainedError,
  pretrainedModels,
  readSafetensors,
  type Card,
} from '../../../src/models'
import { setWeightSource } from '../../../src/models/pretrained/load'
import { root } from '../../../scripts/vscode-host/index.mjs'
import { selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { useShippedWeights, WEIGHTS } from '../shippedWeights'

before(() => selectBackend('wasm', files))
beforeEach(() => useShippedWeights())
afterEach(() => setWeightSource(undefined))

const names = Object.keys(pretrainedModels) as (keyof typeof pretrainedModels)[]
const cardOf = (name: string) => JSON.parse(readFileSync(join(WEIGHTS, `${name}.json`), 'utf8')) as Card

describe('shipped weights', () => {
  test('every model has its files and its training, and nothing else lies there', () => {
    assert.deepEqual(
      readdirSync(WEIGHTS).sort(),
      ['README.md', ...names.flatMap((name) => [`${name}.json`, `${name}.safetensors`])].sort(),
    )
    for (const name of names) {
      assert.equal(pretrainedModels[name].name, name)
      assert.ok(existsSync(join(root, `scripts/train/${name}.ts`)), `scripts/train/${name}.ts is missing`)
    }
  })

  test('each takes less than 2 MB, all of them less than 12 MB', () => {
    const sizes = names.map((name) => statSync(join(WEIGHTS, `${name}.safetensors`)).size)
    for (const [i, size] of sizes.entries()) assert.ok(size < 2e6, `${names[i]} has ${size} bytes`)
    const all = sizes.reduce((a, b) => a + b, 0)
    assert.ok(all < 12e6, `all have ${all} bytes`)
  })

  for (const name of names)
    test(`${name}: the model has the numbers of the file, in eight bits, and its card`, async () => {
      const bytes = readFileSync(join(WEIGHTS, `${name}.safetensors`))
      const { tensors } = readSafetensors(bytes)
      const model = await pretrained(name)
      const params: Readonly<Record<string, tf.Tensor>> = model.params
      // As media/weights/README.md tells everybody who reads them.
      const scales = Object.keys(tensors).filter((key) => `${key}.scale` in tensors)
      assert.deepEqual(
        Object.keys(params).sort(),
        Object.keys(tensors)
          .filter((key) => !scales.some((whole) => key === `${whole}.scale`))
          .sort(),
      )
      let count = 0
      let whole = 0
      for (const [key, param] of Object.entries(params)) {
        const { values, format } = tensors[key]!
        const scale = tensors[`${key}.scale`]?.values
        assert.equal(format, scale ? 'I8' : 'F16', key)
        const expected = scale ? values.map((q, i) => q * scale[i % scale.length]!) : values
        assert.deepEqual(param.dataSync(), expected, key)
        assert.ok(
          expected.every((value) => Number.isFinite(value)),
          key,
        )
        count += values.length
        if (scale) whole += values.length
      }
      // A byte a number, two for what is small, scales, and names.
      assert.ok(
        bytes.length < count + (count - whole) + 64 * 1024,
        `${bytes.length} bytes for ${count} numbers`,
      )
      assert.ok(whole > 0.8 * count, `${whole} of ${count} numbers are in eight bits`)
      const { card } = model
      assert.deepEqual(card, cardOf(name))
      assert.equal(card.parameters, count)
      assert.equal(card.about, pretrainedModels[name].about)
      assert.ok(card.training.steps > 0 && card.training.minutes > 0 && card.training.device !== '')
      assert.ok(Object.keys(card.metrics).length > 0, 'the card says nothing of how good it is')
      for (const { value, of } of Object.values(card.metrics)) assert.ok(Number.isFinite(value) && of !== '')
      tf.dispose(params)
    })
})

describe('loading', () => {
  test('each call gives a model of its own', async () => {
    const [a, b] = [await pretrained('digits-features'), await pretrained('digits-features')]
    const [name] = Object.keys(a.params)
    const kept = b.params[name!]!.dataSync()
    tf.tidy(() => a.params[name!]!.assign(tf.zerosLike(a.params[name!]!)))
    assert.deepEqual(b.params[name!]!.dataSync(), kept)
    tf.dispose([a.params, b.params])
  })

  test('an unknown name is told the names that there are', async () => {
    await assert.rejects(pretrained('digits' as never), (error: Error) => {
      assert.ok(error instanceof RangeError)
      assert.match(error.message, /there is no model "digits"; there are .*digits-ddpm, digits-features/)
      return true
    })
    await assert.rejects(pretrained('toString' as never), RangeError)
  })

  test('files that are missing or do not fit say what to do, and leave nothing behind', async () => {
    const rejected = async (
      source: Parameters<typeof setWeightSource>[0],
      message: RegExp,
    ): Promise<void> => {
      setWeightSource(source)
      const { numTensors } = tf.memory()
      await assert.rejects(pretrained('digits-features'), (error: Error) => {
        assert.ok(error instanceof PretrainedError)
        assert.match(error.message, message)
        return true
      })
      assert.equal(tf.memory().numTensors, numTensors)
    }
    const read = (file: string) => Promise.resolve(new Uint8Array(readFileSync(join(WEIGHTS, file))))
    await rejected(undefined, /works in a notebook's session/)
    await rejected(
      () => Promise.reject(new Error('no such file')),
      /^digits-features\.safetensors cannot be read: no such file\. .*npm run train -- digits-features$/,
    )
    await rejected(
      (file) => read(file.replace('features.safetensors', 'ddpm.safetensors')),
      /^digits-features\.safetensors does not fit the model that it is for: the file lacks .*npm run train/s,
    )
    await rejected(
      async (file) => (await read(file)).slice(0, file.endsWith('json') ? undefined : 1000),
      /does not fit the model that it is for: /,
    )
    await rejected(
      (file) => (file.endsWith('json') ? Promise.resolve(new Uint8Array([0x7b])) : read(file)),
      /^digits-features\.json is not JSON/,
    )
    await rejected(
      (file) => read(file.replace('features.json', 'ddpm.json')),
      /^digits-features\.json is not the card of digits-features/,
    )
  })
})
