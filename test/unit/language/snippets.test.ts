/** Every snippet, with each of its choices, is a cell without a type error. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Notebook } from './notebook'

interface Snippet {
  readonly prefix: string | readonly string[]
  readonly description: string
  readonly body: readonly string[]
}

const snippets = JSON.parse(readFileSync('media/snippets.json', 'utf8')) as Record<string, Snippet>

/** What the placeholders of snippets that use other cells' names stand for. */
const BEFORE = [
  "import { data, vp, mlp, denoiser } from 'genbook'",
  'const law = data.moons({ noise: 0.05 })',
  'const mixture = data.mixture({ weights: [0.3, 0.7], means: [[-1, 0], [1, 0.5]], deviations: [0.5, 0.3] })',
  "import { test } from 'genbook'",
  "const model = denoiser(vp(), mlp({ dim: 2, hidden: [64] }), { predicts: 'noise' })",
].join('\n')

/** The text that stands after a person has pressed Tab through a snippet, for each choice that it offers. */
export function expansions(body: string): string[] {
  const choice = /\$\{(\d+)\|((?:[^|\\]|\\.)*)\|\}/.exec(body)
  if (choice)
    return choice[2]!.split(/(?<!\\),/).flatMap((option) => {
      const chosen = option.replace(/\\(.)/g, '$1')
      const number = choice[1]!
      return expansions(
        body
          .replace(choice[0], () => chosen)
          .replace(new RegExp(`\\$\\{${number}\\}|\\$${number}\\b`, 'g'), () => chosen),
      )
    })
  const defaults = new Map<string, string>()
  const filled = body.replace(/\$\{(\d+):((?:[^}\\]|\\.)*)\}/g, (_, number: string, text: string) => {
    const value = defaults.get(number) ?? text.replace(/\\(.)/g, '$1')
    defaults.set(number, value)
    return value
  })
  return [
    filled.replace(/\$\{(\d+)\}|\$(\d+)/g, (_, a?: string, b?: string) => defaults.get((a ?? b)!) ?? ''),
  ]
}

const notebook = new Notebook()
for (const [name, { body }] of Object.entries(snippets))
  test(`the snippet ${name} compiles`, () => {
    for (const text of expansions(body.join('\n'))) {
      const found = notebook.diagnostics(BEFORE, text).map(({ line, message }) => `line ${line}: ${message}`)
      assert.deepEqual(found, [], text)
      assert.doesNotMatch(text, /\$\{?\d/, 'a placeholder was left')
    }
  })

test('snippets have prefixes of their own and say what they are for', () => {
  const prefixes = Object.values(snippets).flatMap(({ prefix }) => prefix)
  assert.equal(new Set(prefixes).size, prefixes.length)
  for (const { description } of Object.values(snippets)) assert.ok(description.length > 5)
})
