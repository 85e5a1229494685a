import type { StartLanguageWorker } from '../kernel/language/client'
import type { Assets } from './assets'

/** What differs between VS Code's Node host and its web worker host: `*.node.ts` and `*.web.ts` implement it. */
export interface Platform {
  /** How language workers are started. */
  languageWorkers(assets: Assets): Promise<StartLanguageWorker>
}
