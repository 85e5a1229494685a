/** What stands at the head of a source of the runtime: the formula of the method that it holds. */

/** Lines of a hover that a person still reads. */
const MOST_LINES = 24

/**
 * The head comment of a declaration file as Markdown, with its formulas as they are set there.
 *
 * @param declared the line of the declaration that a person points at: only for what a file is about is its head shown
 * @returns undefined where there is no such comment
 */
export function lesson(file: string, declared: number): string | undefined {
  const lines = file.split('\n')
  if (!/^export (?:declare )?(?:function|class|const) /.test(lines[declared] ?? '')) return undefined
  const comment = /^\/\*\*[^]*?\*\//.exec(file)?.[0]
  // A comment right above its declaration is that declaration's own, which is shown anyway.
  if (!comment || /^\s*export /.test(file.slice(comment.length))) return undefined
  const text = comment
    .replace(/^\/\*\*\s?|\s*\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .slice(0, MOST_LINES)
  return text.map(formula).join('\n').trim()
}

/** Indented lines are formulas, which Markdown leaves as they are set. */
function formula(line: string, index: number, all: readonly string[]): string {
  const indented = (text: string | undefined) => /^\s{2,}\S/.test(text ?? '')
  if (!indented(line)) return line
  const opens = !indented(all[index - 1])
  const closes = !indented(all[index + 1])
  return `${opens ? '```text\n' : ''}${line.trim()}${closes ? '\n```' : ''}`
}
