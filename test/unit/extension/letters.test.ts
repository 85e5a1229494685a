/** Which variables of the session stand behind the letters of a picture. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { letterValues } from '../../../src/extension/pictures/letters'
import type { Variable } from '../../../src/kernel/protocol'
import { symbols, symbolsInWords } from '../../../src/renderers/symbols'

const number = (name: string, summary: string): Variable => ({ name, kind: 'number', summary, version: 1 })
const inWords = ({ name, summary }: Variable) => `${name} is ${summary}`
/** As a picture asks: for the signs of the letters in its words. */
const valuesIn = (words: string, variables: readonly Variable[]) =>
  letterValues(
    symbolsInWords(words).map(({ sign }) => sign),
    variables,
    inWords,
  )

test('a letter is found under the names that programs give it', () => {
  const variables = [number('gamma', '2'), number('gammaRay', '7'), number('betas', '0.1')]
  assert.deepEqual(valuesIn('γ = 4', variables), { γ: 'gamma is 2' })
  assert.deepEqual(valuesIn('β̃ and β', variables), { βₜ: 'betas is 0.1' })
})

test('variables of several of its names have a line each, in the order of the session', () => {
  assert.deepEqual(valuesIn('α, σ', [number('σ', '1'), number('x', '0'), number('sigma', '2')]), {
    σₜ: 'σ is 1\nsigma is 2',
  })
})

test('letters without a variable, without a name, and signs that nobody knows have no value', () => {
  assert.deepEqual(valuesIn('γ', []), {})
  assert.deepEqual(letterValues(['t', '?'], [number('t', '1'), number('?', '2')], inWords), {})
})

test('a sign belongs to one letter', () => {
  assert.equal(new Set(symbols.map(({ sign }) => sign)).size, symbols.length)
})
