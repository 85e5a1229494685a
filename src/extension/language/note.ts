import { l10n } from 'vscode'
import type { CellDiagnostic } from '../../kernel/cell'

type Objection = Pick<CellDiagnostic, 'line' | 'column' | 'message' | 'code'>

/** More objections than these are only counted. */
const MOST = 5

/**
 * A remark, in Markdown, on the types of a cell that runs all the same; undefined where there is nothing to say.
 *
 * Left out is what the run itself reports: text that does not parse (TypeScript numbers those errors from 1000 to 1999)
 * and imports that are not there (2307).
 */
export function typeNote(errors: readonly Objection[]): string | undefined {
  const told = errors.filter(({ code }) => code >= 2000 && code !== 2307)
  if (!told.length) return undefined
  const lines = told
    .slice(0, MOST)
    .map(({ line, column, message }) =>
      l10n.t('line {0}, column {1}: {2}', line, column, codeSpan(message.split('\n')[0] ?? '')),
    )
  const more = told.length > MOST ? [l10n.t('and {0} more', told.length - MOST)] : []
  const title = told.length === 1 ? l10n.t('Type error') : l10n.t('{0} type errors', told.length)
  const [only] = lines
  return lines.length === 1 ? `⚠️ **${title}**, ${only}` : `⚠️ **${title}**\n\n${list([...lines, ...more])}`
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}

/** Text exactly as it is, inside Markdown. */
function codeSpan(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${longest ? ' ' : ''}${text}${longest ? ' ' : ''}${fence}`
}
