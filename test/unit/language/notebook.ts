/** A notebook under the type checker, for tests: cells are given by their texts. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createEnvironment } from '../../../src/kernel/language/environment'
import { NotebookService } from '../../../src/kernel/language/service'

// Tests run in the root. The address is computed so that the script is loaded from its place, not bundled.
const script = pathToFileURL(join(process.cwd(), 'scripts/cell-types.mjs')).href
const { cellTypes } = (await import(script)) as { cellTypes: () => Record<string, string> }
export const types = cellTypes()
const environment = createEnvironment(types)

export class Notebook {
  readonly service = new NotebookService(environment)

  /** What is reported for cells with these texts, whose ids are `a`, `b`, …, as `a:line:column code`. */
  check(...sources: string[]): string[] {
    return this.diagnostics(...sources).map(
      ({ cell, line, column, code }) => `${cell}:${line}:${column} ${code}`,
    )
  }

  diagnostics(...sources: string[]) {
    this.service.update(sources.map((source, index) => ({ id: String.fromCharCode(97 + index), source })))
    return this.service.check()
  }
}

export function check(...sources: string[]): string[] {
  return new Notebook().check(...sources)
}
