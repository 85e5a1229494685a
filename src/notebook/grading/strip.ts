/** A cell's source as students get it. */
import type { CellType } from '../types'
import { findMarkers, linesOf } from './markers'
import { isAnswer, type Role } from './roles'

/** What stands in for a solution. */
export interface Placeholders {
  readonly code: string
  readonly text: string
}

export const PLACEHOLDERS: Placeholders = {
  code: "throw new Error('Write your answer here')",
  text: 'YOUR ANSWER HERE',
}

/**
 * The source without what students do not get: in an answer cell each marked solution becomes the placeholder, with the
 * marker's indentation, and a cell with no marked part becomes the placeholder as a whole; hidden tests and mark schemes
 * vanish.
 *
 * What a broken marker would hide is not known. Of such a source, an answer becomes the placeholder as a whole, and
 * another cell ends above its first marker.
 */
export function strip(source: string, role: Role, type: CellType, placeholders = PLACEHOLDERS): string {
  const { regions, problems } = findMarkers(source)
  const placeholder = type === 'code' ? placeholders.code : placeholders.text
  const lines = linesOf(source)
  if (isAnswer(role) && (problems.length || !regions.some(({ what }) => what === 'solution')))
    return placeholder
  if (problems.length) {
    const first = Math.min(...[...regions.map(({ first }) => first), ...problems.map(({ line }) => line)])
    return lines.slice(0, first).join('\n').trimEnd()
  }
  if (!regions.length) return source
  const kept: string[] = []
  let next = 0
  for (const { what, first, last, indentation } of regions) {
    kept.push(...lines.slice(next, first))
    if (what === 'solution') kept.push(...linesOf(placeholder).map((line) => indentation + line))
    next = last + 1
  }
  kept.push(...lines.slice(next))
  // A part that vanished takes the blank lines along that would now open or end the cell.
  return kept
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
}

/** Whether a text still has the placeholder in it. */
export function hasPlaceholder(source: string, type: CellType, placeholders = PLACEHOLDERS): boolean {
  const [first = '', ...rest] = linesOf(type === 'code' ? placeholders.code : placeholders.text)
  const lines = linesOf(source).map((line) => line.trim())
  return lines.some(
    (line, index) =>
      line === first.trim() && rest.every((each, offset) => lines[index + 1 + offset] === each.trim()),
  )
}
