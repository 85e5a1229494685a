/** The built files that draw the figures of a page, in the order in which they run: Plotly, and what draws with it. */
export const PROGRAM_FILES = ['plotly.js', 'report.js'] as const

/** @returns one script of the texts of PROGRAM_FILES. */
export function joinProgram(texts: readonly string[]): string {
  return texts.join(';\n')
}
