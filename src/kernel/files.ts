/** What cells can read of the notebook's folder, and what they cannot. Drivers of a kernel answer by it. */

/** A notebook's folder, as a driver sees it. Paths have `/` between names; '' is the folder itself. */
export interface NotebookFolder {
  /** @throws Error (as a rejection): one with a `code` of the file system, or with a reason that can follow a colon. */
  read(path: string): Promise<Uint8Array>
  /** What lies directly in a folder. @throws as `read` */
  entries(path: string): Promise<readonly FolderEntry[]>
}

export interface FolderEntry {
  readonly name: string
  readonly kind: 'file' | 'folder'
}

/** More files than this in a folder are taken for a mistake, such as a home folder. */
const MOST_FILES = 100_000

export interface FilesAnswer {
  readonly bytes?: Uint8Array
  readonly paths?: readonly string[]
  readonly reason?: string
}

/**
 * The bytes of a file, or the sorted paths of all files in a folder and its folders, from that folder. What is hidden (`.git`) is left out.
 *
 * What a kernel asks for is the wish of a cell that nobody has looked at: it gets what lies in the notebook's folder, and nothing else.
 */
export async function answerFiles(
  folder: NotebookFolder | undefined,
  wants: 'bytes' | 'paths',
  path: string,
): Promise<FilesAnswer> {
  const inside = insidePath(path)
  if (inside === undefined)
    return {
      reason: 'a path leads from the notebook’s folder into it, such as "images/train.idx", never out of it',
    }
  if (!folder) return { reason: 'this session has no folder, as where notebooks are graded' }
  try {
    return wants === 'bytes' ? { bytes: await folder.read(inside) } : { paths: await walk(folder, inside) }
  } catch (error) {
    return { reason: reasonOf(error) }
  }
}

/** The path without `.` in it; undefined where it leaves the folder, or begins elsewhere. */
export function insidePath(path: string): string | undefined {
  if (/^\/|[\\\0]|^[a-z][a-z0-9+.-]*:/i.test(path)) return undefined
  const names = path.split('/').filter((name) => name && name !== '.')
  return names.includes('..') ? undefined : names.join('/')
}

async function walk(folder: NotebookFolder, top: string): Promise<string[]> {
  const found: string[] = []
  const open = ['']
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const { name, kind } of await folder.entries([top, at].filter(Boolean).join('/'))) {
      if (name.startsWith('.')) continue
      const path = at ? `${at}/${name}` : name
      if (kind === 'folder') open.push(path)
      else if (found.push(path) > MOST_FILES)
        throw new Error(`there are more than ${MOST_FILES} files in it; name a smaller folder`)
    }
  return found.sort()
}

/** Codes of Node and of VS Code's file systems. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file in the notebook’s folder',
  FileNotFound: 'there is no such file in the notebook’s folder',
  EISDIR: 'it is a folder, for readFolder',
  FileIsADirectory: 'it is a folder, for readFolder',
  ENOTDIR: 'it is no folder',
  FileNotADirectory: 'it is no folder',
  EACCES: 'it may not be read',
  NoPermissions: 'it may not be read',
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  return (typeof code === 'string' && REASONS[code]) || error.message
}
