/** Letters of the Gaussian process xₜ = αₜ x₀ + σₜ ε: time, signal and noise. */
import type { MathSymbol, Reading } from './symbol'

const BAR_ALPHA = /\\(?:bar|overline)\s*\{?\s*\\alpha/
const ENERGY = /e\^\{?\s*[-+]?\s*f|\\exp\s*(?:\\[a-zA-Z]+)?[({]?\s*[-+]?\s*f/

/** The reading of a capital or small letter that is the rate of the process VP. */
const rate: Reading = {
  of: 'VP-SDE',
  means: 'β(t) is a rate per unit of time, the square of g: a table of T steps has βₜ ≈ β(t/T)/T.',
  where: /\\beta\s*\(|\\int/,
}

export const processSymbols: readonly MathSymbol[] = [
  {
    sign: 't',
    signs: [],
    forms: ['t'],
    names: [],
    meaning: 'Time. Clean data are at t = 0, and the forward process goes up from there; samplers walk back.',
    code: 'process.times',
    readings: [
      { of: 'Flow matching', means: 'Often has the data at t = 1 and the noise at t = 0.' },
      { of: 'Code', means: 'That counts a table of steps from 0 has i = t − 1.' },
      { of: 'NCSN', means: 'Counts its scales from the largest: scale number i is the time L + 1 − i here.' },
    ],
  },
  {
    sign: 'T',
    signs: [],
    forms: ['T'],
    names: [],
    meaning: 'The last time: the number of steps of a chain, or the end of a continuous process.',
    code: 'process.times',
    readings: [],
  },
  {
    sign: 'x₀',
    signs: ['x₀'],
    forms: ['x_0'],
    names: ['x0'],
    meaning: 'Clean data. Of a prediction (`prediction.x0`): their mean given xₜ, written x̂₀.',
    readings: [{ of: 'Flow matching', means: 'Often writes x₁ for the data and x₀ for the noise.' }],
  },
  {
    sign: 'xₜ',
    signs: ['xₜ', 'x_t'],
    forms: ['x_t'],
    names: ['xt', 'x_t'],
    meaning: 'The data after noise was added for the time t: xₜ = αₜ x₀ + σₜ ε.',
    code: 'process.draw(x0, t)',
    readings: [],
  },
  {
    sign: 'x̃',
    signs: ['x̃'],
    forms: ['tilde(x)'],
    names: ['xTilde', 'noisy'],
    meaning: 'Data with noise of one fixed scale: x̃ = x + σ ε.',
    readings: [],
  },
  {
    sign: 'αₜ',
    signs: ['α'],
    forms: ['alpha'],
    names: ['alpha', 'α', 'alphas'],
    meaning: 'What the data are multiplied by in xₜ = αₜ x₀ + σₜ ε.',
    code: 'process.alpha(t)',
    readings: [
      {
        of: 'DDPM',
        means:
          'αₜ = 1 − βₜ belongs to one step; √ᾱₜ is what is called αₜ here. In code: `process.transition(t - 1, t).scale ** 2`.',
        where: BAR_ALPHA,
      },
      {
        of: 'Langevin dynamics',
        means: 'αᵢ is often the size of a step at noise scale i.',
        where: /\\alpha_\{?i\b/,
      },
      {
        of: 'Lectures that only add noise',
        means: 'αₜ may be the standard deviation of the noise, xₜ = x₀ + αₜ ε: σₜ here.',
        where: /x_\{?0\}?\s*\+\s*\\alpha/,
      },
    ],
  },
  {
    sign: 'ᾱₜ',
    signs: ['ᾱ'],
    forms: ['bar(alpha)'],
    names: ['alphaBar', 'alphaBars', 'alphasBar', 'alphasCumprod', 'ᾱ'],
    meaning:
      'DDPM’s product of αₛ = 1 − βₛ over all steps up to t: how much of the data’s variance is left in xₜ. The square of what is called αₜ here.',
    code: 'process.alpha(t) ** 2',
    readings: [],
  },
  {
    sign: 'σₜ',
    signs: ['σ'],
    forms: ['sigma'],
    names: ['sigma', 'σ', 'sigmas'],
    meaning: 'Standard deviation of the noise in xₜ, given x₀.',
    code: 'process.sigma(t)',
    readings: [
      {
        of: 'DDPM',
        means:
          'σₜ² is the variance of a step backwards, βₜ or β̃ₜ, called `variance` here; the noise in xₜ has the variance 1 − ᾱₜ.',
        where: BAR_ALPHA,
      },
      {
        of: 'NCSN',
        means: 'σᵢ is noise scale number i of L, counted from the largest: σ₁ > … > σ_L.',
        where: /\\sigma_\{?(?:i|L|1|n)\b/,
      },
      {
        of: 'VE-SDE',
        means: 'σ(t) is a growing scale, ς here; the noise in xₜ has the variance σ²(t) − σ²(0).',
        where: /\\sigma(?:\^\{?2\}?)?\s*\((?:0|t)\)(?!\s*(?:\\[,;!]\s*)*(?:\\mathrm\s*\{?\s*)?d)/,
      },
      {
        of: 'Lectures with dx = σ(t) dw',
        means: 'σ(t) is the diffusion coefficient, g here.',
        where: /\\sigma\s*\(t\)\s*(?:\\[,;!]\s*)*(?:\\mathrm\s*\{?\s*)?d\}?\s*\\?[wWB]/,
      },
      {
        of: 'EDM',
        means: 'σ is the ratio σₜ/αₜ.',
        where: /c_\{?\\?(?:text|mathrm|mathit)?\s*\{?(?:skip|out|in|noise)\b/,
      },
    ],
  },
  {
    sign: 'σ_min, σ_max',
    signs: ['σ_min', 'σ_max'],
    forms: ['sigma_min', 'sigma_max'],
    names: ['sigmaMin', 'sigmaMax'],
    meaning: 'The smallest and the largest scale of the noise of VE, at both ends of time.',
    code: 've({ sigmaMin, sigmaMax })',
    readings: [],
  },
  {
    sign: 'σ_data',
    signs: ['σ_data'],
    forms: ['sigma_data'],
    names: ['sigmaData'],
    meaning: 'Standard deviation of the data, which EDM’s scalings take into account.',
    readings: [],
  },
  {
    sign: 'ς(t)',
    signs: ['ς'],
    forms: ['varsigma'],
    names: ['ς'],
    meaning: 'The growing scale of VE, σ_min (σ_max/σ_min)ᵗ. The noise in xₜ has the variance ς²(t) − ς²(0).',
    code: 've({ sigmaMin, sigmaMax })',
    readings: [{ of: 'VE-SDE', means: 'Usually written σ(t).' }],
  },
  {
    sign: 'βₜ',
    signs: ['β'],
    forms: ['beta'],
    names: ['beta', 'β', 'betas'],
    meaning:
      'The noise that is added: the variance of one step of a chain, or its rate β(t) in continuous time.',
    code: 'process.transition(t - 1, t).variance',
    readings: [
      {
        of: 'DDPM',
        means: 'βₜ is the variance that step t adds: xₜ = √(1 − βₜ) xₜ₋₁ + √βₜ z.',
        where: /\\beta_\{?[ts]\b/,
      },
      rate,
      { of: 'VAE', means: 'β weighs the divergence of the code from its prior.' },
    ],
  },
  {
    sign: 'β_min, β_max',
    signs: ['β_min', 'β_max'],
    forms: ['beta_min', 'beta_max'],
    names: ['betaMin', 'betaMax'],
    meaning: 'The rate β(t) of VP at t = 0 and at t = 1; in between it grows linearly.',
    code: 'vp({ betaMin, betaMax })',
    readings: [],
  },
  {
    sign: 'β̃ₜ',
    signs: ['β̃'],
    forms: ['tilde(beta)'],
    names: ['betaTilde', 'β̃'],
    meaning:
      'Variance of xₜ₋₁ given xₜ and x₀: the “small” variance of a step backwards; βₜ is the “large” one.',
    code: 'process.posterior(t - 1, t).variance',
    readings: [],
  },
  {
    sign: 'β̄',
    signs: ['β̄'],
    forms: ['bar(beta)'],
    names: ['betaBar', 'β̄'],
    meaning: 'All the noise of VP up to now: xₜ = √(1 − β̄) x₀ + √β̄ z. It is σₜ² here, and 1 − ᾱₜ in DDPM.',
    code: 'process.sigma(t) ** 2',
    readings: [],
  },
  {
    sign: 'f',
    signs: [],
    forms: ['f'],
    names: [],
    meaning: 'How fast the data shrink: of dx = f(t) x dt + g(t) dw. f = α′/α.',
    code: 'process.drift(t)',
    readings: [
      { of: 'SDEs', means: 'f(x, t) may stand for the whole drift.', where: /f\s*\(\s*(?:\\mathbf\{)?x/ },
      {
        of: 'Energy-based models',
        means: 'p ∝ e^{−f} or p ∝ e^{f}: an energy, up to its sign.',
        where: ENERGY,
      },
    ],
  },
  {
    sign: 'g(t)',
    signs: [],
    forms: ['g'],
    names: [],
    meaning: 'How much noise comes in at a time: of dx = f(t) x dt + g(t) dw. `diffusion` gives its square.',
    code: 'process.diffusion(t)',
    readings: [{ of: 'Lectures with dx = σ(t) dw', means: 'Write σ(t) for g.' }],
  },
  {
    sign: 'w',
    signs: [],
    forms: ['w', 'bar(w)'],
    names: [],
    meaning:
      'The Wiener process: dw is noise of variance dt. With a bar, the one that runs backwards in time.',
    readings: [
      {
        of: 'Autoguidance',
        means: 'w is the weight of the good model against the bad one.',
        where: /D_w|bad/,
      },
    ],
  },
  {
    sign: 'λₜ',
    signs: ['λ'],
    forms: ['lambda'],
    names: ['lambda', 'λ', 'logSnr'],
    meaning: 'log(αₜ/σₜ), half of the logarithm of the signal-to-noise ratio.',
    code: 'process.logSnr(t)',
    readings: [
      { of: 'Some papers', means: 'λ is all of log SNR, twice as much.' },
      {
        of: 'Losses',
        means: 'λ(t) or λ(σᵢ) is the weight of a noise level, called `weight` here.',
        where: /\\lambda\s*\(/,
      },
    ],
  },
  {
    sign: 'SNR',
    signs: ['SNR'],
    forms: ['SNR'],
    names: ['snr'],
    meaning: 'Signal-to-noise ratio αₜ²/σₜ².',
    code: 'snr(process)',
    readings: [],
  },
]
