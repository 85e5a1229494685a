import { l10n } from 'vscode'
import type { FoundSymbol, MathSymbol } from '../../renderers/symbols'
import type { Variable } from '../../kernel/protocol'
import { inCode, valueLine } from './values'

/**
 * What a letter means, in Markdown: here, in the lectures, and in the running session.
 *
 * @param readings of others, those that the formula speaks for first
 * @param variables of the session
 */
export function symbolText(
  symbol: MathSymbol,
  readings: FoundSymbol['readings'],
  variables: readonly Variable[],
): string {
  const { sign, meaning, code } = symbol
  const here = `**${sign}** ${l10n.t('in Genbook:')} ${l10n.t(meaning)}${code ? ` ${inCode(code)}` : ''}`
  const others = readings.map(({ of, means, likely }) => {
    const whose = likely ? l10n.t('{0}, as in this formula', l10n.t(of)) : l10n.t(of)
    return `- ${likely ? `**${whose}**` : `_${whose}_`}: ${l10n.t(means)}`
  })
  const values = variables
    .filter(({ name }) => symbol.names.includes(name))
    .map((variable) => `${l10n.t('In the session:')} ${valueLine(variable)}`)
  return [here, others.join('\n'), values.join('  \n')].filter(Boolean).join('\n\n')
}
