// Declaration files without what nobody who imports them can come to: insides of packages, which would only be parsed
// and bound each time a notebook opens.
import ts from 'typescript'

/**
 * The texts of a program's declaration files, less the statements that the modules which `entry` imports neither export
 * nor speak of. Files of the language's own library stay as they are; files that nothing is left of are left out.
 *
 * @param {ts.Program} program whose checker has not been told to skip anything
 * @param {string} entry path of the file that imports every module there is
 * @returns {Map<string, string>} by path
 */
export function reachableTexts(program, entry) {
  const reached = reachableStatements(program, entry)
  const texts = new Map()
  for (const file of program.getSourceFiles()) {
    if (file.fileName === entry) continue
    if (program.isSourceFileDefaultLibrary(file)) texts.set(file.fileName, file.text)
    else if (file.statements.some((statement) => reached.has(statement)))
      texts.set(
        file.fileName,
        without(file, (statement) => !reached.has(statement)),
      )
  }
  return texts
}

function reachableStatements(program, entry) {
  const checker = program.getTypeChecker()
  const reached = new Set()
  const symbols = new Set()
  const waiting = []

  const addStatement = (statement) => {
    if (reached.has(statement)) return
    reached.add(statement)
    waiting.push(statement)
  }
  const addSymbol = (symbol) => {
    if (!symbol || symbols.has(symbol)) return
    symbols.add(symbol)
    for (const declaration of symbol.declarations ?? [])
      if (!ts.isSourceFile(declaration)) addStatement(topLevel(declaration))
    // One step at a time, so that every statement on the way is kept.
    if (symbol.flags & ts.SymbolFlags.Alias) addSymbol(checker.getImmediateAliasedSymbol(symbol))
    // Whoever has a module has all that it exports.
    if (symbol.declarations?.some(ts.isSourceFile)) checker.getExportsOfModule(symbol).forEach(addSymbol)
  }
  const visit = (node) => {
    if (ts.isExportSpecifier(node)) addSymbol(checker.getExportSpecifierLocalTargetSymbol(node))
    if (ts.isIdentifier(node)) addSymbol(checker.getSymbolAtLocation(node))
    // `typeof import('…')`
    if (ts.isImportTypeNode(node) && !node.qualifier)
      addSymbol(checker.getSymbolAtLocation(node.argument.literal))
    ts.forEachChild(node, visit)
  }

  for (const { moduleSpecifier } of program.getSourceFile(entry).statements)
    addSymbol(checker.getSymbolAtLocation(moduleSpecifier))
  for (const file of program.getSourceFiles())
    if (!program.isSourceFileDefaultLibrary(file)) file.statements.filter(hasEffect).forEach(addStatement)
  while (waiting.length) visit(waiting.pop())
  return reached
}

/** Whether a statement means something without being named: it adds to other modules, or passes all of one on. */
function hasEffect(statement) {
  if (ts.isModuleDeclaration(statement)) return true
  if (ts.isImportDeclaration(statement)) return !statement.importClause
  return ts.isExportDeclaration(statement) && !statement.exportClause
}

function topLevel(node) {
  return ts.isSourceFile(node.parent) ? node : topLevel(node.parent)
}

function without(file, isLeftOut) {
  let text = ''
  let end = 0
  for (const statement of file.statements.filter(isLeftOut)) {
    text += file.text.slice(end, statement.getStart(file, true))
    end = statement.end
    while (/\s/.test(file.text[end] ?? '')) end++
  }
  return text + file.text.slice(end)
}
