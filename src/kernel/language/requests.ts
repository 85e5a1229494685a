/** Answers the language worker's requests. */
import { compileCell } from '../compile/compile'
import { compileFunctions } from '../compile/functions'
import { compileExpression } from '../compile/expression'
import { splitTests } from '../grading/split'
import { unreachable } from '../protocol'
import { createEnvironment, type Environment } from './environment'
import { features, type CellMethod } from './features'
import { names } from './features/names'
import {
  LANGUAGE_PROTOCOL_VERSION,
  type CellChange,
  type CellText,
  type LanguageParams,
  type LanguageRequest,
  type LanguageResult,
} from './protocol'
import { NotebookService } from './service'

interface Open {
  readonly service: NotebookService
  cells: readonly CellText[]
}

export class Language {
  readonly #notebooks = new Map<string, Open>()
  #environment: Environment | undefined

  /** @throws what is wrong with the request, or a defect of the compiler */
  answer(message: LanguageRequest): unknown {
    if (isInCell(message)) return this.#inCell(message.method, message.params)
    switch (message.method) {
      case 'initialize':
        return this.#initialize(message.params)
      case 'compile':
        return compileCell(message.params.id, message.params.source, message.params.stepping)
      case 'functions':
        return compileFunctions(message.params.id, message.params.source) ?? null
      case 'expression':
        return compileExpression(message.params.source, message.params.locals)
      case 'splitTests':
        return splitTests(message.params.source)
      case 'close':
        this.#notebooks.get(message.params.notebook)?.service.dispose()
        this.#notebooks.delete(message.params.notebook)
        return null
      case 'declarationFile':
        return this.#known.read(message.params.path) ?? null
      case 'prepare':
        this.#service(message.params).prepare()
        return null
      case 'check':
        return this.#service(message.params).check()
      case 'names':
        return names(this.#service(message.params))
      default:
        return unreachable(message)
    }
  }

  /** Undefined where the cell is gone, or nests so deeply that TypeScript must not see it. */
  #inCell<M extends CellMethod>(method: M, params: LanguageParams<M>): LanguageResult<M> | undefined {
    const service = this.#service(params)
    const cell = service.cell(params.cell)
    if (!cell || (cell.hidden && method !== 'diagnose')) return undefined
    return service.guarded(() => features[method](service, params))
  }

  #initialize({ protocol, types }: LanguageParams<'initialize'>): null {
    if (protocol !== LANGUAGE_PROTOCOL_VERSION)
      throw new Error(
        `The language worker speaks version ${LANGUAGE_PROTOCOL_VERSION}, its client ${protocol}: reinstall Genbook.`,
      )
    this.#environment = createEnvironment(JSON.parse(types) as Record<string, string>)
    return null
  }

  get #known(): Environment {
    if (!this.#environment) throw new Error('A question about types came before initialize.')
    return this.#environment
  }

  /** The service of a notebook, told of the changes that a request brings. */
  #service({
    notebook,
    cells,
  }: {
    readonly notebook: string
    readonly cells?: readonly CellChange[]
  }): NotebookService {
    let open = this.#notebooks.get(notebook)
    if (!open)
      this.#notebooks.set(notebook, (open = { service: new NotebookService(this.#known), cells: [] }))
    if (cells) {
      open.cells = applied(open.cells, cells)
      open.service.update(open.cells)
    }
    return open.service
  }
}

function isInCell(message: LanguageRequest): message is Extract<LanguageRequest, { method: CellMethod }> {
  return Object.hasOwn(features, message.method)
}

function applied(before: readonly CellText[], changes: readonly CellChange[]): CellText[] {
  const texts = new Map(before.map(({ id, source }) => [id, source]))
  return changes.map(({ id, source = texts.get(id), name }) => {
    if (source === undefined) throw new Error(`The text of cell ${id} never came.`)
    return { id, source, ...(name !== undefined && { name }) }
  })
}
