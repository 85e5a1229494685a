import { LanguageClient, LanguageError } from '../../kernel/language/client'
import type { CompileResult } from '../../kernel/cell'
import type { ExpressionResult } from '../../kernel/compile/expression'
import type { Assets } from '../assets'
import { Owner } from '../owner'
import type { Platform } from '../platform'

/**
 * TypeScript for cells, in workers of its own.
 *
 * There are two, both started when first needed: compiling is what a person waits for, and the language service, which
 * may be busy for a second, must not stand in its way.
 */
export class Language extends Owner {
  readonly #assets: Assets
  readonly #platform: Platform
  #compiler: Promise<LanguageClient> | undefined
  #service: Promise<LanguageClient> | undefined
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

  /**
   * @param stepping whether the cell is to be stepped through.
   * @throws LanguageError if the compiler did not answer.
   */
  async compile(id: string, source: string, stepping = false): Promise<CompileResult> {
    return (await (this.#compiler ??= this.#start())).compile(id, source, stepping)
  }

  /**
   * Compiles a cell's functions alone, to be stepped through; null where it has none.
   * @throws LanguageError if the compiler did not answer.
   */
  async functions(id: string, source: string): Promise<CompileResult | null> {
    return (await (this.#compiler ??= this.#start())).functions(id, source)
  }

  /**
   * Compiles what a person types while a cell is paused; `locals` are the variables of the frame.
   * @throws LanguageError if the compiler did not answer.
   */
  async expression(source: string, locals: readonly string[]): Promise<ExpressionResult> {
    return (await (this.#compiler ??= this.#start())).expression(source, locals)
  }

  /**
   * What answers questions about cells; `LanguageCells` keeps it in step with them.
   *
   * @throws LanguageError if it cannot be started.
   */
  service(): Promise<LanguageClient> {
    return (this.#service ??= this.#start())
  }

  /** Frees what the service keeps of a notebook. */
  async close(notebook: string): Promise<void> {
    await (await this.#service)?.close(notebook)
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
