/** Where the formulas of a Markdown text are. */

export interface Formula {
  readonly tex: string
  /** Of the TeX, without its dollars, in the text. */
  readonly start: number
}

/** Code, in which dollars are dollars: fences first, then spans. */
const CODE = /^ {0,3}(`{3,}|~{3,})[^]*?(?:^ {0,3}\1[`~]*\s*$|(?![^]))|(`+)(?!`)[^]*?(?<!`)\2(?!`)/gm
/** As in the reports: no space inside single dollars and no digit after them, so that prices stay prices. */
const FORMULA = /(?<!\\)(?:\$\$((?:[^$\\]|\\[^])+)\$\$|\$(?=[^\s$])((?:[^$\\]|\\[^])*)(?<!\s)\$(?!\d))/g

/** `$…$` and `$$…$$` in Markdown, in their order. */
export function formulas(markdown: string): Formula[] {
  const text = markdown.replace(CODE, (code) => code.replace(/[^\n]/g, ' '))
  return [...text.matchAll(FORMULA)].map((match) => {
    const tex = match[1] ?? match[2]!
    return { tex, start: match.index + (match[1] === undefined ? 1 : 2) }
  })
}
