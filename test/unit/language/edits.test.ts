/** The checker under random editing: whatever the cells hold while people type, it answers, and only about their text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../property'
import { Notebook } from './notebook'

const texts = [
  'const a = 1, { b, c: [d] } = { b: "s", c: [true] }\nlet acc = []\nacc.push(a)',
  'export class C<T> { #x = 1; constructor(readonly t: T) {} }\nexport { a as z }\nexport default C',
  'enum E { A = 1, B }\nnamespace N { export const n = E.A; export type T = E }\nconst e: N.T = N.n',
  'interface P { x: number }\ntype Q = P & { y: typeof a }\nconst P = (p: P): Q => ({ ...p, y: a })',
  "import { vp, type Denoiser } from 'genbook'\nimport * as t from '@tensorflow/tfjs'\nimport x from './x'\nconst p = vp()",
  'a = 2; acc = [1]; C = class {}\nusing r = { [Symbol.dispose]() {} }\nfor await (const q of []) { var i = q }',
  'const a = (await Promise.resolve("😀")).length\n`${a}`; label: for (;;) break label',
  'declare const ambient: number\ndeclare global { interface Array<T> { extra: T } }\nfunction a(): void\nfunction a(x?: number) {}',
]

/** A few words and marks of the language, put in anywhere. */
const pieces = [
  '{',
  '}',
  '(',
  '`',
  '/*',
  '"',
  ';',
  '\n',
  'a',
  'const ',
  'export ',
  'import ',
  'class ',
  'type ',
  '=',
  '<',
  '\u2028',
  '\r\n',
  '//',
  '@',
]

const edit = fc.record({
  cell: fc.nat(),
  at: fc.nat(),
  remove: fc.nat({ max: 12 }),
  insert: fc.constantFrom('', ...pieces),
  move: fc.boolean(),
})

const whole = new Notebook().check(...texts)

test('any edit is answered with places inside the cells', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      const notebook = new Notebook()
      const sources = [...texts]
      for (const { cell, at, remove, insert, move } of edits) {
        const index = cell % sources.length
        const text = sources[index]!
        const start = at % (text.length + 1)
        sources[index] = text.slice(0, start) + insert + text.slice(start + remove)
        if (move) sources.push(sources.shift()!)
        for (const found of notebook.diagnostics(...sources)) {
          const source = sources[found.cell.charCodeAt(0) - 97]!
          assert.ok(
            found.start >= 0 && found.start <= found.end && found.end <= source.length,
            JSON.stringify(found),
          )
          const lines = source.split(/\r\n|\r|\n/)
          assert.ok(
            found.column >= 1 && found.column <= lines[found.line - 1]!.length + 1,
            JSON.stringify(found),
          )
          assert.doesNotMatch(found.message, /\/cells\//)
        }
      }
      // Once every cell is whole again, nothing that it held in between is remembered.
      assert.deepEqual(notebook.check(...texts), whole)
      notebook.service.dispose()
    }),
    { numRuns: 15, seed: 1 },
  )
})
