/** TypeScript's words for what a name is, in those of editors. */
import ts from 'typescript'
import type { DeclaredName } from '../cell'
import type { NameKind } from './answers'

const K = ts.ScriptElementKind

const KINDS: Partial<Record<ts.ScriptElementKind, NameKind>> = {
  [K.keyword]: 'keyword',
  [K.primitiveType]: 'keyword',
  [K.moduleElement]: 'module',
  [K.externalModuleName]: 'module',
  [K.classElement]: 'class',
  [K.localClassElement]: 'class',
  [K.interfaceElement]: 'interface',
  [K.typeElement]: 'type',
  [K.enumElement]: 'enum',
  [K.enumMemberElement]: 'enumMember',
  [K.variableElement]: 'variable',
  [K.localVariableElement]: 'variable',
  [K.letElement]: 'variable',
  [K.constElement]: 'constant',
  [K.variableUsingElement]: 'constant',
  [K.variableAwaitUsingElement]: 'constant',
  [K.parameterElement]: 'variable',
  [K.alias]: 'variable',
  [K.functionElement]: 'function',
  [K.localFunctionElement]: 'function',
  [K.memberFunctionElement]: 'method',
  [K.callSignatureElement]: 'method',
  [K.indexSignatureElement]: 'method',
  [K.constructSignatureElement]: 'method',
  [K.memberGetAccessorElement]: 'property',
  [K.memberSetAccessorElement]: 'property',
  [K.memberVariableElement]: 'field',
  [K.memberAccessorVariableElement]: 'field',
  [K.constructorImplementationElement]: 'constructor',
  [K.typeParameterElement]: 'typeParameter',
  [K.string]: 'constant',
  [K.scriptElement]: 'file',
  [K.directory]: 'file',
  [K.label]: 'text',
  [K.warning]: 'text',
}

export function nameKind(kind: ts.ScriptElementKind): NameKind {
  return KINDS[kind] ?? 'property'
}

const DECLARED: Record<DeclaredName['kind'], NameKind> = {
  const: 'constant',
  let: 'variable',
  var: 'variable',
  using: 'constant',
  function: 'function',
  class: 'class',
  enum: 'enum',
  namespace: 'module',
  import: 'module',
  interface: 'interface',
  type: 'type',
}

/** The kind of a session name by how its cell declares it. */
export function declaredKind({ kind }: DeclaredName): NameKind {
  return DECLARED[kind]
}

/** The kind of what a symbol stands for, seen through imports. */
export function symbolKind(symbol: ts.Symbol, checker: ts.TypeChecker): NameKind {
  const { flags, valueDeclaration } =
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const S = ts.SymbolFlags
  if (flags & S.Function) return 'function'
  if (flags & S.Class) return 'class'
  if (flags & S.Enum) return 'enum'
  if (flags & S.Variable) {
    const constant = valueDeclaration && ts.getCombinedNodeFlags(valueDeclaration) & ts.NodeFlags.Const
    return constant ? 'constant' : 'variable'
  }
  if (flags & S.Interface) return 'interface'
  if (flags & S.TypeAlias) return 'type'
  return flags & S.Module ? 'module' : 'variable'
}
