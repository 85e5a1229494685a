import { startLanguageThread } from '../kernel/language/client.node'
import type { Platform } from './platform'

export const platform: Platform = {
  languageWorkers: (assets) => Promise.resolve(startLanguageThread(assets.uri('language.js').fsPath)),
}
