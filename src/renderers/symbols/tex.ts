/** Reads a formula in TeX as far as letters go: which stand in it, with what accents and index, and where. */

/** A letter of a formula with all that belongs to it. */
export interface Atom {
  /** The letter in its accents: `alpha`, `bar(alpha)`, `score`. */
  readonly base: string
  /** The index without TeX’s marks: `t`, `t-1`, `min`, or empty. */
  readonly index: string
  /** Of letter and index, in the formula. */
  readonly start: number
  readonly end: number
}

const ACCENTS: Readonly<Record<string, string>> = {
  bar: 'bar',
  overline: 'bar',
  hat: 'hat',
  widehat: 'hat',
  tilde: 'tilde',
  widetilde: 'tilde',
}
/** Commands that only say how their argument is drawn. */
const FONTS = new Set(
  'mathbf boldsymbol bm mathrm mathit mathsf mathcal operatorname text textrm textbf vec'.split(' '),
)
/** Letters by the names of other drawings of them. */
const SAME: Readonly<Record<string, string>> = {
  varepsilon: 'epsilon',
  vartheta: 'theta',
  varlambda: 'lambda',
}
const GREEK = new Set(
  'alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta kappa lambda mu nu xi pi rho sigma varsigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega nabla'.split(
    ' ',
  ),
)
/** What stands between the sign of a gradient and the logarithm of a density. */
const LOG_DENSITY = /(?:\s|\\[,;!:])*\\log(?:\s|\\[,;!:])*(?:[pq]|\\(?:tilde|hat|bar)\s*\{?[pq]\}?)/y

/** The letters of a formula in their order; one inside the index of another comes after it. */
export function atoms(tex: string): Atom[] {
  const found: Atom[] = []
  let place = 0
  while (place < tex.length) {
    const letter = letterAt(tex, place)
    if (!letter) {
      place = afterToken(tex, place)
      continue
    }
    const index = indexAt(tex, letter.end)
    let end = index?.end ?? letter.end
    let base = letter.base
    if (base === 'nabla') {
      LOG_DENSITY.lastIndex = end
      if (LOG_DENSITY.test(tex)) {
        base = 'score'
        end = indexAt(tex, LOG_DENSITY.lastIndex)?.end ?? LOG_DENSITY.lastIndex
      }
    }
    found.push({
      base,
      index: base === 'score' ? '' : (index?.text ?? letter.index ?? ''),
      start: place,
      end,
    })
    if (index && base !== 'score')
      for (const inner of atoms(tex.slice(index.start, index.end)))
        found.push({ ...inner, start: inner.start + index.start, end: inner.end + index.start })
    place = end
  }
  return found
}

interface Letter {
  readonly base: string
  readonly end: number
  /** An index that stands inside the accent, as in `\bar{\alpha_t}`. */
  readonly index?: string
}

/** The letter, or the name set upright, that starts at `place`. */
function letterAt(tex: string, place: number): Letter | undefined {
  const character = tex[place]!
  if (/\p{L}/u.test(character)) return { base: character, end: place + 1 }
  const command = commandAt(tex, place)
  if (!command) return undefined
  const { name, end } = command
  if (GREEK.has(name)) return { base: SAME[name] ?? name, end }
  const accent = ACCENTS[name]
  if (accent === undefined && !FONTS.has(name)) return undefined
  const argument = argumentAt(tex, end)
  const inside = argument && tex.slice(argument.start, argument.end).trim()
  if (!argument || !inside) return undefined
  if (accent === undefined && /^[A-Za-z]{2,}$/.test(inside)) return { base: inside, end: argument.after }
  const only = letterAt(inside, 0)
  if (!only) return undefined
  const index = only.index ?? indexAt(inside, only.end)?.text
  const base = accent === undefined ? only.base : `${accent}(${only.base})`
  return { base, end: argument.after, ...(index && { index }) }
}

/** The command that starts at `place`. */
export function commandAt(tex: string, place: number): { name: string; end: number } | undefined {
  const match = /^\\([a-zA-Z]+)\*?/.exec(tex.slice(place, place + 40))
  return match ? { name: match[1]!, end: place + match[0].length } : undefined
}

/** A group in braces, a command or a single character, after any spaces. */
export function argumentAt(
  tex: string,
  place: number,
): { readonly start: number; readonly end: number; readonly after: number } | undefined {
  while (/\s/.test(tex[place] ?? '')) place++
  if (tex[place] === '{') {
    const close = closing(tex, place)
    return { start: place + 1, end: close, after: Math.min(close + 1, tex.length) }
  }
  if (place >= tex.length || tex[place] === '}') return undefined
  const command = commandAt(tex, place)
  // A command that is drawn with its argument is one thing with it, as in p_\mathrm{data}.
  const own = command && (FONTS.has(command.name) || command.name in ACCENTS)
  const end = (own && argumentAt(tex, command.end)?.after) || (command?.end ?? place + 1)
  return { start: place, end, after: end }
}

/** An index below, whether it stands before a power or after it. */
function indexAt(
  tex: string,
  place: number,
): { readonly text: string; readonly start: number; readonly end: number } | undefined {
  let index: { text: string; start: number; end: number } | undefined
  for (let turn = 0; turn < 2; turn++) {
    const sign = /^\s*([_^])/.exec(tex.slice(place))
    if (!sign) break
    const argument = argumentAt(tex, place + sign[0].length)
    if (!argument) break
    if (sign[1] === '_') {
      const text = plain(tex.slice(argument.start, argument.end))
      index = { text, start: argument.start, end: argument.after }
      break
    }
    // What stands in a power is a formula of its own; the letter ends before it unless an index follows.
    place = argument.after
  }
  return index
}

/** An index as one would say it. */
function plain(tex: string): string {
  return tex
    .replace(/\\(?:text|mathrm|mathit|mathsf|operatorname|textrm)\s*/g, '')
    .replace(/\\[,;!: ]/g, '')
    .replace(/\\([a-zA-Z]+)/g, '$1')
    .replace(/[{}\s]/g, '')
}

/** The place of the brace that closes the one at `open`; the end of the text where none does. */
function closing(tex: string, open: number): number {
  let depth = 0
  for (let place = open; place < tex.length; place++) {
    if (tex[place] === '\\') place++
    else if (tex[place] === '{') depth++
    else if (tex[place] === '}' && --depth === 0) return place
  }
  return tex.length
}

function afterToken(tex: string, place: number): number {
  return commandAt(tex, place)?.end ?? place + (tex[place] === '\\' ? 2 : 1)
}
