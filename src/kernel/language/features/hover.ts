/** What a name is: its type, its documentation, and the cell that it comes from. */
import type { Hover } from '../answers'
import { sessionNameAt } from '../links'
import { documentation } from '../markdown'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'
import { code } from './shared'

export function hover(service: NotebookService, { cell: id, offset }: LanguageParams<'hover'>): Hover | null {
  const path = service.path(id)
  const info = service.typescript.getQuickInfoAtPosition(path, offset, 2000)
  const { source } = service.cell(id)!
  if (!info || info.textSpan.start >= source.length) return null
  const home = sessionNameAt(service, id, info.textSpan.start)
  const declared =
    home && home.cell !== id
      ? service.typescript.getQuickInfoAtPosition(service.path(home.cell), home.declared.start)
      : undefined
  return {
    start: info.textSpan.start,
    end: Math.min(info.textSpan.start + info.textSpan.length, source.length),
    code: code(service, info.displayParts),
    documentation:
      documentation(info.documentation, info.tags) ||
      (declared ? documentation(declared.documentation, declared.tags) : ''),
    ...(home && { name: { name: home.name, cell: home.cell } }),
  }
}
