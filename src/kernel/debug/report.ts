/** What is told of the frames of a cell that is paused. */
import type { Milestone } from '../../tensor'
import type { StepScope } from '../cell'
import type { SessionVariable } from '../session/scope'
import { withCallers, type Frame } from './frames'
import type { Inspector, Named } from './inspect'
import type { DebugFrame, DebugScope } from './protocol'

/** A frame, or what a milestone adds on top of one. */
export interface Level {
  readonly frame: Frame
  readonly milestone?: Milestone
}

/** The frame and its callers, a milestone in it first. */
export function levels(
  innermost: Frame | undefined,
  root: Frame | undefined,
  milestone?: Milestone,
): Level[] {
  const frames: Frame[] = []
  for (const at of withCallers(innermost)) if (at.state !== 'over') frames.push(at)
  // What the event loop calls does so for the cell that waits.
  if (root && root.state !== 'over' && !frames.includes(root)) frames.push(root)
  const [first] = frames
  return [...(milestone && first ? [{ frame: first, milestone }] : []), ...frames.map((frame) => ({ frame }))]
}

/** Tells of one level; `id` names it until the cell goes on. */
export function report(
  { frame, milestone }: Level,
  id: number,
  inspector: Inspector,
  session: readonly SessionVariable[],
): DebugFrame {
  const { local, closure } = localNames(frame)
  const { cell, count } = frame.run
  const declared = new Set(cell.analysis.declared.map(({ name }) => name))
  const variables = (own: boolean): Named[] =>
    session
      .filter(({ name, kind }) => kind !== 'import' && declared.has(name) === own)
      .map(({ name, value }) => ({ name, read: () => value, expression: name }))
  const reads = (names: readonly string[]): Named[] =>
    names.map((name) => ({ name, read: () => frame.access?.(name), expression: name }))
  const scopes: DebugScope[] = []
  const scope = (kind: DebugScope['kind'], things: readonly Named[]): void => {
    if (things.length) scopes.push({ kind, reference: inspector.list(things), named: things.length })
  }
  if (milestone)
    scope(
      'milestone',
      Object.entries(milestone.values).map(([name, read]) => ({ name, read })),
    )
  scope('local', reads(local))
  scope('closure', reads(closure))
  scope('cell', variables(true))
  scope('session', variables(false))
  const { line, column } = frame.stop ?? frame.function
  return {
    id,
    name: frame.function.name,
    ...(milestone && { milestone: milestone.title }),
    cell: cell.id,
    count,
    line,
    column,
    scopes,
    locals: [...local, ...closure].filter((name) => name !== 'this'),
  }
}

/**
 * The names of a frame's own variables, and of those of the functions around it: parameters before what is declared in
 * the body. Inner ones hide outer ones.
 */
function localNames({ stop, table, access }: Frame): { local: string[]; closure: string[] } {
  const seen = new Set<string>()
  const groups: { local: string[][]; closure: string[][] } = { local: [], closure: [] }
  let where: keyof typeof groups = 'local'
  for (let index = stop?.scope; index !== undefined;) {
    const scope: StepScope = table.scopes[index]!
    groups[where].push(scope.names.filter((name) => !seen.has(name)))
    for (const name of scope.names) seen.add(name)
    if (scope.outermost) {
      if (where === 'local' && scope.hasThis && hasThis(access)) groups.local.push(['this'])
      where = 'closure'
    }
    index = scope.parent
  }
  return { local: groups.local.reverse().flat(), closure: groups.closure.reverse().flat() }
}

function hasThis(access: Frame['access']): boolean {
  try {
    return access?.('this') !== undefined
  } catch {
    // A constructor that has not called the one it extends.
    return false
  }
}
