/** The parameters of the call around the cursor. */
import type ts from 'typescript'
import type { SignatureHelp } from '../answers'
import { documentation, plain } from '../markdown'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'

const TRIGGERS: readonly string[] = [',', '(', '<']
const RETRIGGERS: readonly string[] = [...TRIGGERS, ')']

export function signatureHelp(
  service: NotebookService,
  { cell, offset, trigger, again }: LanguageParams<'signatureHelp'>,
): SignatureHelp | null {
  const help = service.typescript.getSignatureHelpItems(service.path(cell), offset, {
    triggerReason: reason(trigger, again),
  })
  if (!help) return null
  return {
    signatures: help.items.map((item) => signature(service, item)),
    activeSignature: help.selectedItemIndex,
    activeParameter: help.argumentIndex,
  }
}

function reason(trigger: string | undefined, again: boolean | undefined): ts.SignatureHelpTriggerReason {
  if (again)
    return trigger !== undefined && RETRIGGERS.includes(trigger)
      ? { kind: 'retrigger', triggerCharacter: trigger as ts.SignatureHelpRetriggerCharacter }
      : { kind: 'retrigger' }
  return trigger !== undefined && TRIGGERS.includes(trigger)
    ? { kind: 'characterTyped', triggerCharacter: trigger as ts.SignatureHelpTriggerCharacter }
    : { kind: 'invoked' }
}

function signature(
  { readable }: NotebookService,
  item: ts.SignatureHelpItem,
): SignatureHelp['signatures'][number] {
  const text = (parts: readonly ts.SymbolDisplayPart[]) => readable(plain(parts))
  const separator = text(item.separatorDisplayParts)
  let label = text(item.prefixDisplayParts)
  const parameters = item.parameters.map((parameter, index) => {
    if (index) label += separator
    const start = label.length
    label += text(parameter.displayParts)
    return { start, end: label.length, documentation: documentation(parameter.documentation, undefined) }
  })
  label += text(item.suffixDisplayParts)
  // What is said of each parameter is shown with the parameter.
  const tags = item.tags.filter(({ name }) => name !== 'param')
  return { label, documentation: documentation(item.documentation, tags), parameters }
}
