/**
 * Lines that mark what students do not get: `// BEGIN SOLUTION` … `// END SOLUTION`, `// BEGIN HIDDEN TESTS` …, and
 * `BEGIN MARK SCHEME` … in tasks. In Markdown they are HTML comments, `<!-- BEGIN SOLUTION -->`. nbgrader's own spellings
 * (`### BEGIN SOLUTION`, `=== BEGIN MARK SCHEME ===`) are understood, alone or after `//`.
 */
import type { Role } from './roles'

export type Hidden = 'solution' | 'hidden tests' | 'mark scheme'

/** A part of a cell's source that students do not get, markers included. */
export interface Region {
  readonly what: Hidden
  /** Lines of the markers, from 0. */
  readonly first: number
  readonly last: number
  /** White space before the opening marker. */
  readonly indentation: string
}

export interface MarkerProblem {
  /** From 0. */
  readonly line: number
  readonly template: string
  readonly args: readonly string[]
}

export interface Markers {
  readonly regions: readonly Region[]
  readonly problems: readonly MarkerProblem[]
}

const MARKER =
  /^(?<indentation>[ \t]*)(?:\/\/+|\/\*+|<!--+|(?=#|=))[ \t]*[#=]*[ \t]*(?<edge>BEGIN|END)[ \t]+(?<what>SOLUTION|HIDDEN[ \t]+TESTS?|MARK[ \t]+SCHEME)[ \t]*[#=]*[ \t]*(?:\*+\/|--+>)?[ \t]*$/i
/** What looks so much like a marker that ignoring it could give a solution away. */
const ALIKE = /\b(BEGIN|END)[ \t]+(SOLUTION|HIDDEN[ \t]+TESTS?|MARK[ \t]+SCHEME)\b/

/** The lines of a text, without their ends. */
export function linesOf(source: string): string[] {
  return source.split(/\r\n|\r|\n/)
}

/** The marked parts of a cell's source, in order. Where there are problems, the regions may be incomplete. */
export function findMarkers(source: string): Markers {
  const regions: Region[] = []
  const problems: MarkerProblem[] = []
  const problem = (line: number, template: string, ...args: string[]) =>
    problems.push({ line, template, args })
  let open: Omit<Region, 'last'> | undefined
  for (const [line, text] of linesOf(source).entries()) {
    const groups = MARKER.exec(text)?.groups
    if (!groups) {
      const alike = ALIKE.exec(text)
      if (alike)
        problem(line, '“{0}” must stand in a comment on a line of its own, or it hides nothing.', alike[0])
      continue
    }
    const what = hidden(groups['what'] ?? '')
    if (groups['edge']?.toUpperCase() === 'BEGIN') {
      if (open)
        problem(
          line,
          'BEGIN {0} stands inside the {1} that began in line {2}; marked parts do not nest.',
          what.toUpperCase(),
          open.what,
          String(open.first + 1),
        )
      else open = { what, first: line, indentation: groups['indentation'] ?? '' }
    } else if (!open) problem(line, 'END {0} has no BEGIN {0} above it in this cell.', what.toUpperCase())
    else if (open.what !== what)
      problem(
        line,
        'END {0} ends the {1} that began in line {2}; END {3} was expected.',
        what.toUpperCase(),
        open.what,
        String(open.first + 1),
        open.what.toUpperCase(),
      )
    else {
      regions.push({ ...open, last: line })
      open = undefined
    }
  }
  if (open) problem(open.first, 'BEGIN {0} has no END {0} below it in this cell.', open.what.toUpperCase())
  return { regions, problems }
}

/** The roles of cells in which such a part may stand. */
export function belongs(what: Hidden, role: Role): boolean {
  switch (what) {
    case 'solution':
      return role === 'solution' || role === 'manual'
    case 'hidden tests':
      return role === 'test'
    case 'mark scheme':
      return role === 'task'
  }
}

function hidden(text: string): Hidden {
  if (/^solution$/i.test(text)) return 'solution'
  return /^hidden/i.test(text) ? 'hidden tests' : 'mark scheme'
}
