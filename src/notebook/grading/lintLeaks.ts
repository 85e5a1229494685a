/** Whether what students get shows what they are to find. */
import type { Notebook } from '../types'
import { placeOf, warning, type Finding } from './finding'
import { findMarkers, linesOf } from './markers'
import { isAnswer, roleOf } from './roles'
import { strip, type Placeholders } from './strip'

/** Shorter lines, such as `return x`, say nothing about a solution. */
const SHORTEST = 16

/** Lines of solutions that stand, word for word, in a part of the notebook that students get. */
export function lintLeaks(master: Notebook, placeholders: Placeholders): Finding[] {
  const solutions = new Map<string, number>()
  const usual = new Set(
    Object.values(placeholders)
      .flatMap(linesOf)
      .map((line) => line.trim()),
  )
  for (const [index, { source, ...cell }] of master.cells.entries()) {
    if (!isAnswer(roleOf(cell))) continue
    const lines = linesOf(source)
    const regions = findMarkers(source).regions.filter(({ what }) => what === 'solution')
    const parts = regions.length ? regions.flatMap(({ first, last }) => lines.slice(first + 1, last)) : lines
    for (const line of parts) if (tells(line) && !usual.has(line.trim())) solutions.set(line.trim(), index)
  }
  return master.cells.flatMap((cell, index) => {
    const role = roleOf(cell)
    const shown = new Set(
      linesOf(strip(cell.source, role, cell.cell_type, placeholders)).map((line) => line.trim()),
    )
    return linesOf(cell.source).flatMap((line, number) => {
      const owner = solutions.get(line.trim())
      return owner !== undefined && shown.has(line.trim())
        ? [
            warning(
              'solution-shown',
              placeOf(cell, index, number + 1),
              'Students will see this line, which is part of the solution of cell {0}.',
              owner + 1,
            ),
          ]
        : []
    })
  })
}

function tells(line: string): boolean {
  const text = line.trim()
  return text.length >= SHORTEST && !/^(?:\/\/|\/?\*|import\b)/.test(text)
}
