/** What the letters in a picture are in the running session. It uses no editor, so that it is tested without one. */
import type { Variable } from '../../kernel/protocol'
import { symbols } from '../../renderers/symbols'

const bySign = new Map(symbols.map((symbol) => [symbol.sign, symbol]))

/**
 * @param signs of the letters: `σₜ`
 * @param variables of the session; none where there is no session
 * @param inWords says what a variable is
 * @returns by sign a line for each variable that the letter is called in programs; letters without one are absent
 */
export function letterValues(
  signs: readonly string[],
  variables: readonly Variable[],
  inWords: (variable: Variable) => string,
): Record<string, string> {
  const found = signs.map((sign) => {
    const names = bySign.get(sign)?.names ?? []
    return [sign, variables.filter(({ name }) => names.includes(name))] as const
  })
  return Object.fromEntries(
    found.flatMap(([sign, named]) => (named.length ? [[sign, named.map(inWords).join('\n')]] : [])),
  )
}
