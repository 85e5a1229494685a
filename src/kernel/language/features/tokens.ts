/** Colours by meaning. */
import ts from 'typescript'
import { Lines } from '../../compile/lines'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'

/** How TypeScript packs type and modifiers into one number. */
const TYPE_SHIFT = 8
const MODIFIERS = 255

/** Five numbers a token, each place relative to the token before. */
export function semanticTokens(
  service: NotebookService,
  { cell }: LanguageParams<'semanticTokens'>,
): number[] {
  const { source } = service.cell(cell)!
  const { spans } = service.typescript.getEncodedSemanticClassifications(
    service.path(cell),
    { start: 0, length: source.length },
    ts.SemanticClassificationFormat.TwentyTwenty,
  )
  const lines = new Lines(source, 'editor')
  const data: number[] = []
  let before = { line: 0, column: 0 }
  for (let i = 0; i + 2 < spans.length; i += 3) {
    const [start, length, packed] = [spans[i]!, spans[i + 1]!, spans[i + 2]!]
    if (start + length > source.length || packed >> TYPE_SHIFT === 0) continue
    const at = lines.position(start)
    const column = at.line === before.line ? at.column - before.column : at.column
    data.push(at.line - before.line, column, length, (packed >> TYPE_SHIFT) - 1, packed & MODIFIERS)
    before = at
  }
  return data
}
