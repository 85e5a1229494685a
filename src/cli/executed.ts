/** A notebook as it is after a run. */
import { DEFAULT_SEED, genbookMetadata, withGenbookMetadata, type Notebook } from '../notebook'
import { version } from './built'
import type { SessionResult } from './session'

export function seedOf(notebook: Notebook): number {
  return genbookMetadata(notebook).seed ?? DEFAULT_SEED
}

/**
 * The notebook with what its cells showed, and a stamp of what they ran on. Two runs on one device give the same bytes:
 * nothing that changes from run to run is kept.
 *
 * Cells that did not run have no output, and no number.
 *
 * @param seed that was given in place of the notebook's own
 */
export function executedNotebook(
  notebook: Notebook,
  { device, cells, outputs }: SessionResult,
  seed: number | undefined,
): Notebook {
  const counts = new Map(
    cells.map(({ cell, status }, index) => [cell.id, status === 'not run' ? null : index + 1]),
  )
  const executed = {
    ...notebook,
    cells: notebook.cells.map((cell) =>
      cell.cell_type === 'code'
        ? { ...cell, execution_count: counts.get(cell.id) ?? null, outputs: outputs.of(cell.id) }
        : cell,
    ),
  }
  return withGenbookMetadata(executed, {
    ...(seed !== undefined && { seed }),
    run: {
      backend: device.backend,
      device: device.name,
      ...(device.software && { software: true }),
      version: version(),
    },
  })
}
