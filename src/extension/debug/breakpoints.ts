import type { DebugProtocol } from '@vscode/debugprotocol'
import * as vscode from 'vscode'
import type { CompileResult, StepTable, Stop } from '../../kernel/cell'
import type { ExpressionResult } from '../../kernel/compile/expression'
import type { Breakpoint } from '../../kernel/debug/protocol'
import { hitCondition, logParts } from './conditions'

interface Compiling {
  readonly cell: (id: string, source: string) => Promise<CompileResult>
  readonly expression: (source: string, locals: readonly string[]) => Promise<ExpressionResult>
}

/** A breakpoint as the kernel takes it, or why it cannot be had. */
export type Placed =
  { readonly ok: true; readonly breakpoint: Breakpoint } | { readonly ok: false; readonly reason: string }

/**
 * Where breakpoints come to lie: on the first line, from the one that was clicked, on which a statement begins. What they
 * evaluate is compiled for there. In a cell that does not parse they stay where they are.
 */
export async function placeBreakpoints(
  id: string,
  source: string,
  compile: Compiling,
  asked: readonly DebugProtocol.SourceBreakpoint[],
): Promise<Placed[]> {
  if (asked.length === 0) return []
  const result = await compile.cell(id, source)
  const steps = result.ok ? result.cell.steps : undefined
  if (!steps) return asked.map(({ line }) => ({ ok: true, breakpoint: { line } }))
  const stops = [...steps.stops].sort((a, b) => a.line - b.line || a.column - b.column)
  return Promise.all(
    asked.map(async (each): Promise<Placed> => {
      const stop = stops.find(({ line }) => line >= each.line)
      if (!stop) return { ok: false, reason: vscode.l10n.t('No statement begins here or below.') }
      const locals = localsAt(steps, stop)
      return place(stop.line, each, (expression) => compile.expression(expression, locals))
    }),
  )
}

async function place(
  line: number,
  { condition, hitCondition: times, logMessage }: DebugProtocol.SourceBreakpoint,
  compile: (expression: string) => Promise<ExpressionResult>,
): Promise<Placed> {
  let breakpoint: Breakpoint = { line }
  if (condition?.trim()) {
    const compiled = await compile(condition)
    if (!compiled.ok) return compiled
    breakpoint = { ...breakpoint, condition: compiled.code }
  }
  if (times?.trim()) {
    const hits = hitCondition(times)
    if (!hits) return { ok: false, reason: vscode.l10n.t('Write a hit count as 3, > 3 or % 3.') }
    breakpoint = { ...breakpoint, hits }
  }
  if (!logMessage) return { ok: true, breakpoint }
  const log: (string | { code: string })[] = []
  for (const part of logParts(logMessage)) {
    const compiled = 'text' in part ? undefined : await compile(part.expression)
    if (compiled?.ok === false) return compiled
    log.push(compiled ? { code: compiled.code } : (part as { text: string }).text)
  }
  return { ok: true, breakpoint: { ...breakpoint, log } }
}

/** The names that mean variables of the functions around a stop. */
function localsAt({ scopes }: StepTable, stop: Stop): string[] {
  const names = new Set<string>()
  for (let scope = scopes[stop.scope]; scope; scope = scopes[scope.parent ?? -1])
    for (const name of scope.names) names.add(name)
  return [...names]
}
