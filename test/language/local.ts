/** A language client whose worker is this thread. */
import { LanguageClient } from '../../src/kernel/language/client'
import type { LanguageRequest, LanguageResponse } from '../../src/kernel/language/protocol'
import { Language } from '../../src/kernel/language/requests'

/**
 * @param types the declarations, path to text
 * @param between called before each answer is given, as if others worked meanwhile
 */
export function localClient(
  types: () => Readonly<Record<string, string>>,
  between: (message: LanguageRequest) => void = () => {},
): LanguageClient {
  return new LanguageClient({
    types: () => Promise.resolve(JSON.stringify(types())),
    start: ({ onMessage }) => {
      const language = new Language()
      return {
        post: (message) => {
          const answer = respond(language, message)
          queueMicrotask(() => {
            between(message)
            onMessage(answer)
          })
        },
        terminate: () => {},
      }
    },
  })
}

function respond(language: Language, message: LanguageRequest): LanguageResponse {
  const { request } = message
  try {
    // As posting would copy it.
    return { request, ok: true, result: structuredClone(language.answer(structuredClone(message))) }
  } catch (error) {
    return { request, ok: false, reason: error instanceof Error ? (error.stack ?? '') : String(error) }
  }
}
