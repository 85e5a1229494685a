/** What is told of the frames of a cell that is paused. */
import type { StepScope } from '../cell'
import type { SessionVariable } from '../session/scope'
import type { Frame } from './frames'
import type { Inspector, Named } from './inspect'
import type { DebugFrame, DebugScope } from './protocol'

/** A point that the runtime's own loops reach: a step of a derivation, a state of a sampler, a report of a training. */
export interface Milestone {
  readonly title: string
  /** What there is to see; read only when somebody looks. */
  readonly values: Readonly<Record<string, () => unknown>>
}

/** A frame, or what a milestone adds on top of one. */
export interface Level {
  readonly frame: Frame
  readonly milestone?: Milestone
}

/** The frame and its callers, a milestone in it first. */
export function levels(innermost: Frame | undefined, root: Frame | undefined, milestone?: Milestone): Level[] {
  const frames: Frame[] = []
  for (let at = innermost; at; at = at.caller) if (at.state !== 'over') frames.push(at)
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

/** The names of a frame's own variables, and of those of the functions around it, inner ones hiding outer ones. */
function localNames({ stop, table }: Frame): { local: string[]; closure: string[] } {
  const local = new Set<string>()
  const closure = new Set<string>()
  let outside = false
  let hasThis = false
  for (let index = stop?.scope; index !== undefined; ) {
    const scope: StepScope = table.scopes[index]!
    for (const name of scope.names) if (!local.has(name)) (outside ? closure : local).add(name)
    if (scope.outermost) {
      hasThis ||= scope.hasThis && !outside
      outside = true
    }
    index = scope.parent
  }
  return { local: [...local, ...(hasThis ? ['this'] : [])], closure: [...closure] }
}
