/** Answers the language worker's requests. */
import { compileCell } from '../compile/compile'
import type { CellDiagnostic } from '../cell'
import { unreachable } from '../protocol'
import { createEnvironment, type Environment } from './environment'
import {
  LANGUAGE_PROTOCOL_VERSION,
  type CellText,
  type LanguageMethods,
  type LanguageRequest,
} from './protocol'
import { NotebookService } from './service'

export class Language {
  readonly #notebooks = new Map<string, NotebookService>()
  #environment: Environment | undefined

  /** @throws what is wrong with the request, or a defect of the compiler */
  answer(message: LanguageRequest): LanguageMethods[LanguageRequest['method']]['result'] {
    switch (message.method) {
      case 'initialize':
        return this.#initialize(message.params)
      case 'compile':
        return compileCell(message.params.id, message.params.source)
      case 'check':
        return this.#check(message.params.notebook, message.params.cells)
      case 'close':
        this.#notebooks.get(message.params.notebook)?.dispose()
        this.#notebooks.delete(message.params.notebook)
        return null
      default:
        return unreachable(message)
    }
  }

  #initialize({ protocol, types }: LanguageMethods['initialize']['params']): null {
    if (protocol !== LANGUAGE_PROTOCOL_VERSION)
      throw new Error(
        `The language worker speaks version ${LANGUAGE_PROTOCOL_VERSION}, its client ${protocol}: reinstall Genbook.`,
      )
    this.#environment = createEnvironment(JSON.parse(types) as Record<string, string>)
    return null
  }

  #check(notebook: string, cells: readonly CellText[]): CellDiagnostic[] {
    if (!this.#environment) throw new Error('check came before initialize.')
    let service = this.#notebooks.get(notebook)
    if (!service) this.#notebooks.set(notebook, (service = new NotebookService(this.#environment)))
    service.update(cells)
    return service.check()
  }
}
