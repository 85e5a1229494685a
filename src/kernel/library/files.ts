/** Files beside the notebook, for cells to read: data of one's own. */
import { preview } from '../display/preview'

/** What reads files on behalf of cells: paths lead from the notebook's folder into it. */
export interface FileSource {
  read(path: string): Promise<Uint8Array>
  list(folder: string): Promise<readonly string[]>
}

/** A file could not be read. The message names it and says why. */
export class FileError extends Error {
  override readonly name = 'FileError'
}

export interface ReadFolderOptions {
  /** Takes only files whose names end so, such as `.png`, in small letters or capitals. Default: all. */
  readonly ending?: string
}

let source: FileSource | undefined

/** Makes known how files are read: a kernel cannot, and its driver can. */
export function setFileSource(files: FileSource | undefined): void {
  source = files
}

/** How many files of a folder are asked for at a time. */
const AT_ONCE = 16

/**
 * The bytes of a file in the notebook's folder.
 *
 * @param path from there, with `/` between names: `readFile('mnist/train-images-idx3-ubyte.gz')`.
 * @throws FileError (as a rejection) for a file that is not there, or lies outside of the folder.
 */
export async function readFile(path: string): Promise<Uint8Array> {
  return asking('readFile', path, (files) => files.read(path))
}

/**
 * The text of a file in the notebook's folder, in UTF-8, for `data.csv` and the like.
 *
 * @param path as for `readFile`.
 * @throws FileError (as a rejection) as `readFile`, and for bytes that are no text.
 */
export async function readText(path: string): Promise<string> {
  const bytes = await asking('readText', path, (files) => files.read(path))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FileError(`readText: ${preview(path)} is no text in UTF-8; readFile reads its bytes.`)
  }
}

/**
 * The bytes of all files in a folder of the notebook's folder, and in its folders, by their paths from it: what `data.png` makes pictures
 * with classes of. Hidden files are left out.
 *
 * @param path as for `readFile`; '.' is the notebook's folder itself.
 * @throws FileError (as a rejection) for a folder that is not there or holds no such file.
 */
export async function readFolder(
  path: string,
  { ending = '' }: ReadFolderOptions = {},
): Promise<Record<string, Uint8Array>> {
  const all = await asking('readFolder', path, (files) => files.list(path))
  const paths = all.filter((name) => name.toLowerCase().endsWith(ending.toLowerCase()))
  if (!paths.length)
    throw new FileError(
      `readFolder: there is no file${ending && ` ending with ${preview(ending)}`} in ${preview(path)}.`,
    )
  const read: Record<string, Uint8Array> = {}
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const some = paths.slice(from, from + AT_ONCE)
    const bytes = await Promise.all(some.map((name) => readFile(`${path}/${name}`)))
    for (const [i, name] of some.entries()) read[name] = bytes[i]!
  }
  return read
}

async function asking<T>(what: string, path: string, ask: (files: FileSource) => Promise<T>): Promise<T> {
  // Cells are not type-checked before they run.
  if (typeof (path as unknown) !== 'string' || !path)
    throw new TypeError(
      `${what}: the first argument is a path, such as "data/points.csv"; not ${preview(path)}`,
    )
  if (!source) throw new FileError(`${what} works in a notebook's session; here nobody could read files.`)
  try {
    return await ask(source)
  } catch (error) {
    // Who answered gives a reason in words, which a cause would only repeat.
    throw new FileError(`${what}: ${preview(path)} cannot be read: ${(error as Error).message}.`)
  }
}
