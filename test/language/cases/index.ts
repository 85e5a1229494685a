/** All cases of the language service. */
import type { Case } from '../case'
import { completion } from './completion'
import { decorations } from './decorations'
import { definition } from './definition'
import { diagnostics } from './diagnostics'
import { fixes } from './fixes'
import { hover } from './hover'
import { references } from './references'
import { rename } from './rename'
import { signature } from './signature'
import { text } from './text'

export const cases: Readonly<Record<string, readonly Case[]>> = {
  completion,
  hover,
  signature,
  definition,
  references,
  rename,
  diagnostics,
  fixes,
  text,
  decorations,
}
