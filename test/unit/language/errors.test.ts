import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, Notebook } from './notebook'

test('errors stand at the line and column of the text, counted in UTF-16 units', () => {
  assert.deepEqual(check('// 😀\r\nconst s = "😀"; s.foo'), ['a:2:19 2339'])
  assert.deepEqual(check('const a = 1\rconst b: string = a'), ['a:2:7 2322'])
  const [error] = new Notebook().diagnostics('\nlet n: number = "s"')
  assert.deepEqual(
    { ...error, message: '' },
    {
      cell: 'a',
      category: 'error',
      code: 2322,
      message: '',
      start: 5,
      end: 6,
      line: 2,
      column: 5,
    },
  )
})

test('a wrong call of the runtime is an error at the wrong word', () => {
  const setup =
    "import { data, ddim, denoiser, mlp, vp } from 'genbook'\nconst model = denoiser(vp(), mlp({ dim: 2, hidden: [8] }), { predicts: 'noise' })"
  assert.deepEqual(check(setup, 'ddim(model, { steps: 5 })'), [])
  const [error] = new Notebook().diagnostics(setup, 'ddim(model, { step: 5 })')
  assert.deepEqual([error?.line, error?.column], [1, 15])
  assert.match(error?.message ?? '', /step/)
})

test('TensorFlow.js and display are there without an import, the page and the network are not', () => {
  assert.deepEqual(
    check('const x: tf.Tensor2D = tf.zeros([2, 2])\ndisplay(x)\nconsole.log(tf.sum(x).dataSync())'),
    [],
  )
  assert.deepEqual(check('tf.zeroes([2])'), ['a:1:4 2551'])
  assert.deepEqual(check('fetch("x")\ndocument.title\nPlotly.newPlot'), [
    'a:1:1 2304',
    'a:2:1 2304',
    'a:3:1 2304',
  ])
  assert.deepEqual(
    check("import * as t from '@tensorflow/tfjs'\nt.sequential({ layers: [t.layers.dense({ units: 3 })] })"),
    [],
  )
  assert.deepEqual(
    check(
      'setTimeout(() => {}, 10)\nawait new Promise((done) => setTimeout(done, 10))\nsetTimeout((n: number) => n, 1, 2)\nperformance.now()\nstructuredClone({ a: 1 }).a.toFixed()',
    ),
    [],
  )
})

test('nobody is told to install packages or to change a configuration, neither of which a notebook has', () => {
  for (const name of ['test', 'process', 'require', '$', 'document', 'Bun']) {
    const found = new Notebook().diagnostics(`${name}('x')`)
    assert.deepEqual(
      found.map(({ code, message, end }) => [code, message, end]),
      [[2304, `Cannot find name '${name}'.`, name.length]],
    )
  }
})

test('Plotly is the facade that cells get', () => {
  assert.deepEqual(
    check(
      "import Plotly from 'plotly.js-dist'\nawait Plotly.newPlot('p', [{ type: 'scatter', x: [1], y: [2] }], { title: { text: 't' } })",
    ),
    [],
  )
  assert.deepEqual(check("import Plotly from 'plotly.js-dist'\nPlotly.downloadImage()"), ['a:2:8 2339'])
})

test('an import that is not bundled says what can be imported', () => {
  for (const text of [
    "import x from 'lodash'",
    "import 'lodash'",
    "await import('lodash')",
    "export * from 'lodash'",
  ]) {
    const errors = new Notebook().diagnostics(`\n ${text}`)
    assert.equal(errors.length, 1, text)
    assert.match(errors[0]!.message, /'lodash'.*'genbook'.*'@tensorflow\/tfjs'.*'plotly\.js-dist'/)
    assert.deepEqual([errors[0]!.line, errors[0]!.column], [2, 2 + text.indexOf("'lodash'")])
  }
  assert.deepEqual(check("import a from './a'"), ['a:1:15 2307'])
  assert.deepEqual(check("import fs from 'node:fs'"), ['a:1:16 2307'])
  assert.deepEqual(check("import { absentee } from 'genbook'"), ['a:1:10 2305'])
  assert.deepEqual(check("import { moons } from 'genbook/data'\nmoons({ noise: 0.1 })"), [])
})

test('messages name cells by their number, not by the modules behind them', () => {
  const errors = new Notebook().diagnostics(
    'class P { private x = 1 }\nconst p = new P()',
    'class P { private x = 1 }',
    'const q: P = p',
  )
  assert.equal(errors.length, 1)
  assert.match(errors[0]!.message, /P \(cell 1\)/)
  assert.match(errors[0]!.message, /P \(cell 2\)/)
  assert.doesNotMatch(errors[0]!.message, /\/cells\//)
})

test('a name that almost exists in another cell is suggested', () => {
  const [error] = new Notebook().diagnostics('const model = 1', 'modle')
  assert.match(error!.message, /Did you mean 'model'/)
})

test('a text that could break out of its module does not', () => {
  assert.deepEqual(check('const a = 1 // comment'), [])
  assert.deepEqual(check('const a = [1]\na', '(2)'), [])
  assert.deepEqual(check('const a$ = 1; let a\na = 2'), [])
  assert.deepEqual(check('/* open').length, 1)
  assert.deepEqual(check('`open').length, 1)
  assert.deepEqual(check('// @ts-expect-error', 'const x: string = 1'), ['a:1:1 2578', 'b:1:7 2322'])
})

test('matters of style are no errors', () => {
  assert.deepEqual(
    check('const unused = 1\nfunction f() { return 1; const b = 2 }\nfor (;;) { break; f() }'),
    [],
  )
})
