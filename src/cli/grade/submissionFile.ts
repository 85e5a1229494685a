/** Reads a file that was handed in. It may be anything. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { decodeText, NotebookFormatError, parseNotebook, type Notebook } from '../../notebook'
import { LARGEST_FILE } from './limits'
import type { Submission } from './types'

export interface SubmissionFile {
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly hash: string
  readonly notebook?: Notebook
  /** Why there is no notebook, in a sentence. */
  readonly reason?: string
}

/** Never throws: what cannot be read says why. */
export async function readSubmission({ path, problem }: Submission): Promise<SubmissionFile> {
  if (problem !== undefined) return unreadable(problem)
  let file: FileHandle | undefined
  try {
    // Neither a link to somebody else's file nor a pipe that never ends.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const info = await file.stat()
    if (!info.isFile()) return unreadable('This is no file.')
    if (info.size > LARGEST_FILE) {
      const size = `${Math.ceil(info.size / 2 ** 20)} MiB`
      return {
        ...unreadable(`The file has ${size}; notebooks of up to ${LARGEST_FILE / 2 ** 20} MiB are graded.`),
        hash: await hashOf(file),
      }
    }
    const bytes = await file.readFile()
    return { hash: createHash('sha256').update(bytes).digest('hex'), ...parsed(bytes) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return unreadable(REASONS[code ?? ''] ?? `The file could not be read: ${message}.`)
  } finally {
    await file?.close()
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ELOOP: 'This is a symbolic link; hand in the notebook itself.',
  ENOENT: 'There is no such file.',
  EACCES: 'The file may not be read by this user.',
}

function unreadable(reason: string): SubmissionFile {
  return { hash: createHash('sha256').update(reason).digest('hex'), reason }
}

function parsed(bytes: Uint8Array): Omit<SubmissionFile, 'hash'> {
  if (!bytes.length) return { reason: 'The file is empty.' }
  try {
    return { notebook: parseNotebook(decodeText(bytes)).notebook }
  } catch (error) {
    if (error instanceof NotebookFormatError)
      return {
        reason: `This is no notebook: line ${error.line}, column ${error.column}: expected ${error.expected}, found ${error.found}.`,
      }
    return { reason: `This notebook cannot be read: ${(error as Error).message}.` }
  }
}

async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
