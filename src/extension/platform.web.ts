import { startLanguageWebWorker } from '../kernel/language/client.web'
import type { Platform } from './platform'

export const platform: Platform = {
  languageWorkers: async (assets) => startLanguageWebWorker(await assets.text('language.js')),
}
