import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentation } from '../../../src/kernel/language/markdown'
import { inUnicode } from '../../../src/renderers/symbols'

const shown: Readonly<Record<string, string>> = {
  '\\nabla_x \\log p_t(x)': '∇ₓ log pₜ(x)',
  's_\\theta(x, t) = -\\frac{x - \\alpha_t x_0}{\\sigma_t^2}': 's_θ(x, t) = −(x − αₜ x₀)/σₜ²',
  '\\mathbb{E}\\left[\\|\\hat\\epsilon - \\epsilon\\|^2\\right]': '𝔼[‖ε̂ − ε‖²]',
  '\\mathcal N(x; 0, \\sigma^2 I)': '𝒩(x; 0, σ² I)',
  '\\bar\\alpha_t = \\prod_{s \\le t} \\alpha_s': 'ᾱₜ = ∏_(s ≤ t) αₛ',
  '\\hat{x}_0 = \\sqrt{\\bar{\\alpha}_{t-1}}': 'x̂₀ = √ᾱₜ₋₁',
  '\\tfrac12 \\lVert A x - y \\rVert^2': '1/2 ‖ A x − y‖²',
  'p_\\mathrm{data}(x)': 'p_data(x)',
  'e^{-\\lambda t}': 'e^(−λ t)',
  '2\\log p': '2 log p',
  '\\log\\sigma': 'log σ',
  'x_t^{(i)} \\in \\{1, \\dots, T\\}': 'xₜ⁽ⁱ⁾ ∈ {1, …, T}',
  'q(x_t \\mid x_0)': 'q(xₜ | x₀)',
  "\\alpha'_t": 'α′ₜ',
}

test('a formula is a line of Unicode', () => {
  for (const [tex, expected] of Object.entries(shown))
    assert.equal(inUnicode(tex)?.normalize('NFC'), expected.normalize('NFC'), tex)
})

test('what a line cannot show is left alone', () => {
  const beyond = [
    '\\begin{matrix} a & b \\end{matrix}',
    '\\mine{x}',
    '\\constructor',
    'x^',
    '\\hat{xy}',
    'a }',
  ]
  for (const tex of [...beyond, '{'.repeat(5000)]) assert.equal(inUnicode(tex), undefined, tex.slice(0, 40))
})

test('every text is read to its end', () => {
  const pieces = [
    '{',
    '}',
    '\\',
    '^',
    '_',
    'x',
    '\\frac',
    '\\sqrt',
    '\\hat',
    '\\left.',
    '\\log',
    '\\mathbb',
    '$',
    ' ',
    '𝔼',
    '12',
  ]
  // Every sequence of three: brackets that do not close, commands without what they are applied to.
  for (const a of pieces)
    for (const b of pieces) for (const c of pieces) assert.doesNotThrow(() => inUnicode(a + b + c), a + b + c)
})

test('documentation shows formulas as text, and keeps code, prices and what it cannot read', () => {
  const text = (markdown: string) => documentation([{ text: markdown, kind: 'text' }], undefined)
  assert.equal(text('Weighs by $\\gamma^2$, *once*.'), 'Weighs by γ², *once*.')
  assert.equal(text('First\n\n$$s_\\theta = x * y$$\n\nlast'), 'First\n\ns\\_θ = x \\* y\n\nlast')
  assert.equal(text('`$\\gamma$` and $5 and $6'), '`$\\gamma$` and $5 and $6')
  assert.equal(text('$\\mine{x}$ and $x_t$'), '$\\mine{x}$ and xₜ')
  assert.equal(text('$$x$ y'), '$x y')
})
