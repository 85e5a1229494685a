/**
 * Parsing a cell as TypeScript, with `await` at the top level.
 *
 * TypeScript first parses a file as a script, in which `await` is a name, and then mends the statements in which it is
 * not. Where an operand spans lines or several brackets the mending repeats statements or leaves errors behind
 * (microsoft/TypeScript#59777). Where that may have happened the cell is parsed again as the body of an async function,
 * in which `await` is an operator from the start.
 */
import ts from 'typescript'

const BEFORE = 'async()=>{'
const AFTER = '\n}'

/** How far the nodes of a file are behind their place in the cell. */
const shifts = new WeakMap<ts.SourceFile, number>()

/** The offset in the cell of an offset in its file. */
export function inCell(file: ts.SourceFile, offset: number): number {
  return Math.max(0, offset - (shifts.get(file) ?? 0))
}

/** Where a node starts in the cell, blanks and comments before it left out. */
export function startInCell(file: ts.SourceFile, node: ts.Node): number {
  return inCell(file, node.getStart(file))
}

/** Where a node ends in the cell. */
export function endInCell(file: ts.SourceFile, node: ts.Node): number {
  return inCell(file, node.end)
}

/**
 * A cell as a TypeScript file. Places in it are to be read with `startInCell` and `endInCell`.
 *
 * @param options as TypeScript hands them to a compiler host.
 */
export function parseFile(
  name: string,
  text: string,
  options: ts.ScriptTarget | ts.CreateSourceFileOptions,
): ts.SourceFile {
  const file = ts.createSourceFile(name, text, options, true, ts.ScriptKind.TS)
  if (!text.includes('await') || (parseErrors(file).length === 0 && isSound(file))) return file
  const wrapped = ts.createSourceFile(name, BEFORE + text + AFTER, options, true, ts.ScriptKind.TS)
  const body = functionBody(wrapped)
  // A brace too many would end the function early; then the plain file's errors are the right ones.
  if (!body) return file
  const result = ts.factory.updateSourceFile(wrapped, body.statements)
  shifts.set(result, BEFORE.length)
  return result
}

/** Whether each statement begins where the one before ends. */
function isSound(file: ts.SourceFile): boolean {
  let at = 0
  for (const { pos, end } of file.statements) {
    if (pos !== at) return false
    at = end
  }
  return at === file.endOfFileToken.pos
}

/** The body of the function around the cell, if all of the text is inside. */
function functionBody(file: ts.SourceFile): ts.Block | undefined {
  const [statement, ...more] = file.statements
  if (!statement || more.length > 0 || !ts.isExpressionStatement(statement)) return undefined
  const { expression } = statement
  if (!ts.isArrowFunction(expression) || !ts.isBlock(expression.body)) return undefined
  return expression.body.end === file.text.length ? expression.body : undefined
}

/** What TypeScript's parser objected to; its type does not tell that the file knows. */
export function parseErrors(file: ts.SourceFile): readonly ts.DiagnosticWithLocation[] {
  return (file as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics ?? []
}
