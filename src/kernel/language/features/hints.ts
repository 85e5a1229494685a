/** What code leaves unsaid, shown between its words: parameters' names, types that were worked out. */
import ts from 'typescript'
import type { InlayHint } from '../answers'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'

const KINDS: Record<ts.InlayHintKind, InlayHint['kind']> = {
  [ts.InlayHintKind.Parameter]: 'parameter',
  [ts.InlayHintKind.Type]: 'type',
  [ts.InlayHintKind.Enum]: 'enum',
}

export function inlayHints(
  service: NotebookService,
  { cell, start, end, settings }: LanguageParams<'inlayHints'>,
): InlayHint[] {
  const { length } = service.cell(cell)!.source
  const span = { start, length: Math.min(end, length) - start }
  const hints = service.typescript.provideInlayHints(service.path(cell), span, {
    includeInlayParameterNameHints: settings.parameterNames ?? 'none',
    includeInlayParameterNameHintsWhenArgumentMatchesName: false,
    includeInlayFunctionParameterTypeHints: settings.parameterTypes ?? false,
    includeInlayVariableTypeHints: settings.variableTypes ?? false,
    includeInlayVariableTypeHintsWhenTypeMatchesName: false,
    includeInlayPropertyDeclarationTypeHints: settings.propertyTypes ?? false,
    includeInlayFunctionLikeReturnTypeHints: settings.returnTypes ?? false,
    includeInlayEnumMemberValueHints: settings.enumValues ?? false,
  })
  return hints
    .filter(({ position }) => position <= length)
    .map(({ position, text, displayParts, kind, whitespaceBefore, whitespaceAfter }) => ({
      offset: position,
      text: service.readable(text || (displayParts ?? []).map((part) => part.text).join('')),
      kind: KINDS[kind],
      before: whitespaceBefore ?? false,
      after: whitespaceAfter ?? false,
    }))
}
