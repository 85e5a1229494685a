import type { CompileResult } from '../../kernel/cell'

/**
 * Where breakpoints come to lie: on the first line, from the one that was clicked, on which a statement begins; undefined
 * where there is none. In a cell that does not parse they stay where they are.
 */
export async function breakpointPlaces(
  id: string,
  source: string,
  compile: (id: string, source: string) => Promise<CompileResult>,
  lines: readonly number[],
): Promise<(number | undefined)[]> {
  if (lines.length === 0) return []
  const result = await compile(id, source)
  const stops = result.ok ? result.cell.steps?.stops : undefined
  if (!stops) return [...lines]
  const begin = [...new Set(stops.map(({ line }) => line))].sort((a, b) => a - b)
  return lines.map((line) => begin.find((candidate) => candidate >= line))
}
