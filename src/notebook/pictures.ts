/** Pictures beside figures, for programs that do not draw Plotly's. */
import type { Json } from './json'
import type { MimeBundle, Notebook, Output } from './types'

const FIGURE = 'application/vnd.plotly.v1+json'
const PICTURE = 'image/png'

/** The figures that have no picture beside them, in the order of cells and outputs. */
export function figuresWithoutPicture({ cells }: Notebook): Json[] {
  return cells.flatMap((cell) =>
    cell.cell_type === 'code' ? cell.outputs.flatMap((output) => lonelyFigure(output) ?? []) : [],
  )
}

/**
 * The notebook with pictures beside those figures.
 *
 * @param pictures one for each of `figuresWithoutPicture`: a PNG in base64, or null where there is none
 */
export function withPictures(notebook: Notebook, pictures: readonly (string | null)[]): Notebook {
  let next = 0
  const complete = (output: Output): Output => {
    if (lonelyFigure(output) === undefined) return output
    const png = pictures[next++]
    if (typeof png !== 'string') return output
    const { data } = output as { readonly data: MimeBundle }
    return { ...output, data: { ...data, [PICTURE]: png } } as Output
  }
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === 'code' ? { ...cell, outputs: cell.outputs.map(complete) } : cell,
  )
  return { ...notebook, cells }
}

function lonelyFigure(output: Output): Json | undefined {
  if (output.output_type !== 'display_data' && output.output_type !== 'execute_result') return undefined
  return PICTURE in output.data ? undefined : output.data[FIGURE]
}
