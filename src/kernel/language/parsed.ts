/** What is known of a cell from its text alone. */
import ts from 'typescript'
import type { CellAnalysis, CellDiagnostic } from '../cell'
import { analyse } from '../compile/analysis'
import { declaredNames } from '../compile/declarations'
import { TOO_DEEP } from '../compile/diagnostics'
import { exportedNames, evolvingNames, type ParsedCell } from './cellModule'

export interface Parsed {
  readonly cell: ParsedCell
  /** Why it cannot run; empty where it can. */
  readonly errors: readonly CellDiagnostic[]
}

export function parse(id: string, source: string): Parsed {
  const result = analyse(source, id)
  if (!result.ok && result.errors.some(({ message }) => message === TOO_DEEP.messageText))
    return { cell: empty(id, source), errors: result.errors }
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS)
  const cell = {
    id,
    source,
    broken: !result.ok,
    analysis: result.ok ? result.analysis : recovered(file),
    exported: exportedNames(file),
    evolving: evolvingNames(file),
    words: words(file),
  }
  return { cell, errors: result.ok ? [] : result.errors }
}

/** A cell that TypeScript must not see, since reading it would overflow the stack. */
function empty(id: string, source: string): ParsedCell {
  const analysis = { declared: [], used: [], assigned: [], imports: [] }
  const none = new Set<string>()
  return { id, source, hidden: true, broken: true, analysis, exported: none, evolving: none, words: none }
}

function words(file: ts.SourceFile): Set<string> {
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text)
    else if (ts.isPropertyAccessExpression(node)) visit(node.expression)
    else if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) visit(node.initializer)
    else ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** What can be told of a cell that cannot run: enough for the other cells to find its names. */
function recovered(file: ts.SourceFile): CellAnalysis {
  const values = declaredNames(file, new Set()).filter(({ kind }) => kind !== 'interface' && kind !== 'type')
  return {
    declared: declaredNames(file, new Set(values.map(({ name }) => name))),
    used: [],
    assigned: [],
    imports: [],
  }
}
