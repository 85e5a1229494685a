/**
 * Cuts a test cell in two: what runs beside a student's code, and what never gets there.
 *
 * Of each `test` only `run` is left, and of the rest of the cell only what some `run` needs. Whatever is cut becomes blanks, so
 * that errors point at the same lines.
 */
import ts from 'typescript'
import { findMarkers, linesOf } from '../../notebook/grading'
import { dependencies, identifiersIn, type Piece } from './splitNames'

export interface SplitTest {
  readonly name: string
  readonly hidden: boolean
  /** Of the call, in UTF-16 units of the cell's text. */
  readonly start: number
  readonly end: number
}

export interface SplitProblem {
  readonly start: number
  readonly end: number
  readonly message: string
}

export interface Split {
  readonly tests: readonly SplitTest[]
  /** The collecting cell: TypeScript in which `test` has only a number and `run`. */
  readonly collecting: string
  /** Names of the cell that both `run` and what is cut use: a student's process holds their values. */
  readonly shared: readonly string[]
  /** Statements of the cell, other than tests, that are cut because no `run` needs them. */
  readonly cut: readonly { readonly start: number; readonly end: number }[]
  readonly problems: readonly SplitProblem[]
}

const MEMBERS = ['given', 'run', 'expect', 'within', 'points', 'otherwise', 'seeds']
/** What `test` is called in a collecting cell, whatever a student calls `test`. */
const COLLECT = '$genbookTest'

interface FoundTest extends SplitTest {
  readonly run: ts.ObjectLiteralElementLike | undefined
  readonly rest: readonly ts.Node[]
}

/** @param source of a test cell; any text at all. */
export function splitTests(source: string): Split {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS)
  const problems: SplitProblem[] = []
  const problem = (node: ts.Node, message: string) =>
    problems.push({ start: node.getStart(file), end: node.end, message })
  const isTest = testCalls(file)
  const isHidden = hiddenParts(source)
  const tests: FoundTest[] = []
  const pieces: Piece[] = []
  for (const statement of file.statements) {
    const call = callOf(statement)
    if (call && isTest(call)) {
      const found = readTest(call, file, problem)
      if (tests.some(({ name }) => name === found.name))
        problem(call, `two tests of this cell are called ${JSON.stringify(found.name)}`)
      tests.push({ ...found, hidden: isHidden(call.getStart(file)) })
    } else {
      pieces.push(...piecesOf(statement))
      forEachCall(statement, (inner) => {
        if (isTest(inner))
          problem(
            inner,
            'a test must be a statement of its own, not inside of another; give it several values by `given`',
          )
      })
    }
  }
  const runs = new Set(tests.flatMap(({ run }) => (run ? [...identifiersIn(run)] : [])))
  const { kept, names } = dependencies(pieces, runs)
  const others = new Set(tests.flatMap(({ rest }) => rest.flatMap((node) => [...identifiersIn(node)])))
  const declared = new Set(
    [...kept].flatMap((piece) => (ts.isImportDeclaration(piece.statement) ? [] : piece.declares)),
  )
  return {
    tests: tests.map(({ name, hidden, start, end }) => ({ name, hidden, start, end })),
    collecting: collectingSource(source, file, tests, kept),
    shared: [...others].filter((name) => declared.has(name) && names.has(name)),
    cut: pieces
      .filter((piece) => !kept.has(piece) && !ts.isImportDeclaration(piece.statement))
      .map(({ start, end }) => ({ start, end })),
    problems,
  }
}

/** Recognises calls of `test`: under its own name, under another it was imported as, or as a member of the module. */
function testCalls(file: ts.SourceFile): (call: ts.CallExpression) => boolean {
  const names = new Set(['test'])
  const modules = new Set<string>()
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    if (statement.moduleSpecifier.text !== 'genbook') continue
    const bindings = statement.importClause?.namedBindings
    if (bindings && ts.isNamespaceImport(bindings)) modules.add(bindings.name.text)
    if (bindings && ts.isNamedImports(bindings))
      for (const { name, propertyName } of bindings.elements)
        if ((propertyName ?? name).text === 'test') names.add(name.text)
  }
  return ({ expression }) =>
    ts.isIdentifier(expression)
      ? names.has(expression.text)
      : ts.isPropertyAccessExpression(expression) &&
        ts.isIdentifier(expression.expression) &&
        modules.has(expression.expression.text) &&
        expression.name.text === 'test'
}

function callOf(statement: ts.Statement): ts.CallExpression | undefined {
  if (!ts.isExpressionStatement(statement)) return undefined
  let { expression } = statement
  while (
    ts.isAwaitExpression(expression) ||
    ts.isParenthesizedExpression(expression) ||
    ts.isVoidExpression(expression)
  )
    expression = expression.expression
  return ts.isCallExpression(expression) ? expression : undefined
}

function readTest(
  call: ts.CallExpression,
  file: ts.SourceFile,
  problem: (node: ts.Node, message: string) => void,
): FoundTest {
  const [name, options, ...more] = call.arguments
  const place = { start: call.getStart(file), end: call.end, hidden: false }
  if (!name || !ts.isStringLiteralLike(name))
    problem(call, "the first argument of test must be its name, a text such as 'mean of the samples'")
  const text = name && ts.isStringLiteralLike(name) ? name.text : ''
  if (!options || !ts.isObjectLiteralExpression(options) || more.length) {
    problem(call, 'the second and last argument of test must be written out: { given, run, expect, … }')
    return { ...place, name: text, run: undefined, rest: [] }
  }
  let run: ts.ObjectLiteralElementLike | undefined
  const rest: ts.Node[] = []
  for (const property of options.properties) {
    const key =
      property.name && (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name))
        ? property.name.text
        : undefined
    if (key === undefined || !MEMBERS.includes(key))
      problem(property, `a test has the members ${MEMBERS.join(', ')}`)
    else if (key === 'run') run = property
    else rest.push(property)
  }
  if (!run) problem(call, 'the test has no `run`: the function that calls what the student wrote')
  return { ...place, name: text, run, rest }
}

function hiddenParts(source: string): (offset: number) => boolean {
  const hidden = findMarkers(source).regions.filter(({ what }) => what === 'hidden tests')
  return (offset) => {
    const line = linesOf(source.slice(0, offset)).length - 1
    return hidden.some(({ first, last }) => line > first && line < last)
  }
}

/** A statement as what may be kept of it: each variable of a declaration by itself. */
function piecesOf(statement: ts.Statement): Piece[] {
  if (ts.isVariableStatement(statement)) {
    const { declarations } = statement.declarationList
    if (declarations.length > 1) return declarations.map((declaration) => piece(statement, declaration))
  }
  return [piece(statement, statement)]
}

function piece(statement: ts.Statement, node: ts.Node): Piece {
  return { statement, node, start: node.getStart(), end: node.end, declares: declaredBy(node) }
}

function declaredBy(node: ts.Node): string[] {
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.flatMap(({ name }) => namesIn(name))
  if (ts.isVariableDeclaration(node)) return namesIn(node.name)
  if (ts.isImportDeclaration(node)) {
    const { name, namedBindings } = node.importClause ?? {}
    const named = !namedBindings
      ? []
      : ts.isNamespaceImport(namedBindings)
        ? [namedBindings.name.text]
        : namedBindings.elements.map((element) => element.name.text)
    return name ? [name.text, ...named] : named
  }
  if (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isModuleDeclaration(node)
  )
    return node.name ? [node.name.text] : []
  return []
}

function namesIn(name: ts.BindingName): string[] {
  return ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []))
}

function forEachCall(node: ts.Node, use: (call: ts.CallExpression) => void): void {
  if (ts.isCallExpression(node)) use(node)
  ts.forEachChild(node, (child) => forEachCall(child, use))
}

/** The source with everything blanked that does not belong beside a student's code. */
function collectingSource(
  source: string,
  file: ts.SourceFile,
  tests: readonly FoundTest[],
  kept: ReadonlySet<Piece>,
): string {
  const parts: { start: number; end: number; text: string }[] = []
  for (const piece of kept) {
    const text = source.slice(piece.start, piece.end)
    const alone = piece.node !== piece.statement
    const list =
      alone && ts.isVariableStatement(piece.statement) ? piece.statement.declarationList : undefined
    const keyword = list
      ? `${source.slice(list.getStart(file), list.getStart(file) + 5).split(/\s/)[0]} `
      : ''
    parts.push({ start: piece.start, end: piece.end, text: `${keyword}${text};` })
  }
  for (const [index, { start, end, run }] of tests.entries()) {
    if (!run) continue
    const at = run.getStart(file)
    const before = blank(source.slice(start, at))
    const after = blank(source.slice(run.end, end))
    const call = `${COLLECT}('${index}', {`
    // What stands before `run` in its own line gives room for the call; where there is too little, columns move.
    const lead = before.slice(0, Math.max(before.lastIndexOf('\n') + 1, before.length - call.length))
    parts.push({ start, end, text: `${lead}${call}${source.slice(at, run.end)} })${after};` })
  }
  parts.sort((a, b) => a.start - b.start)
  let text = ''
  let at = 0
  for (const part of parts) {
    text += blank(source.slice(at, part.start)) + part.text
    at = part.end
  }
  return `${text}${blank(source.slice(at))}\nimport { test as ${COLLECT} } from 'genbook'`
}

function blank(text: string): string {
  return text.replace(/[^\r\n\u2028\u2029]/g, ' ')
}
