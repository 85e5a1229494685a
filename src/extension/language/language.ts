import { LanguageClient, LanguageError } from '../../kernel/language/client'
import type { CellDiagnostic, CompileResult } from '../../kernel/cell'
import type { CellText } from '../../kernel/language/protocol'
import type { Assets } from '../assets'
import { Owner } from '../owner'
import type { Platform } from '../platform'

/**
 * TypeScript for cells, in workers of its own.
 *
 * There are two, both started when first needed: compiling is what a person waits for, and a type check, which may take
 * a second, must not stand in its way.
 */
export class Language extends Owner {
  readonly #assets: Assets
  readonly #platform: Platform
  #compiler: Promise<LanguageClient> | undefined
  #checker: Promise<LanguageClient> | undefined
  #disposed = false

  constructor(assets: Assets, platform: Platform) {
    super()
    this.#assets = assets
    this.#platform = platform
  }

  /** Gets the compiler ready for the first cell, so that nobody waits for it to load. */
  async warm(): Promise<void> {
    await this.compile('warm', '')
  }

  /** @throws LanguageError if the compiler did not answer. */
  async compile(id: string, source: string): Promise<CompileResult> {
    return (await (this.#compiler ??= this.#start())).compile(id, source)
  }

  /**
   * Syntax and type errors of a notebook's code cells, which are given in document order.
   *
   * @throws LanguageError if the checker did not answer.
   */
  async check(notebook: string, cells: readonly CellText[]): Promise<readonly CellDiagnostic[]> {
    return (await (this.#checker ??= this.#start())).check(notebook, cells)
  }

  /** Frees what the checker keeps of a notebook. */
  async close(notebook: string): Promise<void> {
    await (await this.#checker)?.close(notebook)
  }

  async #start(): Promise<LanguageClient> {
    const start = await this.#platform.languageWorkers(this.#assets)
    if (this.#disposed) throw new LanguageError('Genbook was shut down.')
    const client = new LanguageClient({ start, types: () => this.#assets.text('types.json') })
    return this.own(client)
  }

  override dispose(): void {
    this.#disposed = true
    super.dispose()
  }
}
