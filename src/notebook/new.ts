/** A notebook with nothing in it yet. */
import type { JsonObject } from './json'
import type { Notebook } from './types'

/** How Jupyter's tools learn which program runs the cells. */
export const KERNELSPEC: JsonObject = { name: 'genbook', display_name: 'Genbook', language: 'typescript' }

/** How Jupyter's tools learn what language the cells are in. */
export const LANGUAGE_INFO: JsonObject = {
  name: 'typescript',
  file_extension: '.ts',
  mimetype: 'text/typescript',
}

/** An empty notebook of nbformat 4.5 for Genbook's kernel. */
export function newNotebook(): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: KERNELSPEC, language_info: LANGUAGE_INFO },
    cells: [],
  }
}
