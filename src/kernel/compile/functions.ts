/**
 * A cell reduced to the functions that its top level declares, for stepping into them although the cell ran plainly.
 *
 * Such a function holds no local variable: all that it uses besides its own are names of the session. So the same text,
 * compiled again, is the same function.
 */
import ts from 'typescript'
import type { CompileResult } from '../cell'
import { parseCell } from './analysis'
import { compileParsed } from './compile'
import { endInCell, startInCell } from './parse'

/**
 * Compiles a cell's functions to be stepped through; everything else of its text becomes blank, so that places are the same.
 *
 * @returns undefined where the cell has none, or does not parse.
 */
export function compileFunctions(id: string, source: string): CompileResult | undefined {
  const whole = parseCell(id, source)
  // What `using` declares is local to the cell.
  if (!whole.ok || whole.parsed.usings.length > 0) return undefined
  const { file } = whole.parsed
  const kept = file.statements.filter(isFunction)
  if (kept.length === 0) return undefined
  let text = ''
  let at = 0
  for (const statement of kept) {
    const [start, end] = [startInCell(file, statement), endInCell(file, statement)]
    text += blank(source.slice(at, start)) + source.slice(start, end)
    at = end
  }
  const reduced = parseCell(id, text + blank(source.slice(at)))
  return reduced.ok ? compileParsed(id, reduced.parsed, undefined, true) : undefined
}

/** A function declaration, or constants that are functions. */
function isFunction(statement: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(statement)) return statement.name !== undefined && statement.body !== undefined
  return (
    ts.isVariableStatement(statement) &&
    (statement.declarationList.flags & ts.NodeFlags.Const) !== 0 &&
    statement.declarationList.declarations.every(
      ({ name, initializer }) =>
        ts.isIdentifier(name) &&
        initializer !== undefined &&
        (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)),
    )
  )
}

function blank(text: string): string {
  return text.replace(/[^\r\n\u2028\u2029]/g, ' ')
}
