import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  cosineBetas,
  ddpm,
  geodiffBetas,
  geometricScales,
  linearBetas,
  ncsn,
  quadraticBetas,
  scaledLinearBetas,
  sigmoidBetas,
  zeroTerminalSnr,
} from '../../../src/models/processes'
import { approximately } from '../approximately'

/** |actual − expected| ≤ half a unit of the last digit that `expected` is written with, and a little. */
function digits(actual: number, expected: string, what: string): void {
  const [mantissa, exponent = '0'] = expected.split('e') as [string, string?]
  const decimals = (mantissa.split('.')[1] ?? '').length
  const unit = 10 ** (Number(exponent) - decimals)
  assert.ok(Math.abs(actual - Number(expected)) <= 0.51 * unit, `${what}: ${actual}, expected ${expected}`)
}

describe('β tables', () => {
  // β at 0, 499 and 999 and ᾱ at 0, 249, 499 and 999, counted from 0: diffusers, lucidrains' code and tiny-diffusion.
  const TABLES: Record<string, readonly [Float64Array, readonly string[], readonly (string | undefined)[]]> =
    {
      linear: [
        linearBetas(),
        ['1e-4', '.01004004', '.02'],
        ['.9999', '.52408537', '.07858724', '4.03583e-5'],
      ],
      'scaled linear': [
        scaledLinearBetas(),
        ['.00085', '.00480379', '.012'],
        ['.99915', '.67543241', '.27766965', '.00466010'],
      ],
      cosine: [
        cosineBetas(),
        ['4.12842e-5', '.00314589', '.999'],
        ['.99995872', '.84701216', '.49384359', '2.42877e-9'],
      ],
      sigmoid: [
        sigmoidBetas(),
        ['3.00279e-4', '.00330342', '.999'],
        ['.99969972', '.85085355', '.5', '3.00279e-7'],
      ],
      GeoDiff: [
        geodiffBetas(),
        ['1.49205e-4', '.01002012', '.01995079'],
        ['.99985079', '.90374467', '.30193106', '3.96818e-5'],
      ],
      quadratic: [
        quadraticBetas(),
        ['1e-4', '.00572215', '.02'],
        ['.9999', '.82152134', '.33318777', '7.33412e-4'],
      ],
      'zero terminal SNR': [
        zeroTerminalSnr(linearBetas()),
        ['1e-4', '.01027104', '1'],
        ['.9999', undefined, '.07602875', '0'],
      ],
    }

  for (const [name, [betas, beta, alphaBar]] of Object.entries(TABLES))
    test(`${name}: published values`, () => {
      assert.equal(betas.length, 1000)
      for (const [k, i] of [0, 499, 999].entries()) digits(betas[i]!, beta[k]!, `β${i}`)
      const process = ddpm({ betas })
      for (const [k, i] of [0, 249, 499, 999].entries())
        if (alphaBar[k] !== undefined) digits(process.alpha(i + 1) ** 2, alphaBar[k], `ᾱ${i}`)
      assert.ok(process.sigma(0) === 0 && process.alpha(0) === 1, 'clean at 0')
      for (let t = 1; t <= 1000; t++) {
        approximately(process.transition(t - 1, t).variance, betas[t - 1]!, 1e-12)
        approximately(process.alpha(t) ** 2 + process.sigma(t) ** 2, 1, 1e-14)
      }
    })

  test('of fifty steps, the linear one does not end in noise', () => {
    approximately(ddpm({ betas: linearBetas(50) }).alpha(50) ** 2, 0.60295, 1e-5)
  })

  test('zero terminal SNR keeps the first step and ends at nothing, whatever the table', () => {
    for (const betas of [linearBetas(20), cosineBetas(30, { cap: 0.5 })]) {
      const process = ddpm({ betas: zeroTerminalSnr(betas) })
      approximately(process.transition(0, 1).variance, betas[0]!, 1e-15)
      assert.equal(process.alpha(betas.length), 0)
      assert.equal(process.sigma(betas.length), 1)
      // What a step from T to any time says of x_T is nothing.
      approximately(process.posterior(5, betas.length).ofState, 0, 0)
      approximately(process.posterior(5, betas.length).ofData, process.alpha(5), 1e-15)
    }
    assert.throws(() => zeroTerminalSnr([0.1]), /at least two steps, but has 1/)
    assert.throws(() => zeroTerminalSnr([0.1, 2]), /betas\[1\] = 2/)
    assert.throws(() => zeroTerminalSnr([0.1, 0]), /add noise after the first step/)
  })

  test('what makes no table is refused by name', () => {
    assert.throws(() => linearBetas(0), /linearBetas: steps must be a positive whole number, but is 0/)
    assert.throws(() => linearBetas(10, -1), /first β .* -1/)
    assert.throws(() => quadraticBetas(10, 0.1, 1.5), /quadraticBetas: the last β .* 1.5/)
    assert.throws(() => scaledLinearBetas(2.5), /scaledLinearBetas: steps/)
    assert.throws(() => geodiffBetas(NaN), /geodiffBetas: steps/)
    assert.throws(() => cosineBetas(10, { cap: 0 }), /cosineBetas: cap/)
    assert.throws(() => cosineBetas(10, { offset: -1 }), /cosineBetas: offset/)
    assert.throws(() => sigmoidBetas(10, { temperature: 0 }), /temperature/)
    assert.throws(() => sigmoidBetas(10, { from: 3, to: -3 }), /from < to/)
    assert.throws(() => ddpm({ betas: [] }), /at least one step/)
  })
})

describe('noise scales', () => {
  test("NCSN's ten", () => {
    const expected = [
      1, 0.5994843, 0.3593814, 0.2154435, 0.129155, 0.0774264, 0.0464159, 0.0278256, 0.016681, 0.01,
    ]
    approximately(geometricScales(1, 0.01, 10), expected, 5e-8)
    approximately(geometricScales()[1]! / geometricScales()[0]!, 0.599484, 5e-7)
    // NCSNv2 on CIFAR-10: the ratio of neighbours.
    const many = geometricScales(50, 0.01, 232)
    approximately(many[0]! / many[1]!, 1.037559, 5e-7)
    assert.throws(() => geometricScales(0, 1, 10), /first scale must be positive/)
    assert.throws(() => geometricScales(1, NaN, 10), /last scale must be positive/)
    assert.throws(() => geometricScales(1, 0.1, 1), /count/)
  })

  test('are a process whose time grows with noise, in whichever order they are given', () => {
    for (const sigmas of [[1, 0.5, 0.1], Float64Array.of(0.1, 0.5, 1)]) {
      const process = ncsn({ sigmas })
      assert.deepEqual([0, 1, 2, 3].map(process.sigma), [0, 0.1, 0.5, 1])
      assert.deepEqual([0, 3].map(process.alpha), [1, 1])
      approximately(process.transition(1, 3).variance, 0.99, 1e-15)
      assert.throws(() => process.diffusion(1), /NCSN is a table of steps/)
      assert.throws(() => process.sigma(1.5), /whole numbers from 0 to 3/)
    }
    assert.throws(() => ncsn({ sigmas: [] }), /at least one/)
    assert.throws(() => ncsn({ sigmas: [1, -0.5] }), /sigmas\[1\] = -0.5/)
    assert.throws(() => ncsn({ sigmas: [1, 0.1, 0.5] }), /must fall/)
    assert.throws(() => ncsn({ sigmas: [1, 1] }), /each once/)
  })
})
