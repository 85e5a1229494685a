import { basename, extname } from 'node:path'
import { genbookMetadata, type Notebook } from '../notebook'
import { renderReport } from '../renderers/report'
import { built } from './built'
import { seedOf } from './executed'

/**
 * A notebook as one HTML page that needs nothing else.
 *
 * @param path that the notebook was read from, for the title
 */
export async function reportHtml(notebook: Notebook, path: string): Promise<string> {
  const { run } = genbookMetadata(notebook)
  return renderReport({
    title: basename(path, extname(path)),
    cells: notebook.cells,
    stamp: {
      ...(run && { Device: run.device, Genbook: run.version ?? 'unknown' }),
      Seed: seedOf(notebook),
    },
    scripts: await built.report(),
  })
}
