/** The bytes of a file, or the same in base64, as one can paste them. */
export type FileBytes = Uint8Array | ArrayBuffer | string

/**
 * @param where what is being read, for errors.
 * @throws TypeError for anything else; SyntaxError for text that is not base64.
 */
export function bytesOf(file: FileBytes, where: string): Uint8Array {
  // Cells are not type-checked before they run.
  const given: unknown = file
  if (given instanceof Uint8Array) return given
  if (given instanceof ArrayBuffer) return new Uint8Array(given)
  if (typeof given !== 'string')
    throw new TypeError(`${where}: the argument must be the bytes of a file, or their base64 text`)
  try {
    return Uint8Array.from(atob(given.replace(/^data:[^,]*,/, '')), (letter) => letter.charCodeAt(0))
  } catch {
    throw new SyntaxError(`${where}: the text is not base64`)
  }
}
