/** What a cell's TypeScript declares and imports at its top level. */
import ts from 'typescript'
import type { DeclaredName, ImportedModule } from '../cell'
import { endInCell, startInCell } from './parse'

type Kind = DeclaredName['kind']

/** The meanings of a name declared in some way; whether it means a value only the emitted JavaScript tells. */
const MEANINGS: Record<Kind, { type: boolean; namespace: boolean; constant: boolean }> = {
  const: { type: false, namespace: false, constant: true },
  let: { type: false, namespace: false, constant: false },
  var: { type: false, namespace: false, constant: false },
  using: { type: false, namespace: false, constant: true },
  function: { type: false, namespace: false, constant: false },
  class: { type: true, namespace: false, constant: false },
  enum: { type: true, namespace: true, constant: false },
  namespace: { type: false, namespace: true, constant: false },
  import: { type: true, namespace: true, constant: true },
  interface: { type: true, namespace: false, constant: false },
  type: { type: true, namespace: false, constant: false },
}

/**
 * The names of a cell's top level in order of first declaration, declarations of one name merged.
 *
 * @param values the names that the emitted JavaScript declares: the ones that mean a value. `declare const x`, a
 *   namespace of types only, and `import type` do not.
 */
export function declaredNames(file: ts.SourceFile, values: ReadonlySet<string>): DeclaredName[] {
  const names = new Map<string, DeclaredName>()
  for (const { identifier, kind } of declarations(file)) {
    const name = identifier.text
    const value = values.has(name)
    const first = names.get(name)
    const meaning = MEANINGS[kind]
    // The kind that a person thinks of is that of the value: `interface A` and `const A` make a constant.
    const earlierKind =
      first && (first.kind === 'interface' || first.kind === 'type') ? undefined : first?.kind
    names.set(name, {
      name,
      kind: earlierKind ?? kind,
      value,
      type: meaning.type || (first?.type ?? false),
      namespace: meaning.namespace || (first?.namespace ?? false),
      constant: MEANINGS[earlierKind ?? kind].constant,
      start: first?.start ?? startInCell(file, identifier),
    })
  }
  return [...names.values()]
}

interface Declaration {
  readonly identifier: ts.Identifier
  readonly kind: Kind
}

function* declarations(file: ts.SourceFile): Generator<Declaration> {
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) yield* variables(statement.declarationList)
    else if (ts.isFunctionDeclaration(statement)) yield* named(statement, 'function')
    else if (ts.isClassDeclaration(statement)) yield* named(statement, 'class')
    else if (ts.isEnumDeclaration(statement)) yield* named(statement, 'enum')
    else if (ts.isInterfaceDeclaration(statement)) yield* named(statement, 'interface')
    else if (ts.isTypeAliasDeclaration(statement)) yield* named(statement, 'type')
    else if (ts.isModuleDeclaration(statement)) {
      const { name } = statement
      if (ts.isIdentifier(name) && !(statement.flags & ts.NodeFlags.GlobalAugmentation))
        yield { identifier: name, kind: 'namespace' }
    } else if (ts.isImportDeclaration(statement)) yield* imported(statement)
    else yield* nestedVars(statement)
  }
}

function* named(node: { readonly name?: ts.Identifier | undefined }, kind: Kind): Generator<Declaration> {
  if (node.name) yield { identifier: node.name, kind }
}

function* variables(list: ts.VariableDeclarationList): Generator<Declaration> {
  const kind = variableKind(list)
  for (const { name } of list.declarations)
    for (const identifier of boundNames(name)) yield { identifier, kind }
}

function variableKind({ flags }: ts.VariableDeclarationList): Kind {
  // The bits overlap: `await using` has those of `using` and of `const`.
  if (flags & ts.NodeFlags.Using) return 'using'
  return flags & ts.NodeFlags.Let ? 'let' : flags & ts.NodeFlags.Const ? 'const' : 'var'
}

function* boundNames(name: ts.BindingName): Generator<ts.Identifier> {
  if (ts.isIdentifier(name)) yield name
  else for (const element of name.elements) if (ts.isBindingElement(element)) yield* boundNames(element.name)
}

/** A `var` in a block or loop of the top level belongs to the cell. */
function* nestedVars(node: ts.Node): Generator<Declaration> {
  if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return
  if (ts.isVariableDeclarationList(node) && variableKind(node) === 'var') yield* variables(node)
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => void children.push(child))
  for (const child of children) yield* nestedVars(child)
}

function* imported(statement: ts.ImportDeclaration): Generator<Declaration> {
  const clause = statement.importClause
  if (!clause) return
  if (clause.name) yield { identifier: clause.name, kind: 'import' }
  const bindings = clause.namedBindings
  if (!bindings) return
  if (ts.isNamespaceImport(bindings)) yield { identifier: bindings.name, kind: 'import' }
  else for (const { name } of bindings.elements) yield { identifier: name, kind: 'import' }
}

/** Modules that a cell imports or re-exports, and those that `import()` names by a literal, in order. */
export function importedModules(file: ts.SourceFile): ImportedModule[] {
  const modules: ImportedModule[] = []
  const add = (literal: ts.Node | undefined): void => {
    if (literal && ts.isStringLiteralLike(literal))
      modules.push({
        specifier: literal.text,
        start: startInCell(file, literal),
        end: endInCell(file, literal),
      })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0])
    ts.forEachChild(node, visit)
  }
  visit(file)
  return modules
}

/** Whether the cell's last statement is an expression, whose value is shown. */
export function endsWithExpression(file: ts.SourceFile): boolean {
  const last = file.statements.findLast((statement) => !ts.isEmptyStatement(statement))
  return (
    last !== undefined &&
    (ts.isExpressionStatement(last) || (ts.isExportAssignment(last) && !last.isExportEquals))
  )
}
