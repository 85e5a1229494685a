import type { TokenLaw, TokenTrace } from '../../../models'
import { tokensFigure } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

export interface TokensOptions {
  /** The law whose alphabet tokens are written in; its last letter is the mask. */
  readonly law?: TokenLaw
  /** Or the alphabet itself. */
  readonly alphabet?: readonly string[]
  /** The token of the mask. Default: the one after the law's, where it occurs. */
  readonly mask?: number | null
  /** Rows drawn at most. Default 16. */
  readonly rows?: number
  readonly title?: string
}

/**
 * Sequences of tokens over time, as `traceTokens` followed them: grey while masked, orange when new, blue while they stay.
 *
 * @throws TypeError for anything else.
 */
export function tokens(trace: TokenTrace, options: TokensOptions = {}): Promise<DisplayHandle> {
  const given: unknown = trace
  if (!isObject(given) || !('tokens' in given) || !('t' in given))
    throw new TypeError(`plot.tokens draws what traceTokens resolved to; not ${preview(given, { depth: 0 })}`)
  const { law, alphabet = law?.alphabet, mask = law?.categories ?? null, ...rest } = options
  return draw('tokens', () =>
    tokensFigure({ t: trace.t, tokens: trace.tokens, mask, ...(alphabet && { alphabet }), ...rest }),
  )
}
