import { LanguageClient } from '../kernel/language/client'
import { startLanguageThread } from '../kernel/language/client.node'
import { built } from './built'

/** Lends `use` a language worker, which is ended afterwards. */
export async function withLanguage<T>(use: (language: LanguageClient) => Promise<T>): Promise<T> {
  const language = new LanguageClient({ start: startLanguageThread(built.language), types: built.types })
  try {
    return await use(language)
  } finally {
    language.dispose()
  }
}
