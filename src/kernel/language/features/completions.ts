/** What can stand at the cursor: members, names of this cell and of others, keywords, and what can be imported. */
import ts from 'typescript'
import { SPECIFIERS } from '../../library/specifiers'
import type { Completion, CompletionDetails, CompletionKey, CompletionList } from '../answers'
import { importables, importEdit, type Importable } from '../autoImports'
import { aliasOf, others, type ParsedCell } from '../cellModule'
import { declaredKind, nameKind, symbolKind } from '../kinds'
import { homeOf } from '../links'
import { documentation } from '../markdown'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'
import { code, preferences, writing } from './shared'

const TRIGGERS: readonly string[] = ['.', '"', "'", '`', '/', '@', '<', '#', ' ']

/** After what TypeScript itself offers: names that must be imported first, our own modules before TensorFlow.js. */
const IMPORTED = '16'
const IMPORTED_FROM_TENSORFLOW = '17'

export function completions(
  service: NotebookService,
  { cell: id, offset, trigger }: LanguageParams<'completions'>,
): CompletionList | null {
  service.write(id)
  const cell = service.cell(id)!
  const file = service.program.getSourceFile(service.path(id))!
  const specifier = specifierAt(file, offset)
  if (specifier) return specifiers(specifier)
  const info = service.typescript.getCompletionsAtPosition(service.path(id), offset, {
    ...preferences,
    includeSymbol: true,
    ...(trigger && isTrigger(trigger) && { triggerCharacter: trigger }),
  })
  if (!info) return null
  const hidden = new Set([...cell.evolving].map((name) => aliasOf(name, cell.source)))
  const items = info.entries
    .filter(({ name, source }) => !hidden.has(name) && !source?.startsWith('/cells/'))
    .map((entry) => item(service, cell, entry))
  const span = info.optionalReplacementSpan
  const statement = statementAt(cell.source, offset, info.entries)
  return {
    items: [...items, ...imported(service, info.entries)],
    ...(span && {
      replaces: { start: span.start, end: Math.min(span.start + span.length, cell.source.length) },
    }),
    commitCharacters: info.defaultCommitCharacters ?? [],
    ...(statement !== undefined && { statement }),
  }
}

/** Where a statement would begin that the words before the cursor are typed for; undefined where none can stand. */
function statementAt(
  source: string,
  offset: number,
  entries: readonly ts.CompletionEntry[],
): number | undefined {
  const line = source.lastIndexOf('\n', offset - 1) + 1
  const before = /^(\s*)[\p{L}\p{N}_$ ]*$/u.exec(source.slice(line, offset))
  // After a dot there are members only, in a string and in a comment nothing.
  return before && entries.some(({ name }) => name === 'parseInt') ? line + before[1]!.length : undefined
}

/** The signature, documentation and import of one of the completions. */
export function completionDetails(
  service: NotebookService,
  { cell: id, offset, key }: LanguageParams<'completionDetails'>,
): CompletionDetails | null {
  if (key.module !== undefined) return importDetails(service, id, key)
  service.write(id)
  const path = service.path(id)
  const details = service.typescript.getCompletionEntryDetails(
    path,
    offset,
    key.name,
    writing(service.cell(id)!.source),
    key.source,
    preferences,
    undefined,
  )
  if (!details) return null
  const home = service.cell(id)!.analysis.declared.some(({ name }) => name === key.name)
    ? undefined
    : homeOf(service, id, key.name)
  const at = home && service.typescript.getQuickInfoAtPosition(service.path(home.cell), home.declared.start)
  const own = documentation(details.documentation, details.tags)
  return {
    detail: code(service, details.displayParts),
    documentation: own || (at ? documentation(at.documentation, at.tags) : ''),
    edits: [],
  }
}

function item(service: NotebookService, cell: ParsedCell, entry: ts.CompletionEntry): Completion {
  const { name, source, replacementSpan, labelDetails } = entry
  const key = { name, ...(source !== undefined && { source }) }
  const home = isFromCell(service, cell, entry) ? homeOf(service, cell.id, name) : undefined
  const description = home && home.cell !== cell.id ? service.nameOf(home.cell) : labelDetails?.description
  return {
    key,
    label: name,
    ...(labelDetails?.detail !== undefined && { labelDetail: labelDetails.detail }),
    ...(description !== undefined && { description }),
    kind: kindOf(service, entry, home),
    sortText: entry.sortText,
    ...(entry.insertText !== undefined && { insertText: entry.insertText }),
    ...(entry.filterText !== undefined && { filterText: entry.filterText }),
    ...(entry.isSnippet && { snippet: true }),
    ...(replacementSpan && {
      replaces: { start: replacementSpan.start, end: replacementSpan.start + replacementSpan.length },
    }),
    ...(entry.kindModifiers?.includes('deprecated') && { deprecated: true }),
    ...(entry.isRecommended && { preselect: true }),
    ...(entry.commitCharacters && { commitCharacters: entry.commitCharacters }),
  }
}

/** Whether a completion is a session name that generated code brings into the cell, and not a member of that name. */
function isFromCell(
  service: NotebookService,
  cell: ParsedCell,
  { name, symbol }: ts.CompletionEntry,
): boolean {
  const own = cell.analysis.declared.find((declared) => declared.name === name)
  const { value, type, namespace } = others(own, service.visible(cell.id).get(name) ?? {})
  if (!value && !type && !namespace) return false
  return (symbol?.declarations ?? []).some(
    (declaration) =>
      declaration.getSourceFile().fileName === service.path(cell.id) &&
      declaration.getStart() >= cell.source.length,
  )
}

function kindOf(
  service: NotebookService,
  { kind, symbol }: ts.CompletionEntry,
  home: ReturnType<typeof homeOf>,
): Completion['kind'] {
  if (home && home.declared.kind !== 'import') return declaredKind(home.declared)
  if (kind === ts.ScriptElementKind.alias && symbol)
    return symbolKind(symbol, service.program.getTypeChecker())
  return nameKind(kind)
}

/** What can be imported, where any name may stand: wherever the library's global names are offered. */
function imported(service: NotebookService, entries: readonly ts.CompletionEntry[]): Completion[] {
  const names = new Set(entries.map(({ name }) => name))
  if (!names.has('Array')) return []
  const values = names.has('parseInt')
  const found: Completion[] = []
  for (const [name, choices] of importables(service.environment, service.program)) {
    if (names.has(name)) continue
    for (const { module, kind, value, type, deprecated } of choices)
      if (values ? value : type)
        found.push({
          key: { name, module },
          label: name,
          description: module,
          kind,
          sortText: module === '@tensorflow/tfjs' ? IMPORTED_FROM_TENSORFLOW : IMPORTED,
          ...(deprecated && { deprecated: true }),
        })
  }
  return found
}

function importDetails(service: NotebookService, id: string, key: CompletionKey): CompletionDetails | null {
  const choices = importables(service.environment, service.program).get(key.name)
  const chosen = choices?.find(({ module }) => module === key.module)
  if (!chosen) return null
  const about = declarationInfo(service, chosen)
  const file = service.program.getSourceFile(service.path(id))!
  return {
    detail: about ? code(service, about.displayParts) : chosen.name,
    documentation: about ? documentation(about.documentation, about.tags) : '',
    edits: [importEdit(service.cell(id)!, file, chosen.module, [chosen])],
  }
}

function declarationInfo(
  { typescript }: NotebookService,
  { declaration }: Importable,
): ts.QuickInfo | undefined {
  return declaration && typescript.getQuickInfoAtPosition(declaration.file, declaration.start)
}

/** The text of an import's specifier around an offset, without its quotation marks. */
function specifierAt(file: ts.SourceFile, offset: number): ts.StringLiteralLike | undefined {
  let found: ts.StringLiteralLike | undefined
  const visit = (node: ts.Node): void => {
    if (offset < node.pos || offset > node.end) return
    if (ts.isStringLiteralLike(node) && offset > node.getStart(file) && offset <= node.end) {
      const { parent } = node
      const call = ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword
      if (call || ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) found = node
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function specifiers(literal: ts.StringLiteralLike): CompletionList {
  const start = literal.getStart() + 1
  const replaces = { start, end: start + literal.text.length }
  return {
    items: SPECIFIERS.map((name, index) => ({
      key: { name },
      label: name,
      kind: 'module',
      sortText: String(index),
      replaces,
    })),
    replaces,
    commitCharacters: [],
  }
}

function isTrigger(text: string): text is ts.CompletionsTriggerCharacter {
  return TRIGGERS.includes(text)
}
