/** Compiles what a person types while a cell is paused: an expression, or statements, in the scope of a frame. */
import type { AnyNode } from 'acorn'
import { parseCell, type Parsed } from './analysis'
import { isFunction, type Rewriting } from './aspects'
import { Edits } from './edits'
import { PrivateNames } from './names'
import { bindings, lastExpression, walk } from './rewrite'
import { closuresAspect } from './rewriteClosures'
import { flowAspect } from './rewriteFlow'
import { namesAspect } from './rewriteNames'
import { helperTexts } from './helpers'
import { forEachChild } from './script'

export type ExpressionResult =
  /** A JavaScript expression: an arrow function of a `CellRuntime`, to be evaluated in the scope of the frame. */
  { readonly ok: true; readonly code: string } | { readonly ok: false; readonly reason: string }

/**
 * Compiles TypeScript for a frame.
 *
 * @param source an expression, or statements of which the last one's value counts.
 * @param locals the names that mean variables of the frame; all others are the session's, or global.
 * @returns the code, or why it cannot be evaluated. Never throws.
 */
export function compileExpression(source: string, locals: readonly string[]): ExpressionResult {
  const own = new Set(locals)
  const inParentheses = parseCell('', `(${source}\n)`, own)
  const result = inParentheses.ok ? inParentheses : parseCell('', source, own)
  if (!result.ok) return { ok: false, reason: result.errors[0]?.message ?? 'This does not parse.' }
  const { program, usings } = result.parsed
  if (usings.length > 0 || program.body.some(({ type }) => DECLARATIONS.has(type)))
    return { ok: false, reason: 'Functions, classes and imports are declared in cells.' }
  if (awaits(program)) return { ok: false, reason: 'Nothing can be awaited while the cell is paused.' }
  return { ok: true, code: code(result.parsed) }
}

const DECLARATIONS = new Set(['FunctionDeclaration', 'ClassDeclaration', 'ImportDeclaration'])

function awaits(node: AnyNode): boolean {
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) return true
  let found = false
  forEachChild(node, (child) => {
    found ||= !isFunction(child) && awaits(child)
  })
  return found
}

function code(parsed: Parsed): string {
  const { source, stripped, program, helpers, references, analysis, usings } = parsed
  const { script } = stripped
  const edits = new Edits(script)
  const names = new PrivateNames(script)
  const needed = new Set<string>()
  const rewriting: Rewriting = { script, edits, names, references, analysis, usings, needed }
  const shown = lastExpression(program)
  if (shown) edits.open(shown.start, 'return ((')
  walk(program, [closuresAspect(rewriting), flowAspect(rewriting), namesAspect(rewriting)], (node) =>
    helpers.has(node),
  )
  if (shown) edits.close(shown.end, '))')
  const prefix = [
    { text: `(${names.runtime}) => { "use strict"; ${helperTexts(names, needed, [])}` },
    ...bindings(names, (name) => name),
  ]
  return edits.apply(prefix, '\n}', [], '', source).code
}
