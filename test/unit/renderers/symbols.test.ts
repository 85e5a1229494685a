/** The table of letters: what is found in formulas as people write them, in programs and in pictures. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFileSync, globSync } from 'node:fs'
import {
  formulas,
  symbolInMarkdown,
  symbolNamed,
  symbols,
  symbolsInWords,
} from '../../../src/renderers/symbols'
import { atoms } from '../../../src/renderers/symbols/tex'

/** What is found where `|` stands in the text. */
function at(marked: string) {
  const offset = marked.indexOf('‸')
  assert.ok(offset >= 0, 'no cursor in the text')
  return symbolInMarkdown(marked.replace('‸', ''), offset)
}

const found: readonly (readonly [marked: string, sign: string])[] = [
  ['with $‸\\alpha_t$ so', 'αₜ'],
  ['with $\\al‸pha_t$ so', 'αₜ'],
  ['with $\\alpha_‸t$ so', 'αₜ'],
  ['with $\\alpha_{‸t-1}$ so', 'αₜ'],
  ['$\\bar\\al‸pha_t$', 'ᾱₜ'],
  ['$\\bar{\\al‸pha}_t$', 'ᾱₜ'],
  ['$\\bar{\\al‸pha_t}$', 'ᾱₜ'],
  ['$\\overline{\\al‸pha}_{t-1}$', 'ᾱₜ'],
  ['$\\sqrt{1 - \\bar\\alpha_‸t}$', 'ᾱₜ'],
  ['$\\frac{\\be‸ta_t}{2}$', 'βₜ'],
  ['$\\frac{\\tilde\\be‸ta_t}{2}$', 'β̃ₜ'],
  ['$\\beta_{\\mi‸n}$', 'β_min, β_max'],
  ['$\\beta_{\\text{ma‸x}}$', 'β_min, β_max'],
  ['$\\sig‸ma_{\\mathrm{data}}$', 'σ_data'],
  ['$$\nx_t = \\alpha_t x_0 + \\sig‸ma_t \\varepsilon\n$$', 'σₜ'],
  ['$\\mathbf{x‸}_t$', 'xₜ'],
  ['$\\boldsymbol\\eps‸ilon_\\theta(x_t, t)$', 'ε̂'],
  ['$\\varepsilon_\\th‸eta(x_t, t)$', 'ε̂'],
  ['$f_\\th‸eta$', 'f'],
  ['$\\min_\\th‸eta$', 'θ'],
  ['$\\hat\\vareps‸ilon$', 'ε̂'],
  ['$\\hat x_‸0$', 'x̂₀'],
  ['$\\tilde‸ x$', 'x̃'],
  ['$\\nab‸la_x \\log p_t(x)$', 's'],
  ['$\\nabla_{x}\\log‸ p(y \\mid x)$', 's'],
  ['$\\mathrm{SN‸R}(t)$', 'SNR'],
  ['$\\gam‸ma = 1$', 'γ'],
  ['$p_\\mathrm{da‸ta}$', 'p'],
  ['$x^2_‸t$', 'xₜ'],
  ['$\\alpha‸$', 'αₜ'],
]
for (const [marked, sign] of found)
  test(`the letter in ${JSON.stringify(marked)}`, () => assert.equal(at(marked)?.symbol.sign, sign))

const nothing = [
  'costs 5 \\$\\al‸pha$',
  '`$\\al‸pha$`',
  '```\n$\\al‸pha$\n```',
  '~~~ts\n$\\al‸pha$\n~~~\n',
  'no formula \\al‸pha',
  '$\\lo‸g 2$',
  '$\\in‸fty$',
  '$1‸ + 2$',
]
for (const marked of nothing)
  test(`nothing in ${JSON.stringify(marked)}`, () => assert.equal(at(marked), undefined))

test('the span is that of the letter with its accents and index', () => {
  const text = 'so $x + \\bar\\alpha_{t-1} y$'
  const { start, end } = symbolInMarkdown(text, text.indexOf('alpha'))!
  assert.equal(text.slice(start, end), '\\bar\\alpha_{t-1}')
})

test('the formula decides which convention comes first', () => {
  const first = (marked: string) => {
    const reading = at(marked)!.readings[0]!
    return reading.likely ? reading.of : 'Genbook'
  }
  assert.equal(first('$x_t = \\al‸pha_t x_0$'), 'Genbook')
  assert.equal(first('$\\bar\\alpha_t = \\prod_s \\al‸pha_s$'), 'DDPM')
  assert.equal(first('$x_t = x_0 + \\al‸pha_t \\varepsilon$'), 'Lectures that only add noise')
  assert.equal(first('$\\alpha_i = \\epsilon\\,\\sigma_i^2/\\sigma_L^2$ and $\\si‸gma_i$'), 'NCSN')
  assert.equal(first('$dx = \\si‸gma(t)\\,dw$'), 'Lectures with dx = σ(t) dw')
  assert.equal(first('$\\si‸gma^2(t) - \\sigma^2(0)$'), 'VE-SDE')
  assert.equal(
    first('$q(x_t \\mid x_{t-1}) = \\mathcal{N}(\\sqrt{1-\\beta_t}\\,x_{t-1}, \\be‸ta_t I)$'),
    'DDPM',
  )
  assert.equal(first('$dx = -\\tfrac12 \\be‸ta(t)\\,x\\,dt + \\sqrt{\\beta(t)}\\,dw$'), 'VP-SDE')
  assert.equal(first('$x + \\tfrac{\\eps‸ilon}{2} s + \\sqrt{\\epsilon}\\, z$'), 'Langevin dynamics')
  assert.equal(first('$\\gam‸ma_\\eta(t)$'), 'VDM')
})

test('names of programs', () => {
  for (const [name, sign] of [
    ['alpha', 'αₜ'],
    ['γ', 'γ'],
    ['betaMax', 'β_min, β_max'],
    ['logSnr', 'λₜ'],
    ['x0', 'x₀'],
  ] as const)
    assert.equal(symbolNamed(name)?.sign, sign)
  assert.equal(symbolNamed('constructor'), undefined)
  assert.equal(symbolNamed('model'), undefined)
})

test('words of pictures', () => {
  const signs = (words: string) => symbolsInWords(words).map(({ sign }) => sign)
  assert.deepEqual(signs('γ = 4'), ['γ'])
  assert.deepEqual(signs('α, σ'), ['αₜ', 'σₜ'])
  assert.deepEqual(signs('λ = log(α/σ): high to low'), ['λₜ', 'αₜ', 'σₜ'])
  assert.deepEqual(signs('β̃ and β'), ['β̃ₜ', 'βₜ'])
  assert.deepEqual(signs('SNR'), ['SNR'])
  assert.deepEqual(signs('α<sub>t</sub> of VP'), ['αₜ'])
  assert.deepEqual(signs('samples of the model'), [])
  assert.deepEqual(signs('x̂₀ predicted'), ['x̂₀'])
})

test('no two letters share a form or a name', () => {
  for (const key of ['forms', 'names', 'signs'] as const) {
    const all = symbols.flatMap((symbol) => symbol[key])
    assert.deepEqual(
      all.filter((one, index) => all.indexOf(one) !== index),
      [],
      key,
    )
  }
})

test('letters of all formulas in the examples are read to their end', () => {
  let letters = 0
  for (const file of globSync('examples/*.genbook')) {
    const { cells } = JSON.parse(readFileSync(file, 'utf8')) as {
      cells: { cell_type: string; source: string[] }[]
    }
    for (const { cell_type, source } of cells) {
      if (cell_type !== 'markdown') continue
      const text = source.join('')
      for (const { tex, start } of formulas(text)) {
        assert.equal(text.slice(start, start + tex.length), tex)
        for (const atom of atoms(tex)) {
          letters++
          assert.ok(atom.start < atom.end && atom.end <= tex.length, `${file}: ${tex}`)
        }
      }
    }
  }
  assert.ok(letters > 1000, `${letters} letters`)
})

test('text that is being typed is read without an error', () => {
  for (const tex of [
    '\\',
    '\\bar',
    '\\bar{',
    '\\bar{\\alpha',
    '_',
    'x_',
    'x_{',
    '\\hat}',
    '^^_',
    '\\frac{',
    '\\nabla \\log',
  ]) {
    atoms(tex)
    for (let offset = 0; offset <= tex.length + 2; offset++) symbolInMarkdown(`$${tex}$`, offset)
  }
})
