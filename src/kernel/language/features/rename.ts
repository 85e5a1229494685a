/** Giving a name another, in every cell that means it, or telling why that cannot be. */
import ts from 'typescript'
import type { Edit, PrepareRename, Rename } from '../answers'
import { homeOf, identifierAt, sessionNameAt, type Home } from '../links'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'
import { usesOf } from '../uses'
import { preferences } from './shared'

const RUNTIME = 'This name belongs to the runtime, which a notebook cannot change.'

type Refused = { readonly ok: false; readonly reason: string }

export function prepareRename(
  service: NotebookService,
  { cell: id, offset }: LanguageParams<'prepareRename'>,
): PrepareRename {
  const path = service.path(id)
  const file = service.program.getSourceFile(path)
  const word = file && wordAt(file, offset)
  if (!word) return refuse('There is no name here.')
  const start = word.getStart(file)
  const refused = sessionNameAt(service, id, start)
    ? undefined
    : (foreign(service, path, start) ?? unable(service, path, start))
  return refused ?? { ok: true, start, end: word.end, text: word.text }
}

export function rename(service: NotebookService, params: LanguageParams<'rename'>): Rename {
  const prepared = prepareRename(service, params)
  if (!prepared.ok) return prepared
  const { cell: id, to } = params
  const { start, text: from } = prepared
  if (!isName(to)) return refuse(`'${to}' is not a name: names are letters, digits, _ and $, and no keyword.`)
  if (to === from) return { ok: true, edits: [] }
  const broken = service.cells.find((cell) => service.cell(cell.id)!.broken && cell.source.includes(from))
  if (broken)
    return refuse(
      `${capital(service.nameOf(broken.id))} has a syntax error, so what '${from}' means there is unknown. Mend it first.`,
    )
  const home = sessionNameAt(service, id, start)
  if (!home) return { ok: true, edits: elsewhere(service, service.path(id), start, to) }
  const uses = usesOf(service, home, (path, at) => inFile(service, path, at))
  const taken = clash(service, home, new Set(uses.map(({ cell }) => cell)), uses, to)
  return (
    taken ?? {
      ok: true,
      edits: uses.map(({ cell, start, end, found }) => ({ cell, start, end, text: renamed(found, to) })),
    }
  )
}

/** Whether what a name means is declared in a declaration file, and cannot be renamed. */
function foreign(service: NotebookService, path: string, offset: number): Refused | undefined {
  const found = service.typescript.getDefinitionAtPosition(path, offset) ?? []
  return found.some(({ fileName }) => !service.cellAt(fileName)) ? refuse(RUNTIME) : undefined
}

function unable(service: NotebookService, path: string, offset: number): Refused | undefined {
  const info = service.typescript.getRenameInfo(path, offset, preferences)
  if (info.canRename) return undefined
  const message = info.localizedErrorMessage
  return refuse(/node_modules|standard TypeScript library/.test(message) ? RUNTIME : message)
}

/** Members, parameters and local names: TypeScript follows these through types, wherever they are. */
function elsewhere(service: NotebookService, path: string, offset: number, to: string): Edit[] {
  const found = service.typescript.findRenameLocations(path, offset, false, false, preferences) ?? []
  const edits = new Map<string, Edit>()
  for (const location of found) {
    const known = service.cellAt(location.fileName)
    const { start, length } = location.textSpan
    if (!known || known.good || start + length > service.cell(known.id)!.source.length) continue
    const edit = { cell: known.id, start, end: start + length, text: renamed(location, to) }
    edits.set(`${edit.cell} ${start}`, edit)
  }
  return [...edits.values()]
}

function inFile({ typescript }: NotebookService, path: string, offset: number): ts.RenameLocation[] {
  const found = typescript.findRenameLocations(path, offset, false, false, preferences) ?? []
  return found.filter(({ fileName }) => fileName === path)
}

function renamed({ prefixText = '', suffixText = '' }: ts.RenameLocation, to: string): string {
  return prefixText + to + suffixText
}

/** Where the new name means something already, uses of one would become uses of the other. */
function clash(
  service: NotebookService,
  home: Home,
  cells: ReadonlySet<string>,
  uses: readonly { readonly cell: string; readonly start: number }[],
  to: string,
): Refused | undefined {
  for (const { id } of service.cells) {
    const declares = service.cell(id)!.analysis.declared.some(({ name }) => name === to)
    if (declares) return refuse(`'${to}' is already a name of ${service.nameOf(id)}.`)
  }
  for (const cell of cells) {
    if (homeOf(service, cell, to)) return refuse(`'${to}' is already a name of ${service.nameOf(cell)}.`)
    const { source, analysis } = service.cell(cell)!
    if (analysis.used.includes(to) || analysis.assigned.includes(to))
      return refuse(`${capital(service.nameOf(cell))} uses '${to}' for something else already.`)
    if (!source.includes(to)) continue
    const file = service.program.getSourceFile(service.path(cell))!
    const checker = service.program.getTypeChecker()
    const S = ts.SymbolFlags
    for (const use of uses) {
      const node = use.cell === cell ? identifierAt(file, use.start) : undefined
      const inScope = node ? checker.getSymbolsInScope(node, S.Value | S.Type | S.Namespace) : []
      const local = inScope.find(({ name }) => name === to)
      if (local?.declarations?.some((declaration) => declaration.getSourceFile() === file))
        return refuse(
          `In ${service.nameOf(cell)}, '${to}' is already a local name where '${home.name}' is used.`,
        )
    }
  }
  return undefined
}

function wordAt(file: ts.SourceFile, offset: number): ts.Identifier | ts.PrivateIdentifier | undefined {
  let found: ts.Identifier | ts.PrivateIdentifier | undefined
  const visit = (node: ts.Node): void => {
    if (node.pos > offset || node.end < offset) return
    if ((ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) && node.getStart(file) <= offset) found = node
    else ts.forEachChild(node, visit)
  }
  visit(file)
  return found?.text ? found : undefined
}

function isName(text: string): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, text)
  const kind = scanner.scan()
  const whole = scanner.getTokenEnd() === text.length
  return (
    whole &&
    (kind === ts.SyntaxKind.Identifier ||
      kind === ts.SyntaxKind.PrivateIdentifier ||
      (kind > ts.SyntaxKind.LastFutureReservedWord && kind <= ts.SyntaxKind.LastKeyword && text !== 'await'))
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function refuse(reason: string): Refused {
  return { ok: false, reason }
}
