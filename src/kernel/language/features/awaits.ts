/** The `await` that was forgotten. TypeScript itself adds none at the top level, where most of a notebook's code is. */
import ts from 'typescript'
import type { Diagnostic, QuickFix } from '../answers'
import type { NotebookService } from '../service'

/** What fails of a promise where its value was meant: an assignment, an argument, a member, an operation, a loop. */
const MISTAKEN: readonly number[] = [2322, 2339, 2345, 2362, 2363, 2365, 2488, 2551]

export function awaitFixes(
  service: NotebookService,
  id: string,
  { code, start, end }: Diagnostic,
): QuickFix[] {
  const file = MISTAKEN.includes(code) ? service.program.getSourceFile(service.path(id)) : undefined
  const expression = file && promiseAt(file, start, end)
  if (!expression || inFunction(expression)) return []
  const checker = service.program.getTypeChecker()
  const type = checker.getTypeAtLocation(expression)
  const awaited = checker.getAwaitedType(type)
  if (!awaited || awaited === type || checker.isTypeAssignableTo(type, awaited)) return []
  const [from, to] = [expression.getStart(file), expression.end]
  const edit = (at: number, text: string) => ({ cell: id, start: at, end: at, text })
  const edits = needsBrackets(expression) ? [edit(from, '(await '), edit(to, ')')] : [edit(from, 'await ')]
  return [{ title: "Add 'await'", edits, preferred: true, code }]
}

/** The promise that the error at a span is about. */
function promiseAt(file: ts.SourceFile, start: number, end: number): ts.Expression | undefined {
  let found: ts.Expression | undefined
  const visit = (node: ts.Node): void => {
    if (node.pos > start || node.end < end) return
    if (node.getStart(file) === start && node.end === end) {
      const { parent } = node
      if (ts.isVariableDeclaration(parent) && parent.name === node) found = parent.initializer
      else if (ts.isPropertyAccessExpression(parent) && parent.name === node) found = parent.expression
      else if (ts.isExpression(node)) found = node
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** In functions TypeScript's own fix knows better: it may have to make them async. */
function inFunction(node: ts.Node): boolean {
  return ts.findAncestor(node, ts.isFunctionLike) !== undefined
}

function needsBrackets({ parent }: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)
}
