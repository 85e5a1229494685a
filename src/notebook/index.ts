/** The `.genbook` document: read, validated, written. Plain data and pure functions; runs anywhere. */
export { NotebookFormatError } from './errors'
export { toIpynb, toTypeScript, toValidTypeScript } from './export'
export { DEFAULT_SEED, genbookMetadata, withGenbookMetadata } from './genbook'
export { isCellId, newCellId, type RandomId } from './ids'
export { fromTypeScript } from './import'
export { CellIdentities, type CellState, type IdentityEdit } from './identity'
export { equalJson, type Json, type JsonObject } from './json'
export { sameSource } from './lines'
export { bytesToMime, isBinaryMime, isJsonMime, mimeToBytes } from './mime'
export { KERNELSPEC, LANGUAGE_INFO, newNotebook } from './new'
export {
  appendOutput,
  displayOutput,
  errorOutput,
  mergeStreams,
  outputText,
  resultOutput,
  streamOutput,
} from './outputs'
export { type NotebookWarning, type ParsedNotebook, parseNotebook } from './parse'
export { figuresWithoutPicture, withPictures } from './pictures'
export { projectFiles, RUNTIME_FILES, RUNTIME_FOLDER, weightFiles, type ProjectParts } from './project'
export type * from './types'
export { decodeText, encodeText } from './utf8'
export { writeNotebook } from './write'
